"""What can be declared, and beginning it."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PersonRequest, professionals_only
from accounts.selectors.people import employer_of
from ceportal.kernel.rules.dated import year_in
from credits.enums import DeclarationState
from credits.models import Activity
from credits.rules.declaring import Limits
from credits.selectors.declarations import declarations_of, limits_of
from credits.selectors.regulation import activities
from credits.selectors.standards import words_at
from credits.selectors.window import windows_of, years_to_declare
from credits.services.declaring import start_declaration
from credits.views.intake import own_declaration


@professionals_only
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Explains and offers the activities and, where there are several, the years; a choice makes a draft."""
    person, ways = cast(PersonRequest, request), activities()
    years = years_to_declare(person.professional, now=timezone.now())
    if request.method != "POST":
        return render(request, "credits/declare.html", _context(person, ways, years, request.GET.get("year", "")))
    activity = next((way for way in ways if way.code == request.POST.get("activity")), None)
    year, problem = request.POST.get("year", ""), ""
    if activity is None:
        problem = "请先选择学习方式，再开始填写。"
    elif year and year_in(year) not in years:
        problem = "这个年度现在不能申报，请选择列出的年度。"
    if activity is None or problem:
        context = _context(person, ways, years, year) | {"problem": problem}
        return render(request, "credits/declare.html", context, status=422)
    declaration = start_declaration(
        professional=person.professional, by=person.user, now=timezone.now(), activity=activity, year=year_in(year)
    )
    return redirect("credits:edit_declaration", declaration.ref)


@professionals_only
@require_POST
def declare_again(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A new draft from one that was rejected or withdrawn (A25)."""
    person = cast(PersonRequest, request)
    declaration = start_declaration(
        professional=person.professional,
        by=person.user,
        now=timezone.now(),
        previous=own_declaration(request, ref),
    )
    return redirect("credits:edit_declaration", declaration.ref)


def _context(person: PersonRequest, ways: list[Activity], years: list[int], chosen: str) -> dict[str, Any]:
    this_year = timezone.localdate().year
    year = year_in(chosen) if year_in(chosen) in years else next(iter(years), this_year)
    limits = limits_of(person.professional, year or this_year, today=timezone.localdate())
    standards = words_at(employer_of(person.professional), timezone.localdate())
    drafts = declarations_of(person.professional).filter(state=DeclarationState.DRAFT)[:5]
    return {
        "groups": _groups(ways, limits, standards),
        "limits": limits,
        "problem": "",
        "year": year,
        "years": years if len(years) > 1 else [],
        "windows": windows_of(person.professional, years or [this_year], now=timezone.now()),
        "drafts": drafts,
    }


def _groups(ways: list[Activity], limits: Limits | None, standards: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """What is attended gives hours by its days, the rest by what it shows; each with what one's unit asks beside."""
    per_day = (limits or Limits()).per_day
    offered = [(way, standards.get(way.code, [])) for way in ways]
    attended = [each for each in offered if each[0].is_attended]
    shown = [each for each in offered if not each[0].is_attended]
    groups = [
        ("参加的学习活动", f"按起止日期计算，每天最多 {per_day:f} 学时", attended),
        ("学历、成果和考试", "按取得的证明认定", shown),
    ]
    return [{"title": title, "about": about, "ways": found} for title, about, found in groups if found]
