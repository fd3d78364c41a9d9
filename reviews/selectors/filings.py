"""What a bureau may file and what it has filed (S2-07)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from accounts.enums import Move, TitleLevel
from accounts.models import Area, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.selectors.calendar import work_calendar
from credits.enums import Subject
from credits.models import HourEntry
from credits.selectors.regulation import requirements
from reviews.models import Decision, Filing, FilingItem
from reviews.rules.filing import (
    MONTHLY_END,
    FiledMonth,
    Seal,
    first_of_month,
    month_after,
    oldest_to_file,
    reasons_not_to_file,
)

FILE_MONTH = "filing.file"
# A transaction may commit this much later than the moment it wrote into its entries.
_STRAGGLERS = timedelta(days=1)


@dataclass(frozen=True)
class Unfiled:
    """What a filing of `month` would hold now."""

    bureau: Organization
    month: date
    entries: int
    people: int
    public_hours: Decimal
    professional_hours: Decimal

    def without(self, before: "Unfiled") -> "Unfiled":
        """What came on top of an earlier month. People are not told apart so: they may stand in both."""
        return Unfiled(
            self.bureau,
            self.month,
            self.entries - before.entries,
            self.people,
            self.public_hours - before.public_hours,
            self.professional_hours - before.professional_hours,
        )


def filing_bureaus(user: User) -> QuerySet[Organization]:
    """The bureaus for which `user` files: of a city, of what stands directly below the province, or of the province."""
    bureaus = units_for(user, Act.FILE_MONTHS).select_related("area", "area__parent")
    return bureaus.filter(area__parent__parent__isnull=True)


def entries_filed_by(area: Area) -> QuerySet[HourEntry]:
    """The entries a filing of `area` covers: a city's own and those below; of the province only its own (省直) ones."""
    if area.parent_id is None:
        return HourEntry.objects.filter(area=area)
    return HourEntry.objects.filter(**below(area))


def unfiled(area: Area, month: date) -> QuerySet[HourEntry]:
    """What was recorded until the end of `month` and stands in no filing yet, in order of record.

    Looks back no further than the month filed before it: what is older has been filed with it.
    """
    filed = FilingItem.objects.filter(entry=OuterRef("pk"))
    rows = entries_filed_by(area).filter(~Exists(filed), recorded_at__lt=_start_of(month_after(month)))
    last = Filing.objects.filter(area=area, month__lt=month).order_by("-month").first()
    if last:
        rows = rows.filter(recorded_at__gte=_start_of(last.month) - _STRAGGLERS)
    return rows.select_related("professional", "organization", "area").order_by("recorded_at", "id")


def what_to_file(bureau: Organization, month: date) -> Unfiled:
    """The totals a filing of `month` would have now."""
    rows = unfiled(bureau.area, month).order_by()
    sums = {row["subject"]: row["sum"] for row in rows.values("subject").annotate(sum=Sum("hours"))}
    counts = rows.aggregate(entries=Count("pk"), people=Count("professional", distinct=True))
    return Unfiled(
        bureau, month, counts["entries"], counts["people"],
        sums.get(Subject.PUBLIC, Decimal(0)), sums.get(Subject.PROFESSIONAL, Decimal(0)),
    )  # fmt: skip


def months_to_file(bureau: Organization, *, today: date) -> list[date]:
    """The months that are not filed yet, the oldest first: from the one after the last filed, or the first entry's."""
    last = Filing.objects.filter(area=bureau.area).order_by("-month").values_list("month", flat=True).first()
    month, this = _first_month(bureau.area, last, today), first_of_month(today)
    months = []
    while month <= this:
        months.append(month)
        month = month_after(month)
    return months


def months_behind(bureau: Organization, *, today: date) -> list[date]:
    """The months that are over in which something was recorded that is not filed."""
    over = months_to_file(bureau, today=today)[:-1]
    return [month for month in over if unfiled(bureau.area, month).filter(recorded_at__gte=_start_of(month)).exists()]


def waiting_months(bureau: Organization, *, today: date) -> list[tuple[bool, Unfiled]]:
    """The months in which something was recorded that is not filed, and the running one; the first is filed next.

    Each with its own numbers: a filing of a later month would hold those before it too.
    """
    found: list[tuple[bool, Unfiled]] = []
    before = None
    for month in months_to_file(bureau, today=today):
        opened = what_to_file(bureau, month)
        alone = opened.without(before) if before else opened
        if alone.entries or month == first_of_month(today):
            found.append((not found, alone))
        before = opened
    return found


def _first_month(area: Area, last: date | None, today: date) -> date:
    if last:
        return month_after(last)
    first = entries_filed_by(area).order_by("recorded_at").values_list("recorded_at", flat=True).first()
    oldest = oldest_to_file(today)
    return max(oldest, first_of_month(timezone.localdate(first))) if first else first_of_month(today)


def reasons_against(area: Area, month: date, *, now: datetime) -> list[Refusal]:
    """Why `month` cannot be filed for `area` now: the page and the service ask the same."""
    today = timezone.localdate(now)
    filed = Filing.objects.filter(area=area, month=month).select_related("filed_by").first()
    later = Filing.objects.filter(area=area, month__gt=month).select_related("filed_by").order_by("month").first()
    found = reasons_not_to_file(
        month,
        today=today,
        calendar=work_calendar(month),
        filed=_as_filed(filed),
        later=_as_filed(later),
        opens=_opens(area, month),
        earlier=None if filed or later else _open_before(area, month, today),
    )
    return list(found)


def _opens(area: Area, month: date) -> str:
    """From when the month may be filed, as the rule set of the place says."""
    asked = requirements(area, month.year, TitleLevel.MIDDLE)
    setting = asked.settings.get("filing") if asked else None
    return setting.value if setting else MONTHLY_END


