"""A unit's own recognition standard (认定标准): what stands, changing it, and what stood before (S0-19, S2-11)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.models import Organization
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.forms.standards import StandardForm, standard_initial
from credits.models import Activity
from credits.selectors.standards import history_of, line_of, lines_of, newest, units_setting_standards, versions_of
from credits.services.standards import lift_standard, set_standard


@require_safe
@never_cache
@only_who_may(Act.KEEP_STANDARDS)
def show_standards(request: PersonRequest, ref: UUID | None = None) -> HttpResponse:
    """Every activity with its rule and the unit's standard. Without `ref` the first of one's units."""
    units = list(units_setting_standards(request.user))
    if ref is None:
        unit = units[0] if units else None
    else:
        unit = get_object_or_404(units_setting_standards(request.user), ref=ref)
    lines = lines_of(unit, timezone.localdate()) if unit else []
    own = [line for line in lines if line.standard]
    others = [line for line in lines if not line.standard]
    return render(request, "credits/standards.html", {"unit": unit, "units": units, "own": own, "others": others})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.KEEP_STANDARDS)
def edit_standard(request: PersonRequest, ref: UUID, activity: str) -> HttpResponse:
    """The next version of one standard, or its end; below, every version so far."""
    unit = get_object_or_404(units_setting_standards(request.user), ref=ref)
    way = get_object_or_404(Activity, code=activity)
    if request.method != "POST":
        return _page(request, unit, way)
    line = line_of(unit, way, timezone.localdate())
    form = StandardForm(request.POST, per=line.per, unit=line.unit)
    if form.is_valid() and _write(request, unit, way, form):
        return redirect("credits:standards_of", unit.ref)
    return _page(request, unit, way, form=form, status=422)


def _write(request: PersonRequest, unit: Organization, way: Activity, form: StandardForm) -> bool:
    content, now = form.content(), timezone.now()
    day = content["valid_from"]
    words = f"{day.year}年{day.month}月{day.day}日"
    try:
        if "lift" in request.POST:
            lift_standard(unit, way, seen=content["seen"], valid_from=day, by=request.user, now=now)
            messages.success(request, f"“{way.name}”从 {words} 起不再另设标准。")
        else:
            set_standard(unit, way, **content, by=request.user, now=now)
            messages.success(request, f"“{way.name}”的认定标准已保存，从 {words} 起执行，本单位人员申报时会看到。")
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True


def _page(
    request: PersonRequest, unit: Organization, way: Activity, *, form: StandardForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    last, count = newest(unit, way), versions_of(unit, way).count()
    line = line_of(unit, way, today)
    initial = standard_initial(last, count=count, today=today)
    context: dict[str, Any] = {
        "unit": unit,
        "line": line,
        "form": form or StandardForm(initial=initial, per=line.per, unit=line.unit),
        "history": history_of(unit, way, today),
        "can_lift": last is not None and not last.is_lifted,
    }
    return render(request, "credits/standard.html", context, status=status)
