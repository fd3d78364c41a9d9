"""How people's years are counted in statistics (S1-11, S1-13): who is counted in which year, and as what.

What a figure means stands in `MEASURES`, so that pages, tables and proofs say the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ceportal.office.enums import Standing
from credits.enums import Door, ObligationKind

# A person registered today is looked at in this year and in those of the four before it that they were registered in.
YEARS_BACK = 4
OWED = (Standing.MET, Standing.HALF, Standing.LESS)


@dataclass(frozen=True)
class Measure:
    """One thing that is counted of a person's year: its column, its words, and whether it is in hours."""

    name: str
    label: str
    is_hours: bool = False


MEASURES = (
    Measure("public", "公需科目学时", is_hours=True),
    Measure("professional_hours", "专业科目学时", is_hours=True),
    Measure("elective", "选修科目学时", is_hours=True),
    Measure("online_times", "网络学习人次"),
    Measure("face_times", "面授和集中培训人次"),
    Measure("conversion_times", "学时折算人次"),
    Measure("outside_times", "外省认定和历史接收人次"),
    Measure("online_hours", "网络学习学时", is_hours=True),
    Measure("face_hours", "面授和集中培训学时", is_hours=True),
    Measure("conversion_hours", "学时折算学时", is_hours=True),
    Measure("outside_hours", "外省认定和历史接收学时", is_hours=True),
    Measure("paid_by_unit", "单位承担人次"),
    Measure("paid_by_person", "个人承担人次"),
    Measure("paid_by_both", "单位和个人共同承担人次"),
    Measure("paid_by_none", "免费人次"),
    Measure("reviews", "审核次数"),
    Measure("review_days", "审核用工作日"),
    Measure("late", "超期审核"),
    Measure("returned", "退回补正"),
    Measure("rejected", "不予通过"),
    Measure("drawn", "抽查件数"),
    Measure("wrong", "认定有误"),
    Measure("untrue", "弄虚作假"),
)
MEASURED = tuple(measure.name for measure in MEASURES)
TIMES = ("online_times", "face_times", "conversion_times", "outside_times")
FORMS = {"online": "网络学习", "face": "面授和集中培训", "conversion": "学时折算", "outside": "外省认定和历史接收"}
# What is added up of people: each leads to those of whom there is any.
ADDED = {"times": "人次"} | {measure.name: measure.label for measure in MEASURES}
# By what a place's figures are also kept added up.
PARTED = ("trade", "nature", "level")
STANDINGS = tuple(str(standing) for standing in Standing)


def years_counted(*, registered: int, left: int | None, this_year: int, with_account: Iterable[int]) -> frozenset[int]:
    """The years in which a person is counted: those since they were registered and before they left, and any in which
    hours were entered.
    """
    last = this_year if left is None else min(this_year, left - 1)
    return frozenset(range(max(registered, this_year - YEARS_BACK), last + 1)) | frozenset(with_account)


def standing_in(*, has_rule: bool, is_met: bool, obligation: str, earned: Decimal, needed: Decimal | None) -> Standing:
    """How a year stands. A reduction leaves it owed; without a rule nothing is. `needed` is the year's total."""
    if is_met:
        return Standing.MET
    if not has_rule or (obligation and obligation != ObligationKind.REDUCED):
        return Standing.EXCUSED
    return Standing.HALF if earned and 2 * earned >= (needed or 0) else Standing.LESS


def form_of(door: str, *, is_attended: bool) -> str:
    """The form (形式) of a training by the door it came through; declared ones by whether one was there."""
    if door == Door.PLATFORM:
        return "online"
    if door in (Door.OUTSIDE, Door.IMPORTED):
        return "outside"
    return "conversion" if door == Door.DECLARATION and not is_attended else "face"


@dataclass(frozen=True)
class Figures:
    """The sums of a row: people by standing, and every measure."""

    people: Mapping[str, int]
    sums: Mapping[str, Decimal]

    @property
    def total(self) -> int:
        return sum(self.people.values())

    @property
    def obliged(self) -> int:
        return sum(self.people.get(standing, 0) for standing in OWED)

    @property
    def met(self) -> int:
        return self.people.get(Standing.MET, 0)

    @property
    def half(self) -> int:
        return self.people.get(Standing.HALF, 0)

    @property
    def less(self) -> int:
        return self.people.get(Standing.LESS, 0)

    @property
    def excused(self) -> int:
        return self.people.get(Standing.EXCUSED, 0)

    @property
    def rate(self) -> Decimal | None:
        """Per cent of those who owe the year, to a tenth."""
        return _tenth(Decimal(100 * self.met) / self.obliged) if self.obliged else None

    @property
    def times(self) -> int:
        """人次: trainings counted."""
        return int(sum(self.sums[name] for name in TIMES))

    def of(self, measure: str) -> Decimal:
        """One of `ADDED`."""
        return Decimal(self.times) if measure == "times" else self.sums[measure]

    @property
    def hours(self) -> Decimal:
        return self.sums["public"] + self.sums["professional_hours"] + self.sums["elective"]

    @property
    def review_average(self) -> Decimal | None:
        """Working days a review took, to a tenth."""
        return _tenth(self.sums["review_days"] / self.sums["reviews"]) if self.sums["reviews"] else None

    @property
    def late_rate(self) -> Decimal | None:
        return _tenth(100 * self.sums["late"] / self.sums["reviews"]) if self.sums["reviews"] else None

    def plus(self, other: "Figures") -> "Figures":
        people = {key: self.people.get(key, 0) + other.people.get(key, 0) for key in STANDINGS}
        return Figures(people, {key: self.sums[key] + other.sums[key] for key in MEASURED})


NO_FIGURES = Figures(dict.fromkeys(STANDINGS, 0), dict.fromkeys(MEASURED, Decimal(0)))


def summed(rows: Iterable[Figures]) -> Figures:
    total = NO_FIGURES
    for row in rows:
        total = total.plus(row)
    return total


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
