"""The lists that may be exported: their headings, how long they are, and their rows in chunks of people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Professional, User
from ceportal.kernel.selectors.counted import counted_up_to
from ceportal.office.enums import ExportKind
from ceportal.office.rules.staff import Asked, consequence
from ceportal.office.selectors.registers import learned_by, registered
from ceportal.office.selectors.staff import arms_of_staff, staff_of, staff_years

CHUNK = 500
Rows = list[list[str]]


@dataclass(frozen=True)
class List:
    """`count` how many rows there are, no further than one more than asked for; `rows` those of some people."""

    heading: tuple[str, ...]
    widths: tuple[int, ...]
    count: Callable[[User, Asked, int], int]
    rows: Callable[[list[Professional], Asked, datetime], Rows]


def _staff_rows(people: list[Professional], asked: Asked, now: datetime) -> Rows:
    return [
        [
            *_who(one.person, one.unit.name if one.unit else "无单位", one.department),
            one.state,
            one.missing,
            f"{one.awaited.normalize():f}",
            f"{one.held.normalize():f}",
            one.until.isoformat(),
        ]
        for one in staff_years(people, asked.year, now=now)
    ]


def _appraisal_rows(people: list[Professional], asked: Asked, now: datetime) -> Rows:
    return [
        [
            *_who(one.person, one.unit.name if one.unit else "无单位", one.department),
            one.state,
            consequence(one.state, one.unit.nature if one.unit else ""),
        ]
        for one in staff_years(people, asked.year, now=now)
    ]


def _register_rows(people: list[Professional], asked: Asked, now: datetime) -> Rows:
    return [
        [
            line.person.name,
            line.kind,
            line.subject,
            line.title,
            line.started_on.isoformat(),
            line.ended_on.isoformat(),
            f"{line.hours.normalize():f}",
            line.result,
        ]
        for line in learned_by(people, asked.year)
    ]


def _who(person: Professional, unit: str, department: str) -> list[str]:
    series = person.title_series.name if person.title_series else "无"
    return [person.name, unit, department, series, person.get_title_level_display()]


def _people(user: User, asked: Asked, most: int) -> int:
    return counted_up_to(arms_of_staff(user, asked), most)


def _entries(user: User, asked: Asked, most: int) -> int:
    return counted_up_to(registered(user, asked), most)


_WHO, _WHO_WIDTHS = ("姓名", "单位", "部门", "职称系列", "级别"), (12, 30, 16, 16, 10)
LISTS: dict[ExportKind, List] = {
    ExportKind.STAFF: List(
        (*_WHO, "年度情况", "还差", "审核中学时", "待核实学时", "截止日期"),
        (*_WHO_WIDTHS, 12, 40, 12, 12, 14),
        _people,
        _staff_rows,
    ),
    ExportKind.APPRAISAL: List((*_WHO, "年度情况", "评聘和考核"), (*_WHO_WIDTHS, 12, 60), _people, _appraisal_rows),
    ExportKind.REGISTER: List(
        ("姓名", "种类", "科目", "内容", "开始日期", "结束日期", "学时", "考核结果"),
        (12, 24, 12, 48, 14, 14, 8, 20),
        _entries,
        _register_rows,
    ),
}


def chunks_of(user: User, kind: ExportKind, asked: Asked, *, now: datetime) -> Iterator[Rows]:
    """All rows of a list as far as `user` may read them now, by chunks of people in the order of their keys."""
    after, people = 0, staff_of(user, asked).order_by("pk")
    while chunk := list(people.filter(pk__gt=after)[:CHUNK]):
        after = chunk[-1].pk
        yield LISTS[kind].rows(chunk, asked, now)
