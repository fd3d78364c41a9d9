"""专职人员和管理人员培训: a unit names its officer and says how many it has; those above see, and train."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.forms.officers import HeadcountForm, OfficerForm, OfficerTrainingForm
from ceportal.office.rules.officers import share
from ceportal.office.selectors import officers as found
from ceportal.office.services import officers as services

LOOKS = (
    ("none", "没有专职人员"), ("named", "有专职人员"), ("untrained", "今年没有参训"), ("unsaid", "没有填报人数"),
    ("said", "填报了人数"),
)  # fmt: skip
_KEPT = ("name", "office", "phone", "is_full_time")


@never_cache
@only_who_may(Act.NAME_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def show_officer(request: PersonRequest) -> HttpResponse:
    """The reader's unit: its officer, its headcount of the year, the trainings attended. POST does what `act` says."""
    unit, now = found.own_units(request.user).first(), timezone.now()
    if unit is None:
        raise PermissionDenied("专职人员由用人单位登记。")
    year, act = timezone.localdate(now).year, request.POST.get("act", "")
    officer, headcount = found.officer_of(unit), found.headcount_of(unit, year)
    naming = OfficerForm(
        request.POST if act == "name" else None,
        initial={name: getattr(officer, name) for name in _KEPT} if officer else {},
    )
    counting = HeadcountForm(
        request.POST if act == "count" else None, initial={"obliged": headcount.obliged} if headcount else {}
    )
    by: dict[str, Any] = {"by": request.user, "now": now}
    form = {"name": naming, "count": counting}.get(act)
    if form is not None and form.is_valid():
        try:
            if form is naming:
                services.name_officer(unit, **form.cleaned_data, **by)
            else:
                services.say_headcount(unit, year, form.cleaned_data["obliged"], **by)
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已登记。")
            return redirect("office:officer")
    registered = found.registered_at(unit)
    context = {
        "unit": unit, "year": year, "officer": officer, "headcount": headcount, "naming": naming,
        "counting": counting, "registered": registered,
        "share": share(registered, headcount.obliged if headcount else None),
        "attended": found.trainings_attended(unit)[:20],
    }  # fmt: skip
    return render(request, "office/officer.html", context, status=422 if request.method == "POST" else 200)


@never_cache
@only_who_may(Act.OVERSEE_OFFICERS)
@require_safe
def show_officers(request: PersonRequest) -> HttpResponse:
    """Unit by unit: officer, training, registered of the obliged; `?name=` and `?look=` narrow."""
    year = timezone.localdate().year
    name, asked = request.GET.get("name", "").strip()[:60], request.GET.get("look", "")
    look = asked if asked in dict(LOOKS) else ""
    rows = found.units_overseen(request.user, year, name=name.replace("\0", ""), look=look)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", ""))
    context = {
        "page": page, "units": [(unit, share(*_said(unit))) for unit in page.items],
        "whole": found.whole_of(request.user, year), "year": year, "name": name, "look": look, "looks": LOOKS,
    }  # fmt: skip
    return render(request, "office/officers.html", context)


@never_cache
@only_who_may(Act.OVERSEE_OFFICERS)
@require_http_methods(["GET", "HEAD", "POST"])
def show_officer_trainings(request: PersonRequest) -> HttpResponse:
    """Those of the reader's offices, and the form for one that is over."""
    form = OfficerTrainingForm(
        request.POST if request.method == "POST" else None, offices=found.offices_of(request.user)
    )
    if form.is_bound and form.is_valid():
        said = dict(form.cleaned_data)
        office = said.pop("office")
        try:
            made = services.hold_training(office, said, by=request.user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已登记。请勾选参加的人员。")
            return redirect("office:officer_training", made.ref)
    page = keyset_page(found.trainings_seen_by(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    context = {"page": page, "form": form}
    return render(request, "office/officer_trainings.html", context, status=422 if form.is_bound else 200)


@never_cache
@only_who_may(Act.OVERSEE_OFFICERS)
@require_http_methods(["GET", "HEAD", "POST"])
def show_officer_training(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Who took part: officers are ticked, by the beginning of their unit's name."""
    training = get_object_or_404(found.trainings_seen_by(request.user), ref=ref)
    problems: list[str] = []
    if request.method == "POST":
        refs = _refs(request.POST.getlist("officer")[:200])
        try:
            count = services.note_attendance(
                training, refs, was_there=request.POST.get("act") != "off", by=request.user, now=timezone.now()
            )
        except MovedOn:
            raise
        except Refused as refused:
            problems = [reason.message for reason in refused.reasons]
        else:
            messages.success(request, f"已更新 {count} 人。")
            return redirect("office:officer_training", ref)
    name = request.GET.get("name", "").strip()[:60].replace("\0", "")
    rows = found.officers_for(request.user, training, name=name)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", ""))
    context = {"training": training, "page": page, "name": name, "problems": problems}
    return render(request, "office/officer_training.html", context, status=422 if problems else 200)


def _said(unit: Any) -> tuple[int, int | None]:
    """What the list was annotated with: registered, and how many ought to be."""
    return unit.registered, unit.obliged


def _refs(texts: list[str]) -> list[UUID]:
    """Those that are refs at all."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
