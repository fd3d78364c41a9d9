"""The city's monthly filing (集中备案, S2-07): a frozen, numbered list with totals, sealed to the one before.

Filing never holds hours back (A10): they count when the authority approves. It stamps what was recorded.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Area, Organization, User
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services import trail
from ceportal.kernel.services.counters import next_number
from credits.enums import Subject
from credits.models import ClosedMonth, HourEntry
from reviews.models import Filing, FilingItem
from reviews.rules.filing import CLAUSE, Seal, first_of_month
from reviews.selectors.filings import filing_bureaus, head_of, reasons_against, unfiled

_BATCH = 1000


@dataclass
class _Totals:
    seal: Seal
    entries: int = 0
    people: set[int] = field(default_factory=set)
    hours: dict[str, Decimal] = field(default_factory=dict)

    def add(self, entry: HourEntry, line: dict[str, Any]) -> None:
        self.seal.add(line)
        self.entries += 1
        self.people.add(entry.professional_id)
        self.hours[entry.subject] = self.hours.get(entry.subject, Decimal("0.0")) + entry.hours


@transaction.atomic
def file_month(area: Area, month: date, *, by: User, now: datetime) -> Filing:
    """File `month` (any day of it) for `area` and what lies below it; of the province only its own units.

    Everything recorded until its end that stands in no filing yet goes into the list. Refused before the month's last
    working day, when it was filed already, and for whoever does not file for that place.
    """
    month = first_of_month(month)
    bureau = _bureau_for(area, by)
    next_number(f"filing:{area.code}")  # locks: two at once go one after the other
    refuse_if_any(reasons_against(area, month, now=now))
    filing = _open(area, bureau, month, by=by, now=now)
    _freeze(filing)
    ClosedMonth.objects.create(area=area, month=month, reference=filing.number, closed_at=now)
    trail.record(
        "filing.filed", filing, by=by, now=now,
        after={"number": filing.number, "entries": filing.entry_count, "digest": filing.digest},
    )  # fmt: skip
    return filing


def _bureau_for(area: Area, by: User) -> Organization:
    bureau = filing_bureaus(by).filter(area=area).first()
    if bureau is None:
        text = f"每月备案由市级人社部门（省直单位由省级）办理，您没有为{area.name}备案的职责。"
        raise refuse("not_a_filing_bureau", text, clause=CLAUSE)
    return bureau


def _open(area: Area, bureau: Organization, month: date, *, by: User, now: datetime) -> Filing:
    before = Filing.objects.filter(area=area).order_by("-month").values_list("digest", flat=True).first()
    return Filing.objects.create(
        area=area,
        bureau=bureau,
        month=month,
        number=f"{area.code}-{month:%Y%m}",
        filed_by=by,
        filed_at=now,
        entry_count=0,
        person_count=0,
        public_hours=Decimal("0.0"),
        professional_hours=Decimal("0.0"),
        digest="",
        previous_digest=before or "",
    )


def _freeze(filing: Filing) -> None:
    """Write the lines as they stand now, and the totals and the seal over exactly those lines."""
    totals = _Totals(Seal(head_of(filing), filing.previous_digest))
    waiting = iter(list(unfiled(filing.area, filing.month).values_list("pk", flat=True)))
    while batch := list(islice(waiting, _BATCH)):
        entries = HourEntry.objects.select_related("professional", "organization", "area").in_bulk(batch)
        FilingItem.objects.bulk_create([_item(filing, entries[pk], totals) for pk in batch])
    filing.entry_count, filing.person_count = totals.entries, len(totals.people)
    filing.public_hours = totals.hours.get(Subject.PUBLIC, Decimal("0.0"))
    filing.professional_hours = totals.hours.get(Subject.PROFESSIONAL, Decimal("0.0"))
    filing.digest = totals.seal.digest()
    filing.save()


def _item(filing: Filing, entry: HourEntry, totals: _Totals) -> FilingItem:
    position = totals.entries + 1
    line = _line(entry, position)
    totals.add(entry, line)
    return FilingItem(filing=filing, entry=entry, position=position, line=line)


def _line(entry: HourEntry, position: int) -> dict[str, Any]:
    """One entry as a filing shows it; the person by name and masked number."""
    return {
        "position": position,
        "entry": str(entry.ref),
        "person": str(entry.professional.ref),
        "name": entry.professional.name,
        "id_mask": entry.professional.id_mask,
        "unit": entry.organization.name if entry.organization else "",
        "area": entry.area.name,
        "year": entry.year,
        "subject": entry.subject,
        "kind": entry.kind,
        "title": entry.title,
        "hours": f"{entry.hours:.1f}",
        "by": entry.by_label,
        "recorded_on": timezone.localtime(entry.recorded_at).date().isoformat(),
    }
