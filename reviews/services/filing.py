"""The city's monthly filing (集中备案, S2-07): a frozen, numbered list with totals, sealed to the one before.

Filing never holds hours back (A10): they count when the authority approves. It stamps what was recorded.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.models import Area, Organization, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services import trail
from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.jobs import renew, work_off
from credits.models import ClosedMonth, HourEntry
from reviews.models import Filing, FilingItem
from reviews.rules.filing import CLAUSE, first_of_month
from reviews.selectors.filings import (
    FILE_MONTH,
    figures_of_reviewers,
    filing_bureaus,
    reasons_against,
    seal_of,
    totals_of,
    unfiled,
)

CHUNK = 1000


@transaction.atomic
def ask_to_file(area: Area, month: date, *, by: User, now: datetime) -> Filing:
    """Begin to file `month` (any day of it) for `area` and what lies below it; of the province only its own units.

    Everything recorded until its end, and until now, that stands in no filing yet goes into the list; the clock freezes
    it (`work_on_filings`). Refused before the month may be filed, when it was, and for whoever does not file there.
    """
    month = first_of_month(month)
    bureau = _bureau_for(area, by)
    next_number(f"filing:{area.code}")  # locks: two at once go one after the other
    refuse_if_any(reasons_against(area, month, now=now))
    filing = _open(area, bureau, month, by=by, now=now)
    waiting = unfiled(area, month).order_by()
    last = waiting.aggregate(last=Max("pk"))["last"] or 0
    params = {"filing": str(filing.ref), "last": last, "after": None}
    total = waiting.count()
    Job.objects.create(kind=FILE_MONTH, params=params, total=total, owner_id=by.pk, created_at=now)
    trail.record("filing.ask", filing, by=by, now=now, after={"number": filing.number, "entries": total})
    return filing


@transaction.atomic
def file_month(area: Area, month: date, *, by: User, now: datetime) -> Filing:
    """`ask_to_file`, and all of its work at once: where nobody waits for an answer (demo, sandbox)."""
    filing = ask_to_file(area, month, by=by, now=now)
    job = Job.objects.get(kind=FILE_MONTH, params__filing=str(filing.ref))
    while _freeze_next(job):
        pass
    _finish(job, now=now)
    filing.refresh_from_db()
    return filing


def work_on_filings(*, now: datetime) -> int:
    """Freeze lists that were asked for; gives how many chunks were done."""
    return work_off([FILE_MONTH], work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of a list whose lease the caller holds; last of all the totals, the figures and the seal."""
    if not renew(job, now=now):
        return False
    if _freeze_next(job):
        return True
    _finish(job, now=now)
    return False


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


def _freeze_next(job: Job) -> int:
    """Write the next lines as they stand now; gives how many."""
    filing = Filing.objects.select_related("area").get(ref=job.params["filing"])
    entries = list(_after(job, filing)[:CHUNK])
    FilingItem.objects.bulk_create(
        FilingItem(filing=filing, entry=entry, position=position, line=_line(entry, position))
        for position, entry in enumerate(entries, start=job.done + 1)
    )
    if entries:
        job.params["after"] = [entries[-1].recorded_at.isoformat(), entries[-1].pk]
        job.done += len(entries)
        Job.objects.filter(pk=job.pk).update(params=job.params, done=job.done)
    return len(entries)


def _after(job: Job, filing: Filing) -> QuerySet[HourEntry]:
    rows = unfiled(filing.area, filing.month).filter(pk__lte=job.params["last"])
    if job.params["after"]:
        at, key = datetime.fromisoformat(job.params["after"][0]), job.params["after"][1]
        rows = rows.filter(Q(recorded_at__gt=at) | Q(recorded_at=at, pk__gt=key))
    return rows


def _finish(job: Job, *, now: datetime) -> None:
    """The totals and the seal over exactly the lines that were frozen; from here on the month is closed."""
    filing = Filing.objects.select_related("area", "filed_by").get(ref=job.params["filing"])
    filing.entry_count, filing.person_count, filing.public_hours, filing.professional_hours = totals_of(filing)
    filing.reviewers = figures_of_reviewers(filing)
    filing.digest = seal_of(filing)
    filing.save()
    ClosedMonth.objects.create(area=filing.area, month=filing.month, reference=filing.number, closed_at=now)
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=now, claimed_until=None)
    after = {"number": filing.number, "entries": filing.entry_count, "digest": filing.digest}
    trail.record("filing.filed", filing, by=filing.filed_by, now=now, after=after)


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
