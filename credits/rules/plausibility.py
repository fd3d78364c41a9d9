"""When hours that came in are doubted and wait for a person (reliability T6, T9; A8, A27).

None of these says that the hours are wrong. The thresholds: 12 hours a person and day over all sources unless the rule
set says otherwise (`ceiling_person_day`), where a training's hours count evenly over its days; two titles are alike
from `ALIKE` of 1 on, when all their numerals agree.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import pairwise
from math import ceil

from msgspec import Struct

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable
from credits.rules.window import YearLimits, is_open, last_day, words

ALIKE = 0.85
PERSON_DAY = Decimal(12)
# A title this long that stands whole within another one is the same with words added.
_TELLING = 6
_MOST_NAMED = 3
_NUMERALS = re.compile(r"[0-9a-z一二三四五六七八九十]+")
_ONE_DAY = timedelta(days=1)

Span = tuple[date, date]
Sitting = tuple[datetime, datetime]


class Standing(Struct, frozen=True, gc=False):
    """A training that counts already. `source` names who reported it."""

    number: int
    source: str
    door: str
    title: str
    span: Span
    hours: Decimal
    activity_key: str
    course_key: str


@dataclass
class Known:
    """What counts of one person so far: grows as the records of a set are settled one after another."""

    trainings: list[Standing] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)

    def add(self, training: Standing, sittings: Iterable[Sitting] = ()) -> None:
        self.trainings.append(training)
        if sittings:
            self.sit(sittings)

    def sit(self, sittings: Iterable[Sitting]) -> None:
        """Keep the hours sat as disjoint stretches in order."""
        self.sittings = _merged([*self.sittings, *sittings])

    def twin(self, activity_key: str, course_key: str, year: int) -> Standing | None:
        """The same training, by title and days or by its course."""
        for one in self.trainings:
            same_course = bool(course_key) and one.course_key == course_key
            if one.span[1].year == year and (one.activity_key == activity_key or same_course):
                return one
        return None


def reasons_of_place_and_year(
    *,
    is_recognised: bool,
    limits: YearLimits | None,
    ended_on: date,
    today: date,
    subject: str,
    place: str,
    is_excused: bool = False,
    why_absent: str = "",
) -> Iterator[Refusal]:
    """What can be said of a record without looking at anything else the person learned. `why_absent` says, where it is
    so, for what the speaker was suspended or removed.

    `limits` are of the person's place and the year of the record, None where no rule is known; `is_excused` says that
    the bureau has let this person declare the year (S0-14).
    """
    if not is_recognised and why_absent:
        message = f"报送单位的施教资格{why_absent}。这期间学完的，待人社部门核实。"
        yield Refusal("not_recognised", message, field="/subject", clause="A27")
    elif not is_recognised:
        message = f"报送单位未列入 {ended_on.year} 年度{place}{subject}的认定名单，待人社部门核实。"
        yield Refusal("not_recognised", message, field="/subject", clause="S4-09")
    if limits is None:
        yield Refusal("no_rule", f"{ended_on.year} 年度没有学时规定，待人社部门核实。", field="/completed_on")
    elif is_excused:
        return
    elif ended_on.year < today.year and not is_open(ended_on.year, today=today, limits=limits):
        message = f"{ended_on.year} 年度已结束，原则上不再补报，待人社部门核实。"
        yield Refusal("year_closed", message, field="/completed_on", clause=limits.back_year_clause)
    elif ended_on > last_day(ended_on.year, limits):
        message = f"{ended_on.year} 年度的学习已于 {words(last_day(ended_on.year, limits))}截止，待人社部门核实。"
        yield Refusal("deadline_passed", message, field="/completed_on", clause=limits.deadline_clause)


def reasons_of_what_is_known(
    training: Standing,
    sittings: Iterable[Sitting],
    known: Known,
    *,
    per_day: Decimal,
    overlap: timedelta = timedelta(),
) -> Iterator[Refusal]:
    """What speaks against a record beside what counts already."""
    if _is_over(training, known.trainings, per_day):
        message = f"同一天各来源合计超过 {per_day.normalize():f} 学时，待人社部门核实。"
        yield Refusal("over_person_day", message, field="/hours")
    if do_overlap(sittings, known.sittings, overlap):
        yield Refusal("sessions_overlap", "学习时段与另一段学习重叠，待人社部门核实。", field="/sessions")
    for one in known.trainings:
        if one.source != training.source and is_fuzzy_twin(training, one):
            message = f"与已计入的“{one.title}”名称相近、时间重叠，可能是同一次学习，待人社部门核实。"
            yield Refusal("fuzzy_twin", message, field="/title", clause="A13")
            return


def _is_over(training: Standing, others: list[Standing], per_day: Decimal) -> bool:
    """Whether some day holds more; what all fits into one day needs no sum of days."""
    if training.hours + sum(one.hours for one in others) <= per_day:
        return False
    return heaviest_day(training, others) > per_day


def reasons_to_look_at_the_day(
    training: Standing, others: Iterable[Standing], *, per_day: Decimal
) -> Iterator[Refusal]:
    """What else was learned on the days of a declaration, where all of it is more than a day holds: for the eye of its
    reviewers and its declarant, who may know why (decision 7).
    """
    start, end = training.span
    same_days = [one for one in others if one.span[0] <= end and one.span[1] >= start]
    most = heaviest_day(training, same_days)
    if same_days and most > per_day:
        named = "、".join(f"“{one.title}”（{one.hours.normalize():f} 学时）" for one in same_days[:_MOST_NAMED])
        more = f"等 {len(same_days)} 项" if len(same_days) > _MOST_NAMED else ""
        # Rounded up: what is above the ceiling must not look as if it were not.
        sum_of_day = Decimal(ceil(most * 10)) / 10
        message = (
            f"同一天还有{named}{more}，合计最多一天 {sum_of_day.normalize():f} 学时，"
            f"超过每人每天 {per_day.normalize():f} 学时，请核对日期和学时。"
        )
        yield Refusal("over_person_day", message)


def heaviest_day(training: Standing, others: Iterable[Standing]) -> Fraction:
    """The most hours on one day of `training`, its own and those of `others`, each spread evenly over its days."""
    start, end = training.span
    own = _per_day(training)
    changes: dict[date, Fraction] = {}
    for one in others:
        first, last = max(start, one.span[0]), min(end, one.span[1])
        if first <= last:
            changes[first] = changes.get(first, Fraction(0)) + _per_day(one)
            changes[last + _ONE_DAY] = changes.get(last + _ONE_DAY, Fraction(0)) - _per_day(one)
    load = most = own
    for day in sorted(changes):
        load += changes[day]
        most = max(most, load)
    return most


def do_overlap(sittings: Iterable[Sitting], others: list[Sitting], allowed: timedelta = timedelta()) -> bool:
    """Whether any of `sittings` runs into another one, or into `others` (disjoint, in order), for longer than is
    `allowed`.
    """
    if not sittings:
        return False
    own = sorted(sittings)
    if any(min(earlier[1], later[1]) - later[0] > allowed for earlier, later in pairwise(own)):
        return True
    return any(_shared(sitting, others) > allowed for sitting in own)


def is_fuzzy_twin(one: Standing, other: Standing) -> bool:
    """Probably the same training: of one year, on overlapping days, with titles that are alike."""
    if one.span[1].year != other.span[1].year or one.span[0] > other.span[1] or other.span[0] > one.span[1]:
        return False
    return are_alike(one.title, other.title)


def are_alike(one: str, other: str) -> bool:
    """第一讲 and 第二讲 differ by a numeral and are two things; the same words with others added are one."""
    first, second = sorted((comparable(one), comparable(other)), key=len)
    if _NUMERALS.findall(first) != _NUMERALS.findall(second):
        return False
    if len(first) >= _TELLING and first in second:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _per_day(training: Standing) -> Fraction:
    return Fraction(training.hours) / ((training.span[1] - training.span[0]).days + 1)


def _shared(sitting: Sitting, others: list[Sitting]) -> timedelta:
    """How long `sitting` runs beside the others."""
    place, shared = bisect_left(others, (sitting[1],)) - 1, timedelta()
    while place >= 0 and others[place][1] > sitting[0]:
        shared += min(sitting[1], others[place][1]) - max(sitting[0], others[place][0])
        place -= 1
    return shared


def _merged(sittings: list[Sitting]) -> list[Sitting]:
    merged: list[Sitting] = []
    for start, end in sorted(sittings):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
