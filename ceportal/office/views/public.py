"""What anybody may read: what the portal is, where its numbers stand, how to use it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import TitleLevel
from ceportal.kernel.selectors.trail_chain import daily_heads
from ceportal.office.selectors.deadlines import deadlines_of
from ceportal.office.selectors.guides import guides
from ceportal.office.selectors.policy import documents, numbers_of_years
from ceportal.office.views.leading import open_to
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
    return render(request, "office/help.html", {"guides": guides()})


@login_not_required
@require_safe
def show_guide(request: HttpRequest, key: str) -> HttpResponse:
    """The first steps of a role, with pictures; each leads to its page, unless it is not the reader's."""
    guide = next((each for each in guides() if each.key == key), None)
    if guide is None:
        raise Http404
    others = [each for each in guides() if each is not guide]
    there = open_to(request, {step.url_name for step in guide.steps})
    return render(request, "office/guide.html", {"guide": guide, "others": others, "there": there})


@login_not_required
@require_safe
def show_deadlines(request: HttpRequest) -> HttpResponse:
    """The days of this year and the next, those that are over below."""
    today = timezone.localdate()
    days = [each for year in (today.year - 1, today.year) for each in deadlines_of(year)]
    coming = [each for each in days if each.day >= today]
    past = [each for each in days if each.day < today and each.day.year == today.year]
    return render(request, "office/deadlines.html", {"coming": coming, "past": past, "year": today.year})


@login_not_required
@require_safe
def show_trail_heads(request: HttpRequest) -> HttpResponse:
    """The seals of the trail, a day a line: whoever keeps a printed head can show later that nothing was changed."""
    return render(request, "office/trail_heads.html", {"heads": daily_heads(today=timezone.localdate())})
