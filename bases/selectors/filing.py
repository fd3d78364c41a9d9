"""Courses that platforms have sent by the interface: what is known of each, what waits, what a platform asks for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from accounts.selectors.duties import below
from bases.enums import FilingState
from bases.models import Course, CourseFiling
from bases.rules.courses import CourseLine, course_key
from bases.rules.filing import Known, digest_of
from bases.selectors.desks import listing_bureaus

Key = tuple[str, str, int, str]
_MOST_OF_ONE = 100


@dataclass
class KnownCourse:
    """Of one course: the content that waits, that is filed in its newest version, that was refused since."""

    beside: dict[FilingState, Known] = field(default_factory=dict)
    waiting_pk: int = 0
    note: str = ""


def known_of(keys: Collection[str], *, today: date) -> dict[Key, KnownCourse]:
    """What is known of these courses, by key, place, year and subject: two queries."""
    found: dict[Key, KnownCourse] = {}
    filed_at = {}
    for row in Course.objects.filter(course_key__in=keys).order_by("version"):
        known = Known(digest_of_row(row), is_over(row, today))
        found.setdefault(_key(row), KnownCourse()).beside[FilingState.FILED] = known
        filed_at[_key(row)] = row.filed_at
    states = (FilingState.WAITING, FilingState.REFUSED)
    for asked in CourseFiling.objects.filter(course_key__in=keys, state__in=states).order_by("id"):
        one, state, since = found.setdefault(_key(asked), KnownCourse()), FilingState(asked.state), asked.decided_at
        if state == FilingState.REFUSED and since and since < filed_at.get(_key(asked), since):
            continue
        one.beside[state] = Known(digest_of_row(asked))
        if state == FilingState.WAITING:
            one.waiting_pk = asked.pk
        else:
            one.note = asked.note
    return found


def is_over(row: Course, today: date) -> bool:
    """Whether a version is no longer good, or will not be tomorrow: ended, replaced, or run out."""
    return row.ended_on is not None or (row.valid_until is not None and row.valid_until < today)


def line_of_row(row: Course | CourseFiling) -> CourseLine:
    return CourseLine(row.code, row.title, row.subject, row.hours, row.lecturer, row.approval, row.document)


def digest_of_row(row: Course | CourseFiling) -> str:
    return digest_of(line_of_row(row), area=row.area_id, year=row.year, valid_until=row.valid_until)


def filings_kept_by(user: User) -> QuerySet[CourseFiling]:
    """What waits for the bureaus of `user`, for their places and those below."""
    reach = [Q(**below(bureau.area)) for bureau in listing_bureaus(user)]
    rows = CourseFiling.objects.filter(reduce(or_, reach, Q(pk__in=[])), state=FilingState.WAITING)
    return rows.select_related("organization", "area", "client")


def filings_of(organization: Organization) -> QuerySet[CourseFiling]:
    """What a platform has sent and is not filed: it waits, or was refused."""
    states = (FilingState.WAITING, FilingState.REFUSED)
    return CourseFiling.objects.filter(organization=organization, state__in=states)


def courses_of(organization: Organization) -> QuerySet[Course]:
    """What is filed of a platform, by whatever door, every version."""
    return Course.objects.filter(organization=organization)


def one_course(organization: Organization, code: str) -> list[Course | CourseFiling]:
    """Everything of one code, the latest first, what is not filed before what is: two queries."""
    key = course_key(f"platform:{organization.ref}", code)
    asked = filings_of(organization).filter(course_key=key).order_by("-id")[:_MOST_OF_ONE]
    filed = courses_of(organization).filter(course_key=key).order_by("-id")[:_MOST_OF_ONE]
    return [*asked, *filed]


def filed_before(rows: Collection[CourseFiling]) -> dict[int, Course]:
    """The version in force that each of these would take over from, by the row's key: one query."""
    newest: dict[Key, Course] = {}
    for course in Course.objects.filter(course_key__in={row.course_key for row in rows}).order_by("version"):
        newest[_key(course)] = course
    return {row.pk: newest[_key(row)] for row in rows if _key(row) in newest}


def _key(row: Course | CourseFiling) -> Key:
    return row.course_key, row.area_id, row.year, row.subject
