"""Why a year stands as it does: what is asked, what became of everything learned, what is missing and how to get it."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, professionals_only
from ceportal.kernel.rules.dated import is_year
from credits.selectors.accounts import years_of
from credits.selectors.explaining import explanation_of


@professionals_only
@never_cache
@require_safe
def show_why(request: HttpRequest, year: int) -> HttpResponse:
    """One's own year; a year to come is not there yet."""
    person, now = cast(PersonRequest, request).professional, timezone.now()
    this_year = timezone.localdate(now).year
    if not is_year(year) or year > this_year:
        raise Http404
    context = {
        "why": explanation_of(person, year, now=now),
        "years": sorted({this_year, year, *years_of(person)}, reverse=True),
        "is_running": year == this_year,
    }
    return render(request, "credits/why.html", context)
