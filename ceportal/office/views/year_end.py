"""Opening a year and closing a year: one checklist each, for bureaus."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.models import Area
from accounts.rules.policy import Act
from ceportal.kernel.rules.dated import year_in
from ceportal.office.selectors.statistics import Scope, scope_of
from ceportal.office.selectors.year_end import Check, closing, opening, year_to_close, year_to_open
from ceportal.office.services.readiness import of_a_year
from ceportal.office.views.leading import open_to


@only_who_may(Act.OVERSEE)
@never_cache
@require_safe
def show_opening(request: PersonRequest) -> HttpResponse:
    """What the coming year still lacks."""
    _, place = _place(request)
    now = timezone.now()
    year = year_in(request.GET.get("year", "")) or year_to_open(timezone.localdate(now))
    machine = [
        Check(
            each.part, f"{each.text}。{'请联系系统运行人员。' if each.remedy else ''}",
            "bad" if each.is_missing else "warn" if each.remedy else "ok",
        )
        for each in of_a_year(now=now)
    ]  # fmt: skip
    return _shown(request, place, year, [*opening(place, year), *machine], is_closing=False)


@only_who_may(Act.OVERSEE)
@never_cache
@require_safe
def show_closing(request: PersonRequest) -> HttpResponse:
    """What the year that ends still has open."""
    scope, place = _place(request)
    now = timezone.now()
    year = year_in(request.GET.get("year", "")) or year_to_close(timezone.localdate(now))
    return _shown(request, place, year, list(closing(request.user, scope, place, year, now=now)), is_closing=True)


def _place(request: PersonRequest) -> tuple[Scope, Area]:
    """The highest bureau of the reader; an authority keeps no year."""
    scope = scope_of(request.user)
    place = next((unit.area for unit in scope.units if unit.is_bureau), None)
    if place is None:
        raise Http404
    return scope, place


def _shown(request: PersonRequest, place: Area, year: int, checks: list[Check], *, is_closing: bool) -> HttpResponse:
    """Links only to pages that let the reader in."""
    names = {each.href: resolve(each.href.split("?")[0]).view_name for each in checks if each.href}
    there = open_to(request, set(names.values()))
    own = [each if names.get(each.href, "") in there else replace(each, href="") for each in checks]
    context = {
        "place": place, "year": year, "checks": own, "is_closing": is_closing,
        "bad": sum(each.tone == "bad" for each in own), "warn": sum(each.tone == "warn" for each in own),
    }  # fmt: skip
    return render(request, "office/year_end.html", context)
