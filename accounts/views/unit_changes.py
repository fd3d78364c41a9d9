"""A unit's name, supervisor, or end by merging: asked by the unit, decided by those concerned."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.enums import Move, RequestState, UnitChangeKind
from accounts.forms.stationing import ReasonAndPaper
from accounts.forms.unit_changes import FORMS, UnitChangeRulingForm
from accounts.models import Organization, UnitChange
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import authorities_for
from accounts.selectors.unit_changes import history_of, unit_changes_seen_by, units_to_change
from accounts.services.requests import withdraw as take_back
from accounts.services.unit_changes import agree, ask_again, ask_for_change, turn_down
from accounts.views.asked import asked_page
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

_HISTORY_SHOWN = 50


@never_cache
@require_safe
@only_who_may(Act.SEE_UNIT_CHANGES)
def unit_changes(request: PersonRequest) -> HttpResponse:
    page = keyset_page(unit_changes_seen_by(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    units = list(units_to_change(request.user))
    context = {"page": page, "units": units, "kinds": UnitChangeKind, "history": history_of(units)[:_HISTORY_SHOWN]}
    return render(request, "accounts/unit_changes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.CHANGE_UNITS)
def ask_unit_change(request: PersonRequest) -> HttpResponse:
    """Which unit and what about it stand in the address."""
    kind, unit = request.GET.get("kind", ""), _unit(request)
    if kind not in UnitChangeKind.values:
        return redirect("accounts:unit_changes")
    wanted = UnitChangeKind(kind)
    form = FORMS[wanted](*sent_to(request), unit=unit, supervisors=authorities_for(unit.area))
    if request.method == "POST" and (made := _sent(request, form, unit=unit)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("accounts:unit_change", made.ref)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asked": None, "unit": unit, "kind": wanted}
    return render(request, "accounts/unit_change_form.html", context, status=status)


@never_cache
@require_safe
@only_who_may(Act.SEE_UNIT_CHANGES)
def unit_change(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(unit_changes_seen_by(request.user), ref=ref)
    form = UnitChangeRulingForm(initial={"round": asked.round, "stage": asked.stage})
    return _page(request, asked, form, status=200)


@never_cache
@require_POST
@only_who_may(Act.SEE_UNIT_CHANGES)
@recently_proved
def decide_unit_change(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(unit_changes_seen_by(request.user), ref=ref)
    form = UnitChangeRulingForm(request.POST)
    if form.is_valid() and _decided(request, asked, form):
        messages.success(request, f"{asked}：{asked.get_state_display()}。")
        return redirect("accounts:unit_changes")
    return _page(request, asked, form, status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.SEE_UNIT_CHANGES)
def edit_unit_change(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A returned one: the words and the paper can be mended."""
    asked = get_object_or_404(unit_changes_seen_by(request.user), ref=ref)
    if asked.state != RequestState.RETURNED or request.user.pk != asked.asked_by_id:
        return redirect("accounts:unit_change", asked.ref)
    form = ReasonAndPaper(*sent_to(request), initial={"reason": asked.reason, "round": asked.round})
    if request.method == "POST" and _sent(request, form, asked=asked):
        messages.success(request, f"已补正并重新提交，由{asked.waiting_on}处理。")
        return redirect("accounts:unit_change", asked.ref)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asked": asked, "unit": asked.organization, "kind": UnitChangeKind(asked.kind)}
    return render(request, "accounts/unit_change_form.html", context, status=status)


@require_POST
@only_who_may(Act.SEE_UNIT_CHANGES)
def withdraw_unit_change(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(unit_changes_seen_by(request.user), ref=ref)
    take_back(asked, by=request.user, now=timezone.now())
    messages.success(request, "申请已撤回。")
    return redirect("accounts:unit_change", asked.ref)


@never_cache
@require_safe
@only_who_may(Act.SEE_UNIT_CHANGES)
def unit_change_document(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(unit_changes_seen_by(request.user), ref=ref)
    return cast(HttpResponse, serve(asked.document))


def _unit(request: PersonRequest) -> Organization:
    units = units_to_change(request.user)
    if not (ref := request.GET.get("unit")):
        unit = units.first()
        if unit is None:
            raise Http404
        return unit
    try:
        return get_object_or_404(units, ref=UUID(ref))
    except ValueError as error:
        raise Http404 from error


def _page(request: PersonRequest, asked: UnitChange, form: UnitChangeRulingForm, *, status: int) -> HttpResponse:
    decide_href = reverse("accounts:decide_unit_change", args=[asked.ref])
    return asked_page(request, asked, form, status=status, decide_href=decide_href)


def _sent(
    request: PersonRequest, form: Any, *, unit: Organization | None = None, asked: UnitChange | None = None
) -> UnitChange | None:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        has_document = stored is not None or asked is not None
        form.show(reasons_not_to_ask(form.cleaned_data.get("reason", ""), has_document=has_document))
        return None
    data = form.cleaned_data
    said = {"reason": data["reason"], "document": stored, "by": request.user, "now": timezone.now()}
    try:
        if asked is not None:
            asked.round = data["round"] or asked.round
            return ask_again(asked, **said)
        return ask_for_change(cast(Organization, unit), form.wanted(), **said)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None


def _decided(request: PersonRequest, asked: UnitChange, form: UnitChangeRulingForm) -> bool:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": request.user, "now": timezone.now()}
    try:
        if data["move"] == Move.APPROVE:
            agree(asked, seen_stage=data["stage"], **seen)
        else:
            turn_down(asked, Move(data["move"]), **seen)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
