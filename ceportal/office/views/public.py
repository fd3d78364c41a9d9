"""What anybody may read: what the portal is, where its numbers stand, how to use it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import TitleLevel
from ceportal.kernel.selectors.trail_chain import daily_heads
from ceportal.office.selectors.policy import documents, numbers_of_years
from credits.rules.closing import deadline_of
from credits.selectors.regulation import requirements

PROVINCE = "410000"


@login_not_required
@require_safe
def show_front(request: HttpRequest) -> HttpResponse:
    """What this year asks of a professional in the province, and where to begin."""
    year = timezone.localdate().year
    asked = requirements(PROVINCE, year, TitleLevel.MIDDLE)
    setting = asked.settings.get("deadline") if asked else None
    figures = asked.figures if asked else {}
    context = {
        "year": year,
        "asked": asked,
        "deadline": deadline_of(year, asked),
        "deadline_setting": setting,
        "employer_days": figures.get("review_days_employer"),
        "authority_days": figures.get("review_days_authority"),
    }
    return render(request, "office/front.html", context)


@login_not_required
@require_safe
def show_policy(request: HttpRequest) -> HttpResponse:
    return render(request, "office/policy.html", {"years": numbers_of_years(), "documents": documents()})


@login_not_required
@require_safe
def show_help(request: HttpRequest) -> HttpResponse:
    return render(request, "office/help.html")


@login_not_required
@require_safe
def show_trail_heads(request: HttpRequest) -> HttpResponse:
    """The seals of the trail, a day a line: whoever keeps a printed head can show later that nothing was changed."""
    return render(request, "office/trail_heads.html", {"heads": daily_heads(today=timezone.localdate())})
