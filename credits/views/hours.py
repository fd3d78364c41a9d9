"""Why is it this number: every entry of a year with its source, reason and clause."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, professionals_only
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.web.keyset import keyset_page
from credits.rules.requirements import thresholds
from credits.selectors.accounts import account_of, entries_of, standing_of, years_of
from credits.selectors.bench import requirements_of
from credits.selectors.completions import numbers_of_entries
from credits.selectors.courses import versions_credited


@professionals_only
@never_cache
@require_safe
def show_hours(request: HttpRequest) -> HttpResponse:
    """The entries of `?year=` (the present year when it cannot be read), and what they add up to."""
    person = cast(PersonRequest, request).professional
    today = timezone.localdate()
    years = sorted({today.year, *years_of(person)}, reverse=True)
    asked = year_in(request.GET.get("year", ""))
    year = asked if asked in years else today.year
    standing, requirements = standing_of(account_of(person, year)), requirements_of(person, year, today=today)
    page = keyset_page(entries_of(person, year), order=("-id",), cursor=request.GET.get("after", ""))
    versions = versions_credited(page.items)
    context = {
        "year": year,
        "years": years,
        "is_running": year == today.year,
        "standing": standing,
        "requirements": requirements,
        "thresholds": thresholds(requirements, standing) if requirements else [],
        "page": page,
        "entries": [(entry, versions.get(entry.pk)) for entry in page.items],
        "numbers": numbers_of_entries(page.items),
    }
    return render(request, "credits/hours.html", context)
