"""信用档案: what everybody may read of how an institution behaved: grades, sanctions, upheld complaints (S1-14)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.models import Organization
from bases.enums import Grade
from bases.models import Absence
from bases.rules.standing import in_words
from bases.selectors.assessments import published_of
from bases.selectors.complaints import upheld_against
from ceportal.kernel.rules.moments import day_words

_MOST = 20


@dataclass(frozen=True)
class Entry:
    """One thing of a day; `tone` is that of its mark: done or bad."""

    on: date
    title: str
    words: str
    tone: str


def credit_record(unit: Organization) -> list[Entry]:
    """The latest first, at most twenty of each kind: three queries."""
    found = [
        Entry(timezone.localdate(each.decided_at), f"投诉属实：{each.get_kind_display()}", each.public_words, "bad")
        for each in upheld_against(unit)[:_MOST]
    ]
    found += [
        Entry(
            timezone.localdate(each.round.published_at), f"{each.round}：{each.get_grade_display()}",
            each.round.organization.name, "bad" if each.grade == Grade.FAILED else "done",
        )
        for each in published_of(unit)[:_MOST]
    ]  # fmt: skip
    found += [
        Entry(
            each.from_on, each.get_kind_display(),
            in_words(each.grounds, each.reason) + _return_of(each), "bad",
        )
        for each in Absence.objects.filter(organization=unit).order_by("-from_on", "-id")[:_MOST]
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.on, reverse=True)


def _return_of(absence: Absence) -> str:
    return f"；{day_words(timezone.localdate(absence.lifted_at))}结束" if absence.lifted_at else ""
