"""Which years are open to whom: the deadline of the rule set, and what lets one person in after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from accounts.enums import RequestState
from accounts.models import Professional
from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.selectors.calendar import due_after
from credits.enums import DeclarationState
from credits.models import BackYear, Declaration
from credits.rules.declaring import Limits
from credits.rules.exceptions import YEARS_BACK, ClosedYear, back_years
from credits.rules.limits import limits_in
from credits.rules.window import CLOSED, Opening, YearLimits, in_words, is_open, last_day
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book

Place = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """A year, and the sentence that says until when it can be declared."""

    year: int
    words: str
    clause: str


def granted_years(professional: Professional) -> dict[int, Opening]:
    """The years granted to a person at any time, with the last day of each; a day that has passed lets nobody in."""
    rows = BackYear.objects.filter(request__professional=professional, request__state=RequestState.GRANTED)
    found = rows.order_by("request__valid_until").values_list("year", "request__valid_until", "request__document_no")
    return {year: Opening(excused_until=until, document_no=number) for year, until, number in found}


def excused_years(professional: Professional, *, today: date) -> dict[int, date]:
    """The closed years this person may declare today, each with its last day."""
    granted = {year: opening.excused_until for year, opening in granted_years(professional).items()}
    return {year: until for year, until in granted.items() if until and until >= today}


def excused_places(places: Iterable[Place], *, today: date) -> set[Place]:
    """Those of `places` (year, key of a person) for which an exception holds today: one query for all."""
    asked = set(places)
    if not asked:
        return set()
    rows = BackYear.objects.filter(
        year__in={year for year, _ in asked},
        request__professional__in={person for _, person in asked},
        request__state=RequestState.GRANTED,
    )
    last = rows.values_list("year", "request__professional").annotate(last=Max("request__valid_until"))
    return {(year, person) for year, person, until in last if until >= today} & asked


def opening_for(declaration: Declaration, limits: YearLimits | None, *, today: date) -> Opening:
    """What lets this declaration in although its year has closed: an exception, or the time to correct it (A6)."""
    year = declaration.ended_on.year if declaration.ended_on else declaration.asked_year or today.year
    if is_open(year, today=today, limits=limits):
        return CLOSED
    granted = granted_years(declaration.professional).get(year, CLOSED)
    return Opening(granted.excused_until, granted.document_no, _correct_until(declaration, year, limits, granted))


def limits_by_year(professional: Professional, years: Iterable[int], *, now: datetime) -> dict[int, Limits | None]:
    """What each of `years` says of declaring, for this person; None for one without a rule. The rules are read once."""
    bench = Bench(rule_book(), now)
    asked = {year: bench.asked_of(professional, year) for year in years if is_year(year)}
    return {year: limits_in(found) if found else None for year, found in asked.items()}


def years_to_declare(professional: Professional, *, now: datetime) -> list[int]:
    """The years this person can declare now, the present one first: former ones while their deadline lies ahead, or by
    an exception.
    """
    today = timezone.localdate(now)
    excused = excused_years(professional, today=today)
    known = limits_by_year(professional, (today.year, today.year - 1), now=now)
    still_open = {year for year, limits in known.items() if limits and is_open(year, today=today, limits=limits)}
    return sorted(still_open | set(excused), reverse=True)


def windows_of(professional: Professional, years: Iterable[int], *, now: datetime) -> list[Window]:
    """Until when each of `years` can be declared by this person, in words, and where that is written."""
    today, known = timezone.localdate(now), limits_by_year(professional, years, now=now)
    granted = granted_years(professional)
    return [_window(year, limits, granted.get(year, CLOSED), today) for year, limits in known.items()]


def closed_years(professional: Professional, *, now: datetime) -> list[ClosedYear]:
    """The latest closed years as the person reads them: whether an exception can be asked for, and why not."""
    today = timezone.localdate(now)
    known = limits_by_year(professional, range(today.year, today.year - YEARS_BACK - 1, -1), now=now)
    return back_years(known, today=today, excused=excused_years(professional, today=today))


def _window(year: int, limits: Limits | None, opening: Opening, today: date) -> Window:
    words = in_words(year, today=today, limits=limits, opening=opening)
    if limits is None:
        return Window(year, words, "")
    by_rule = is_open(year, today=today, limits=limits)
    return Window(year, words, limits.deadline_clause if by_rule else limits.back_year_clause)


def _correct_until(declaration: Declaration, year: int, limits: YearLimits | None, granted: Opening) -> date | None:
    """The end of the grace, counted from the day it was returned; for what was filed while the year was open to it."""
    filed, returned = declaration.first_submitted_at, declaration.decided_at
    if declaration.state != DeclarationState.RETURNED or not (filed and returned and limits and limits.grace_days):
        return None
    in_time = max(last_day(year, limits), granted.excused_until or date.min)
    if timezone.localdate(filed) > in_time:
        return None
    return due_after(returned, limits.grace_days)[1].day
