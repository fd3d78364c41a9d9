"""A unit's desk for the hours of its people, those who work there and those who did (A23)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from accounts.selectors.people import people_of
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.web.keyset import keyset_page
from credits.rules.requirements import thresholds
from credits.selectors.accounts import standing_of
from credits.selectors.bench import requirements_of
from credits.selectors.unit_people import (
    former_people_of,
    insight_of,
    jobs_seen_by,
    people_with_hours,
)


@never_cache
@require_safe
@only_who_may(Act.SEE_HOURS)
def show_people(request: PersonRequest) -> HttpResponse:
    """`?view=former` those who left; `?name=` finds by the start of the name."""
    text, is_former = request.GET.get("name", "")[:50], request.GET.get("view", "") == "former"
    rows = former_people_of(request.user, text) if is_former else people_of(request.user, text)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", ""))
    return render(request, "credits/people_hours.html", {"page": page, "name": text, "is_former": is_former})


@never_cache
@require_safe
@only_who_may(Act.SEE_HOURS)
def show_person(request: PersonRequest, ref: UUID) -> HttpResponse:
    """The entries of `?year=` (the latest when it cannot be read), as far as they are this reader's to see."""
    person = get_object_or_404(people_with_hours(request.user), ref=ref)
    insight, today = insight_of(request.user, person), timezone.localdate()
    years = sorted({*insight.years(), *([today.year] if insight.is_whole else [])}, reverse=True)
    asked = year_in(request.GET.get("year", ""))
    year = asked if asked in years else (years or [today.year])[0]
    requirements = requirements_of(person, year, today=today) if insight.is_whole else None
    standing = standing_of(insight.account(year))
    context = {
        "person": person,
        "is_whole": insight.is_whole,
        "jobs": jobs_seen_by(request.user, person),
        "year": year,
        "years": years,
        "thresholds": thresholds(requirements, standing) if requirements else [],
        "page": keyset_page(insight.entries(year), order=("-id",), cursor=request.GET.get("after", "")),
    }
    return render(request, "credits/person_hours.html", context)
