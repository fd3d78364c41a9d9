"""A person's year for one page: the hours, what waits with whom, what came back, the certificate."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Professional
from ceportal.kernel.rules.working_days import working_days_left
from ceportal.kernel.selectors.calendar import work_calendar
from ceportal.office.rules.years import reader_years
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.selectors import certificates_of
from credits.enums import DeclarationState
from credits.models import Declaration, HourEntry
from credits.rules.closing import deadline_of
from credits.rules.limits import limits_in
from credits.rules.requirements import Requirements, Threshold, hours_missing, thresholds
from credits.rules.window import CLOSED, in_words, is_open
from credits.selectors.accounts import account_of, entries_of, standing_of, years_of
from credits.selectors.bench import requirements_of
from credits.selectors.declarations import declarations_of
from credits.selectors.window import granted_years

ENTRIES_SHOWN = 8
UNDER_REVIEW = (DeclarationState.AT_EMPLOYER, DeclarationState.AT_AUTHORITY)
UNSETTLED = (*UNDER_REVIEW, DeclarationState.RETURNED, DeclarationState.DRAFT)
# A draft without an end date has no year yet: it is shown under the present one.
SETTLED_SHOWN = (CertificateState.INTENDED, CertificateState.ISSUED)


@dataclass(frozen=True)
class YearView:
    """One year as its person reads it. `requirements` is None for a year before there were any rules."""

    year: int
    is_current: bool
    requirements: Requirements | None
    thresholds: list[Threshold]
    missing: Decimal
    held: Decimal
    is_met: bool
    window: str
    is_open: bool
    deadline: date
    days_left: int
    under_review: list[Declaration]
    returned: list[Declaration]
    drafts: list[Declaration]
    entries: list[HourEntry]
    has_more_entries: bool
    certificate: Certificate | None
    years: list[int]

    @property
    def is_over(self) -> bool:
        return self.days_left < 0

    @property
    def unit(self) -> str:
        """学时, or 学分 where the rule set of a trade says so (A30)."""
        return self.requirements.unit if self.requirements else "学时"

    @property
    def is_reduced(self) -> bool:
        return self.requirements is not None and self.requirements.is_obliged and self.requirements.ground is not None

    @property
    def is_assumed(self) -> bool:
        return self.requirements is not None and self.requirements.is_assumed

    @property
    def awaited(self) -> Decimal:
        """Hours claimed in what is under review: not counted yet."""
        return sum((row.hours_claimed or Decimal(0) for row in self.under_review), Decimal(0))


def year_view(professional: Professional, year: int, *, today: date) -> YearView:
    """All that *my year* shows, in a fixed number of queries however much there is."""
    asked = requirements_of(professional, year, today=today)
    account = account_of(professional, year)
    bars = thresholds(asked, standing_of(account)) if asked else []
    open_items = _open_items(professional, year, today)
    entries = list(entries_of(professional, year)[: ENTRIES_SHOWN + 1])
    deadline = deadline_of(year, asked)
    limits, opening = limits_in(asked) if asked else None, granted_years(professional).get(year, CLOSED)
    return YearView(
        year=year,
        is_current=year == today.year,
        requirements=asked,
        thresholds=bars,
        missing=hours_missing(bars),
        held=account.held if account else Decimal(0),
        is_met=bool(bars) and all(bar.is_met for bar in bars),
        window=in_words(year, today=today, limits=limits, opening=opening),
        is_open=is_open(year, today=today, limits=limits, opening=opening),
        deadline=deadline,
        days_left=working_days_left(today, deadline, work_calendar(today)),
        under_review=sorted((row for row in open_items if row.state in UNDER_REVIEW), key=_due),
        returned=[row for row in open_items if row.state == DeclarationState.RETURNED],
        drafts=[row for row in open_items if row.state == DeclarationState.DRAFT],
        entries=entries[:ENTRIES_SHOWN],
        has_more_entries=len(entries) > ENTRIES_SHOWN,
        certificate=_certificate(professional, year),
        years=reader_years(today, years_of(professional), year),
    )


def _open_items(professional: Professional, year: int, today: date) -> list[Declaration]:
    rows = declarations_of(professional).filter(state__in=UNSETTLED).select_related("waiting_on")
    return [row for row in rows if (row.year or row.asked_year or today.year) == year]


def _certificate(professional: Professional, year: int) -> Certificate | None:
    """The one that holds, else the latest that was ended, which the person should know of."""
    found = list(certificates_of(professional).filter(year=year))
    living = [row for row in found if row.state in SETTLED_SHOWN]
    return (living or found)[0] if found else None


def _due(declaration: Declaration) -> datetime:
    """What waits always has a due moment (the database says so)."""
    return declaration.due_at or declaration.changed_at
