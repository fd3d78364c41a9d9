"""Whether an institution may teach somebody something, by the list of the year (S0-07, S2-04, S4-09; A27)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import Refusal


@dataclass(frozen=True)
class Absent:
    """From a day on, to a day or until further notice, an institution does not stand by its place on the lists."""

    from_on: date
    until_on: date | None
    is_exit: bool
    grounds: str

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)

    @property
    def words(self) -> str:
        """被取消资格（教学管理混乱）, with the days."""
        what = "被取消资格" if self.is_exit else "被暂停资格"
        since = f"自{day_words(self.from_on)}起" + (f"至{day_words(self.until_on)}" if self.until_on else "")
        return f"{since}{what}，原因：{self.grounds}"


@dataclass(frozen=True)
class Recognised:
    """One line of a list: in `area_code` and below, for a year. An empty `trade` is everybody's."""

    area_code: str
    year: int
    subjects: frozenset[str]
    trade: str = ""
    ended_on: date | None = None
    absences: tuple[Absent, ...] = ()

    def absent_on(self, day: date) -> Absent | None:
        return next((absent for absent in self.absences if absent.covers(day)), None)

    def stands_on(self, day: date) -> bool:
        """Whether it has neither ended before `day` nor is absent then (A27)."""
        return (self.ended_on is None or day <= self.ended_on) and self.absent_on(day) is None


def is_recognised(
    lines: Iterable[Recognised], *, places: Collection[str], year: int, subject: str, trade: str, on: date
) -> bool:
    """Whether one of `lines` covers a person who works in `places` (theirs and those above it), for what ended `on`."""
    covering = _covering(lines, places=places, year=year, subject=subject, trade=trade)
    return any(line.stands_on(on) for line in covering)


def why_absent(
    lines: Iterable[Recognised], *, places: Collection[str], year: int, subject: str, trade: str, on: date
) -> str:
    """In words, why those of `lines` that would cover the person do not stand on the day; empty: none is absent."""
    covering = _covering(lines, places=places, year=year, subject=subject, trade=trade)
    return next((absent.words for line in covering if (absent := line.absent_on(on))), "")


def reasons_not_to_teach(
    recognised: Sequence[Recognised], *, subject: str, label: str, ended_on: date
) -> Iterator[Refusal]:
    """A class counts when its base was valid, for its subject, on the day the class ended (A27)."""
    year = ended_on.year
    lines = [line for line in recognised if line.year == year]
    valid = [line for line in lines if line.stands_on(ended_on)]
    if not lines:
        message = f"贵单位不在 {year} 年度的继续教育基地名单中，这个班的学时不能登记。如有疑问，请联系所在地人社部门。"
        yield Refusal("not_recognised", message, clause="A27")
    elif not valid:
        yield Refusal("base_has_left", _why_left(lines, ended_on), field="ended_on", clause="A27")
    elif label and not any(subject in line.subjects for line in valid):
        yield Refusal(
            "subject_not_recognised", f"贵单位在 {year} 年度没有“{label}”的施教资格。", field="subject", clause="A27"
        )


def reasons_of_a_base_that_left(recognised: Sequence[Recognised], *, ended_on: date) -> Iterator[Refusal]:
    """What a class of a base that was on the year's list and does not stand on the class's last day tells people."""
    lines = [line for line in recognised if line.year == ended_on.year]
    if lines and not any(line.stands_on(ended_on) for line in lines):
        absent = next((found for line in lines if (found := line.absent_on(ended_on))), None)
        why = absent.words if absent else "的资格已经终止"
        message = f"举办这个班的基地{why}。这个班的学时不能计入，不能报名，也不能登记结业。"
        yield Refusal("base_has_left", message, clause="A27")


def _why_left(lines: Sequence[Recognised], day: date) -> str:
    absent = next((found for line in lines if (found := line.absent_on(day))), None)
    if absent:
        return f"贵单位的基地资格{absent.words}。这期间结束的培训班不能登记学时。"
    left = max(line.ended_on for line in lines if line.ended_on)
    return f"贵单位的基地资格已于 {day_words(left)}终止，之后结束的培训班不能登记学时。"


def _covering(
    lines: Iterable[Recognised], *, places: Collection[str], year: int, subject: str, trade: str
) -> list[Recognised]:
    return [
        line
        for line in lines
        if line.year == year and line.area_code in places and subject in line.subjects and line.trade in {"", trade}
    ]
