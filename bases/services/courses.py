"""Courses filed, filed anew, and no longer offered (S4-06). What is held for want of it waits at the bureau's desk."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Area, Organization, User
from bases.models import Course
from bases.rules.courses import (
    CourseLine,
    course_key,
    reasons_against_validity,
    reasons_not_to_change,
    succession,
)
from bases.rules.recognition import Recognised
from bases.selectors.recognised import recognitions_of
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import Actor, record

_NOTE_LIMIT = 300
_MARKS = ("is_selected", "is_shared", "is_model")
_REPLACED = "换为新版本"


@dataclass(frozen=True)
class Filed:
    """How many courses are new, how many became another version, and how many stayed as they were."""

    new: int
    changed: int
    same: int


@transaction.atomic
def file_courses(
    organization: Organization, lines: Sequence[CourseLine], *, area: Area, year: int, by: Actor, now: datetime,
    valid_until: date | None = None,
) -> Filed:  # fmt: skip
    """File a platform's courses for a place and a year. What is filed there already and is told otherwise now becomes
    another version from today on, with the marks of the one before; hours credited before keep the old one.
    """
    today = timezone.localdate(now)
    absent = reasons_of_absence(organization, recognitions_of(organization.pk), area, year, today)
    refuse_if_any([*absent, *reasons_against_validity(valid_until, year=year)])
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    keys = [course_key(f"platform:{organization.ref}", line.code) for line in lines]
    known = _latest(Course.objects.filter(course_key__in=keys, area=area, year=year))
    rows, replaced = list[Course](), list[int]()
    for key, line in zip(keys, lines, strict=True):
        before = known.get((key, line.subject))
        if before and _says_the_same(before, line, valid_until):
            continue
        row = Course(
            organization=organization, area=area, year=year, course_key=key, filed_at=now, valid_until=valid_until,
            **asdict(line),
        )  # fmt: skip
        if before:
            row.version, row.from_on = before.version + 1, succession(year, today=today).from_on
            for mark in _MARKS:
                setattr(row, mark, getattr(before, mark))
            replaced.append(before.pk)
        rows.append(row)
    if replaced:
        _replace(replaced, year, today)
    Course.objects.bulk_create(sorted(rows, key=lambda row: (row.course_key, row.subject)))
    found = Filed(len(rows) - len(replaced), len(replaced), len(lines) - len(rows))
    if rows:
        _leave_word(organization, rows, found, area, year, by, now)
    return found


@transaction.atomic
def end_course(row: Course, *, reason: str, by: User, now: datetime) -> None:
    """What is finished from tomorrow on is of a course that is not filed."""
    last = max(timezone.localdate(now), date(row.year - 1, 12, 31))
    if not Course.objects.filter(pk=row.pk, ended_on__isnull=True).update(ended_on=last, note=reason[:_NOTE_LIMIT]):
        raise MovedOn([Refusal("moved_on", "这门课程的备案刚刚已经终止。")])
    record("course.end", row, by=by, now=now, after={"ended_on": last.isoformat(), "reason": reason})


@transaction.atomic
def mark_course(row: Course, *, is_selected: bool, is_shared: bool, is_model: bool, by: User, now: datetime) -> None:
    """As what everybody finds it in the public list (S1-09, S1-18, S4-04)."""
    marks = {"is_selected": is_selected, "is_shared": is_shared, "is_model": is_model}
    before = {name: getattr(row, name) for name in _MARKS}
    Course.objects.filter(pk=row.pk).update(**marks)
    record("course.mark", row, by=by, now=now, before=before, after=marks)


def _latest(rows: QuerySet[Course]) -> dict[tuple[str, str], Course]:
    """The newest version of each course and subject."""
    return {(row.course_key, row.subject): row for row in rows.order_by("version")}


def _says_the_same(before: Course, line: CourseLine, valid_until: date | None) -> bool:
    is_same = all(getattr(before, name) == value for name, value in asdict(line).items())
    return is_same and before.ended_on is None and before.valid_until == valid_until


def _replace(replaced: list[int], year: int, today: date) -> None:
    refuse_if_any(reasons_not_to_change(year, today=today))
    last = succession(year, today=today).last_on
    still = Course.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=last), pk__in=replaced)
    still.update(ended_on=last, note=_REPLACED)


def _leave_word(
    organization: Organization, rows: Sequence[Course], found: Filed, area: Area, year: int, by: Actor, now: datetime
) -> None:
    codes = "\n".join(f"{row.code} {row.subject} {row.hours} {row.version}" for row in rows)
    after = {
        "area": area.pk, "year": year, **asdict(found), "digest": hashlib.sha256(codes.encode()).hexdigest(),
    }  # fmt: skip
    record("course.file", organization, by=by, now=now, after=after)


def reasons_of_absence(
    organization: Organization, recognised: Iterable[Recognised], area: Area, year: int, today: date
) -> Iterator[Refusal]:
    """Who was suspended or removed files nothing (S2-06). `recognised` are all its recognitions."""
    lines = [line for line in recognised if line.year == year and line.area_code in area.codes]
    day = min(max(today, date(year, 1, 1)), date(year, 12, 31))
    if lines and all(line.absent_on(day) for line in lines):
        absent = next(found for line in lines if (found := line.absent_on(day)))
        yield Refusal(
            "absent", f"{organization.name}{absent.words}，不能登记课程。", field="organization", clause="S2-06"
        )
