"""For what an institution is recognised, and when it does not stand by that."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q

from accounts.models import Organization
from bases.enums import AbsenceKind, RecognitionKind
from bases.models import Absence, Recognition
from bases.rules.recognition import Absent, Recognised
from bases.rules.standing import in_words
from ceportal.kernel.rules.text import comparable

BASES = (RecognitionKind.PROVINCIAL_BASE, RecognitionKind.MUNICIPAL_BASE, RecognitionKind.TRADE_BASE)
# By which an absence speaks of a line, in every year.
Place = tuple[int, str, str, str]


def place_of(row: Recognition) -> Place:
    return row.organization_id, row.kind, row.area_id, row.site_name


def absent_of(row: Absence) -> Absent:
    """As the rules read it."""
    grounds = in_words(row.grounds, row.reason)
    return Absent(row.from_on, row.until_on, row.kind == AbsenceKind.EXITED, grounds)


def is_running(row: Absence, today: date) -> bool:
    """Whether it can still be lifted: it has no end, or that is still to come."""
    return row.lifted_at is None and (row.until_on is None or row.until_on >= today)


def absences_at(organizations: Collection[int]) -> dict[Place, tuple[Absent, ...]]:
    """Every absence of these institutions: one query."""
    found: dict[Place, list[Absent]] = defaultdict(list)
    for row in Absence.objects.filter(organization__in=organizations).order_by("-from_on", "-id"):
        found[row.organization_id, row.list_kind, row.area_id, row.site_name].append(absent_of(row))
    return {place: tuple(absences) for place, absences in found.items()}


def removed_for_good() -> set[Place]:
    """Who was removed and has not come back, nor is to."""
    rows = Absence.objects.filter(kind=AbsenceKind.EXITED, until_on__isnull=True)
    return set(rows.values_list("organization", "list_kind", "area", "site_name"))


def recognitions_of(organization_id: int, kinds: Collection[str] = ()) -> list[Recognised]:
    """Every recognition of an institution, as the rule reads it: one query, two where it was ever absent."""
    was_absent = Exists(Absence.objects.filter(organization=OuterRef("organization")))
    found = Recognition.objects.filter(organization=organization_id).annotate(was_absent=was_absent)
    rows = list(found.filter(kind__in=kinds) if kinds else found)
    absences = absences_at([organization_id]) if any(row.was_absent for row in rows) else {}
    return [recognised(row, absences.get(place_of(row), ())) for row in rows]


def words_of_who_left(name: str, *, on: date) -> str:
    """Why the institution of this name stood by none of its lists of the year on a day; empty where it did, or where
    none is called so. One query, three where there is one.
    """
    for unit in Organization.objects.filter(Q(is_base=True) | Q(is_platform=True), name_key=comparable(name)):
        lines = [line for line in recognitions_of(unit.pk) if line.year == on.year]
        if lines and not any(line.stands_on(on) for line in lines):
            absent = next((found for line in lines if (found := line.absent_on(on))), None)
            return f"{unit.name}{absent.words if absent else '的资格已经终止'}"
    return ""


def recognised(row: Recognition, absences: tuple[Absent, ...]) -> Recognised:
    return Recognised(row.area_id, row.year, frozenset(row.subjects), row.trade, row.ended_on, absences)
