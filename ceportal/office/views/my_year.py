"""My year: have I met it, what is missing, by when, and what waits with whom."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, professionals_only
from ceportal.office.selectors.year import year_view

FIRST_YEAR = 2000


@professionals_only
@require_safe
@never_cache
def show_my_year(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The present year, or a former one; a year to come is not there yet."""
    today = timezone.localdate()
    if year is not None and not FIRST_YEAR <= year <= today.year:
        raise Http404
    professional = cast(PersonRequest, request).professional
    view = year_view(professional, year or today.year, today=today)
    return render(request, "office/my_year.html", {"view": view, "professional": professional})