def _open_before(area: Area, month: date, today: date) -> date | None:
    """The first month before `month` in which something waits to be filed, as the desk offers it."""
    last = Filing.objects.filter(area=area, month__lt=month).order_by("-month").values_list("month", flat=True).first()
    begin = _first_month(area, last, today)
    if month <= begin:
        return None
    oldest = unfiled(area, first_of_month(month - timedelta(days=1))).values_list("recorded_at", flat=True).first()
    return max(begin, first_of_month(timezone.localdate(oldest))) if oldest else None


def _as_filed(filing: Filing | None) -> FiledMonth | None:
    if filing is None:
        return None
    at = timezone.localtime(filing.filed_at)
    return FiledMonth(filing.month, filing.filed_by.name, f"{at.year}年{at.month}月{at.day}日")


def filings_seen_by(user: User) -> QuerySet[Filing]:
    """The filings of the places `user` files for or oversees, each place's own and those below it."""
    areas = Area.objects.filter(pk__in=units_for(user, Act.SEE_FILINGS).values("area"))
    seen = Filing.objects.none()
    for area in areas:
        seen = seen | Filing.objects.filter(**below(area))
    return seen.select_related("area", "bureau", "filed_by")


def head_of(filing: Filing) -> dict[str, Any]:
    """What of a filing is sealed before its lines."""
    return {
        "number": filing.number,
        "area": filing.area_id,
        "month": f"{filing.month:%Y-%m}",
        "filed_at": filing.filed_at.astimezone(timezone.get_default_timezone()).isoformat(),
    }


def seal_of(filing: Filing) -> str:
    """The digest that the frozen list, with what is sealed around it, gives now."""
    running = Seal(head_of(filing), filing.previous_digest)
    for line in lines_of(filing):
        running.add(line)
    if filing.reviewers:
        running.add({"reviewers": filing.reviewers})
    return running.digest()


def is_intact(filing: Filing) -> bool:
    """Whether the frozen list still gives the digest it was sealed with, and its totals those that stand beside it."""
    entries, hours = 0, dict.fromkeys(Subject, 0)
    for line in lines_of(filing):
        entries += 1
        hours[Subject(line["subject"])] += int(line["hours"].replace(".", ""))
    totals = (entries, hours[Subject.PUBLIC], hours[Subject.PROFESSIONAL])
    kept = (filing.entry_count, int(filing.public_hours * 10), int(filing.professional_hours * 10))
    return seal_of(filing) == filing.digest and totals == kept


def totals_of(filing: Filing) -> tuple[int, int, Decimal, Decimal]:
    """Entries, people, hours of the public and of the professional subject, counted from the frozen items."""
    items = FilingItem.objects.filter(filing=filing)
    counts = items.aggregate(entries=Count("pk"), people=Count("entry__professional", distinct=True))
    sums = items.order_by().values("entry__subject").annotate(sum=Sum("entry__hours"))
    by_subject = {row["entry__subject"]: row["sum"] for row in sums}
    hours = (by_subject.get(subject, Decimal("0.0")) for subject in (Subject.PUBLIC, Subject.PROFESSIONAL))
    return counts["entries"], counts["people"], *hours


def figures_of_reviewers(filing: Filing) -> list[dict[str, Any]]:
    """Who of the area decided how much in the month of `filing`, by unit and name: JSON values."""
    area = filing.area
    of_area = Q(organization__area=area) if area.parent_id is None else Q(**below(area, "organization__area"))
    begin, end = _start_of(filing.month), _start_of(month_after(filing.month))
    rows = (
        Decision.objects.filter(of_area, at__gte=begin, at__lt=end)
        .order_by()
        .values("organization__name", "by__ref", "by__name")
        .annotate(
            approved=Count("pk", filter=Q(move=Move.APPROVE)),
            returned=Count("pk", filter=Q(move=Move.RETURN)),
            rejected=Count("pk", filter=Q(move=Move.REJECT)),
            late=Count("pk", filter=Q(at__gt=F("was_due_at"))),
            hours=Sum("hours_recognised", filter=Q(move=Move.APPROVE)),
        )
        .order_by("organization__name", "by__name", "by__ref")
    )
    return [
        {
            "unit": row["organization__name"],
            "reviewer": str(row["by__ref"]),
            "name": row["by__name"],
            "approved": row["approved"],
            "returned": row["returned"],
            "rejected": row["rejected"],
            "late": row["late"],
            "hours": f"{row['hours'] or 0:.1f}",
        }
        for row in rows
    ]


def changed_since(filing: Filing) -> QuerySet[HourEntry]:
    """What has become of what stands in `filing`: later entries of the same claims, the latest first, each with the
    `number` of the filing it stands in (none yet: it goes into the next).
    """
    inside = FilingItem.objects.filter(filing=filing)
    number = FilingItem.objects.filter(entry=OuterRef("pk")).values("filing__number")[:1]
    first = FilingItem.objects.filter(filing=filing, entry__claim=OuterRef("claim"), entry__lt=OuterRef("pk"))
    rows = HourEntry.objects.filter(Exists(first)).exclude(pk__in=inside.values("entry"))
    return rows.select_related("professional", "organization").annotate(number=Subquery(number)).order_by("-pk")


def progress_of(filing: Filing) -> Job | None:
    """The job that freezes a list, while it does."""
    if filing.digest:
        return None
    return Job.objects.filter(kind=FILE_MONTH, params__filing=str(filing.ref)).first()


def lines_of(filing: Filing) -> Iterator[dict[str, Any]]:
    """The frozen lines, in order."""
    rows = FilingItem.objects.filter(filing=filing).order_by("position").values_list("line", flat=True)
    yield from rows.iterator(chunk_size=2000)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
