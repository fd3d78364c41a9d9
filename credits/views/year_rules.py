"""What a year asks of the reader, line by line: the regulation as it binds them, with where each line is written."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, professionals_only
from credits.rules.rule_words import sections_asked
from credits.selectors.bench import requirements_of

FIRST_YEAR = 2000


@professionals_only
@never_cache
@require_safe
def show_year_rules(request: HttpRequest, year: int) -> HttpResponse:
    """Themes and guide, limits and deadlines, what follows when the year is not met."""
    today = timezone.localdate()
    if not FIRST_YEAR <= year <= today.year:
        raise Http404
    found = requirements_of(cast(PersonRequest, request).professional, year, today=today)
    context = {
        "year": year,
        "requirements": found,
        "sections": sections_asked(found) if found else [],
        "cited_in": found.area_code if found else "",
    }
    return render(request, "credits/year_rules.html", context)
