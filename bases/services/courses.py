"""Courses filed, filed anew, and no longer offered (S4-06). What is held for want of it waits at the bureau's desk."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Area, Organization, User
from bases.models import Course
from bases.rules.courses import CourseLine, course_key
from bases.selectors.recognised import recognitions_of
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import record

_NOTE_LIMIT = 300
_ANEW = ("code", "title", "hours", "lecturer", "approval", "document", "filed_at", "ended_on", "note")


@transaction.atomic
def file_courses(
    organization: Organization, lines: Sequence[CourseLine], *, area: Area, year: int, by: User, now: datetime
) -> tuple[int, int]:
    """File a platform's courses for a place and a year; what is filed there already takes the new content. How many
    are new, and how many were there.
    """
    refuse_if_any(_reasons_of_absence(organization, area, year, timezone.localdate(now)))
    source = f"platform:{organization.ref}"
    rows = [
        Course(
            organization=organization, area=area, year=year, course_key=course_key(source, line.code), filed_at=now,
            **asdict(line),
        )
        for line in lines
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.course_key, row.subject))
    keys = [row.course_key for row in rows]
    there = set(Course.objects.filter(course_key__in=keys, area=area, year=year).values_list("course_key", "subject"))
    Course.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["course_key", "year", "area", "subject"], update_fields=_ANEW
    )
    known = sum((row.course_key, row.subject) in there for row in rows)
    codes = "\n".join(f"{row.code} {row.subject} {row.hours}" for row in rows)
    after = {
        "area": area.pk, "year": year, "new": len(rows) - known, "anew": known,
        "digest": hashlib.sha256(codes.encode()).hexdigest(),
    }  # fmt: skip
    record("course.file", organization, by=by, now=now, after=after)
    return len(rows) - known, known


def _reasons_of_absence(organization: Organization, area: Area, year: int, today: date) -> Iterator[Refusal]:
    """Who was suspended or removed files nothing (S2-06)."""
    lines = [line for line in recognitions_of(organization.pk) if line.year == year and line.area_code in area.codes]
    day = min(max(today, date(year, 1, 1)), date(year, 12, 31))
    if lines and all(line.absent_on(day) for line in lines):
        absent = next(found for line in lines if (found := line.absent_on(day)))
        yield Refusal(
            "absent", f"{organization.name}{absent.words}，不能登记课程。", field="organization", clause="S2-06"
        )


@transaction.atomic
def end_course(row: Course, *, reason: str, by: User, now: datetime) -> None:
    """What is finished from tomorrow on is of a course that is not filed."""
    last = max(timezone.localdate(now), date(row.year - 1, 12, 31))
    if not Course.objects.filter(pk=row.pk, ended_on__isnull=True).update(ended_on=last, note=reason[:_NOTE_LIMIT]):
        raise MovedOn([Refusal("moved_on", "这门课程的备案刚刚已经终止。")])
    record("course.end", row, by=by, now=now, after={"ended_on": last.isoformat(), "reason": reason})
