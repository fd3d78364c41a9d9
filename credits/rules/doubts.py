"""What a script that plays courses leaves behind: too little time, too many at once, people who work nowhere (T9).

Each is a threshold of the rule set, none says that the hours are wrong: what is above it waits for the bureau, with its
reason. Nothing here looks at what else the person learned (rules/plausibility).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal

WAITS = "待人社部门核实"
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Thresholds:
    """As the rule set has them, ours where it is silent. `minutes` are those of one hour of learning.

    `overlap` in minutes of two sittings, `sat_percent` of the time that the hours stand for, `gone_days` after somebody
    left; how many records an hour of one client and of one address, and a day of one course of a platform.
    """

    minutes: int = 45
    overlap: int = 0
    sat_percent: int = 60
    gone_days: int = 180
    client_hour: int = 200_000
    address_hour: int = 300_000
    course_day: int = 50_000
    asks_filing: bool = False

    @property
    def overlap_allowed(self) -> timedelta:
        return self.overlap * _MINUTE


OURS = Thresholds()


@dataclass
class Rush:
    """How many records came lately, those judged so far included."""

    client: int = 0
    address: int = 0
    courses: dict[str, int] = field(default_factory=dict)

    def count(self, course: str) -> None:
        self.client += 1
        self.address += 1
        self.courses[course] = self.courses.get(course, 0) + 1


@dataclass(frozen=True)
class FiledCourse:
    """A course that stands in the bureau's list: in `area_code` and below, for a year and a subject; its length."""

    area_code: str
    year: int
    subject: str
    hours: Decimal
    ended_on: date | None = None
    from_on: date | None = None
    version: int = 1

    def holds_on(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.ended_on is None or day <= self.ended_on)


def reasons_of_a_rush(rush: Rush, course: str, limits: Thresholds) -> Iterator[Refusal]:
    if rush.client > limits.client_hour:
        message = f"报送单位一小时内报送超过 {limits.client_hour:,} 条，{WAITS}。"
        yield Refusal("burst_client", message)
    if rush.address > limits.address_hour:
        message = f"同一网络地址一小时内报送超过 {limits.address_hour:,} 条，{WAITS}。"
        yield Refusal("burst_address", message)
    if rush.courses.get(course, 0) > limits.course_day:
        message = f"同一课程一天内报送超过 {limits.course_day:,} 人次，{WAITS}。"
        yield Refusal("burst_course", message, field="/course_code")


def reasons_of_the_sitting(
    hours: Decimal, sittings: Sequence[tuple[datetime, datetime]], limits: Thresholds
) -> Iterator[Refusal]:
    """Sat for less than the hours stand for. Who tells no sittings is not asked."""
    if not sittings:
        return
    sat = sum((end - start for start, end in sittings), timedelta())
    if sat // _SECOND * 100 < hours * limits.minutes * 60 * limits.sat_percent:
        told = f"学习时段合计 {sat // _MINUTE} 分钟，不到 {hours.normalize():f} 学时应有时长的 {limits.sat_percent}%"
        yield Refusal("too_fast", f"{told}，{WAITS}。", field="/sessions")


def reasons_of_leaving(ended_on: date, left_on: date | None, limits: Thresholds) -> Iterator[Refusal]:
    """The platform reads the reason, so it does not say when somebody left."""
    if left_on is not None and (ended_on - left_on).days > limits.gone_days:
        yield Refusal("not_at_work", f"学员目前的任职情况{WAITS}。", field="/id_number", clause="S3-01")


def lines_that_hold(
    filed: Iterable[FiledCourse], *, places: Sequence[str], year: int, subject: str, on: date
) -> list[FiledCourse]:
    """The versions of a course by which what was finished on a day is judged, one for each place it is filed for."""
    return [
        line
        for line in filed
        if line.year == year and line.subject == subject and line.area_code in places and line.holds_on(on)
    ]


def reasons_of_the_course(
    filed: Iterable[FiledCourse] | None,
    *,
    places: Sequence[str],
    year: int,
    subject: str,
    hours: Decimal,
    on: date,
    limits: Thresholds,
) -> Iterator[Refusal]:
    """Of a record that names a course: filed for the place, year and subject, where that is asked; no longer than
    filed, wherever it is. `filed` is every line of that course, None where the record names no course.
    """
    lines = lines_that_hold(filed or (), places=places, year=year, subject=subject, on=on)
    if not lines:
        if limits.asks_filing and filed is not None:
            message = f"课程未列入 {year} 年度的课程备案名单，{WAITS}。"
            yield Refusal("course_not_filed", message, field="/course_code", clause="S4-06")
        return
    longest = max(line.hours for line in lines)
    if hours > longest:
        message = f"学时多于课程备案的 {longest.normalize():f} 学时，{WAITS}。"
        yield Refusal("longer_than_course", message, field="/hours", clause="S4-06")
