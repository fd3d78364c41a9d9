"""The whole of a spot check as an auditor reads it: what was drawn, what happened, what became of hours and sheets."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.enums import Move
from accounts.models import Organization
from certificates.models import Certificate
from credits.enums import EntryKind
from credits.models import Evidence, HourEntry
from reviews.enums import Finding
from reviews.models import Campaign, Decision, Inspection
from reviews.selectors.spot_checks import inspections_of


@dataclass(frozen=True)
class Line:
    """One item drawn. `taken_back` is the entry that reversed its hours, if there is one; `ended` are the certificates
    that listed them and fell with them, `doubted` those that list them and are still being looked into.
    """

    inspection: Inspection
    decisions: Sequence[Decision]
    evidence: Sequence[Evidence]
    taken_back: HourEntry | None
    ended: Sequence[Certificate]
    doubted: Sequence[Certificate]


@dataclass(frozen=True)
class Reviewed:
    """A unit that approved some of what was drawn; `ref` is the first of these, `done` how many have a finding."""

    unit: Organization
    ref: UUID
    drawn: int
    done: int
    faults: int


def units_of(lines: Sequence[Line]) -> list[Reviewed]:
    """In the order of the draw, those with faults first."""
    by_unit: dict[Organization, list[Inspection]] = defaultdict(list)
    for line in lines:
        for unit in dict.fromkeys(each.organization for each in line.decisions if each.move == Move.APPROVE):
            by_unit[unit].append(line.inspection)
    found = [
        Reviewed(
            unit,
            there[0].ref,
            len(there),
            sum(each.finding != "" for each in there),
            sum(each.finding not in ("", Finding.SOUND) for each in there),
        )
        for unit, there in by_unit.items()
    ]
    return sorted(found, key=lambda one: not one.faults)


def lines_of(campaign: Campaign) -> list[Line]:
    """In the order of the draw; as many queries however many there are."""
    inspections = list(inspections_of(campaign))
    subjects = [inspection.declaration_id for inspection in inspections]
    decisions, evidence = defaultdict(list), defaultdict(list)
    for decision in Decision.objects.filter(subject__in=subjects).select_related("by", "organization").order_by("pk"):
        decisions[decision.subject_id].append(decision)
    for paper in Evidence.objects.filter(declaration__in=subjects).select_related("file").order_by("pk"):
        evidence[paper.declaration_id].append(paper)
    reversals = _reversals(inspections)
    sheets = _sheets_with(reversals.values())
    return [
        _line(each, decisions[each.declaration_id], evidence[each.declaration_id], reversals.get(each.claim_id), sheets)
        for each in inspections
    ]


def _line(
    inspection: Inspection,
    decisions: Sequence[Decision],
    evidence: Sequence[Evidence],
    reversal: HourEntry | None,
    sheets: dict[str, list[Certificate]],
) -> Line:
    listed = sheets.get(str(reversal.claim.ref), []) if reversal else []
    ended = [one for one in listed if one.ended_at and reversal and one.ended_at >= reversal.recorded_at]
    doubted = [one for one in listed if one.ended_at is None]
    return Line(inspection, decisions, evidence, reversal, ended, doubted)


def _reversals(inspections: Iterable[Inspection]) -> dict[int | None, HourEntry]:
    """The entries that took back the hours of what was found false or wrong, by claim."""
    claims = [each.claim_id for each in inspections if each.finding not in ("", Finding.SOUND)]
    entries = HourEntry.objects.filter(claim__in=claims, kind=EntryKind.REVERSAL).select_related("claim")
    return {entry.claim_id: entry for entry in entries.order_by("pk")}


def _sheets_with(entries: Iterable[HourEntry]) -> dict[str, list[Certificate]]:
    """The certificates that list the hours of these entries, by the hours' ref."""
    reversed_ones = list(entries)
    refs, people = {str(each.claim.ref) for each in reversed_ones}, {each.professional_id for each in reversed_ones}
    found: dict[str, list[Certificate]] = defaultdict(list)
    rows = Certificate.objects.filter(professional__in=people, issued_at__isnull=False).select_related("successor")
    for sheet in rows.order_by("pk") if people else ():
        for item in sheet.snapshot["items"]:
            if item["ref"] in refs:
                found[item["ref"]].append(sheet)
    return found
