"""Evaluations of units: whom one evaluates, one unit's year beside the form, what was found at one's own unit."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.enums import Grade
from ceportal.office.forms.evaluating import EvaluationForm
from ceportal.office.rules.evaluating import POINTS
from ceportal.office.selectors import evaluations as found
from ceportal.office.services.evaluating import evaluate_unit

_LONGEST = 60
LOOKS = {"open": "还没有评估的", "made": "已评估的"} | {
    f"{point}-{grade}": f"{label}：{words}" for point, label in POINTS.items() for grade, words in Grade.choices
}


@only_who_may(Act.EVALUATE_UNITS, Act.SEE_EVALUATIONS)
@never_cache
@require_safe
def show_evaluations(request: HttpRequest) -> HttpResponse:
    """`?year=` and `?name=` (its beginning) narrow the units; `?look=` one of `LOOKS`."""
    user, year = cast(User, request.user), _year(request)
    evaluates = may(user, Act.EVALUATE_UNITS)
    name = request.GET.get("name", "").replace("\0", "").strip()[:_LONGEST]
    look = request.GET.get("look", "")
    look = look if look in LOOKS else ""
    rows = found.units_to_evaluate(user, year, name=name, look=look)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", "")) if evaluates else None
    context = {
        "page": page, "year": year, "years": _years(), "name": name, "look": look, "looks": LOOKS,
        "counted": found.evaluated(user, year) if evaluates else None,
        "own": found.own_evaluations(user)[:_LONGEST],
    }  # fmt: skip
    return render(request, "office/evaluations.html", context)


@only_who_may(Act.EVALUATE_UNITS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evaluate(request: HttpRequest, ref: UUID) -> HttpResponse:
    """`?year=` the year; what the portal counted stands beside each point."""
    user, year = cast(User, request.user), _year(request)
    unit = get_object_or_404(found.evaluated_by(user), ref=ref)
    form = EvaluationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        office = found.office_of(user, unit)
        try:
            evaluate_unit(unit, office, form.cleaned_data, year=year, by=user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, f"已登记对{unit}的评估，对方会收到消息。")
            return redirect("office:evaluations")
    facts = found.facts_of(unit, year)
    context = {
        "unit": unit, "year": year, "form": form, "past": found.evaluations_of(unit)[:_LONGEST],
        "facts": [(label, facts[name]) for name, label in POINTS.items()], "points": POINTS,
    }  # fmt: skip
    return render(request, "office/evaluate.html", context, status=422 if request.method == "POST" else 200)


def _years() -> tuple[int, int]:
    this_year = timezone.localdate().year
    return this_year, this_year - 1


def _year(request: HttpRequest) -> int:
    asked = year_in(request.GET.get("year", ""))
    return asked if asked in _years() else _years()[0]
