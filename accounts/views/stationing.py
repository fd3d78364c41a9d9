"""Which bureau a unit answers to (S3-01): asked by the unit or proposed by a bureau, decided by the other side."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.enums import Move
from accounts.forms.stationing import AskToAnswerForm, ProposeForm, ReasonAndPaper, StationingRulingForm
from accounts.models import Organization, Stationing
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.stationing import (
    bureaus_represented_by,
    bureaus_to_ask,
    stationings_seen_by,
    units_managed_by,
)
from accounts.services.requests import withdraw as take_back
from accounts.services.stationing import ask_again, ask_to_answer, let_it_answer, turn_down
from accounts.views.asked import asked_page
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve


@never_cache
@require_safe
@only_who_may(Act.SEE_STATIONINGS)
def stationings(request: PersonRequest) -> HttpResponse:
    page = keyset_page(stationings_seen_by(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    context = {
        "page": page,
        "units": units_managed_by(request.user).select_related("answers_to", "area"),
        "is_bureau": bureaus_represented_by(request.user).exists(),
    }
    return render(request, "accounts/stationings.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.ASK_STATIONING)
def ask_stationing(request: PersonRequest) -> HttpResponse:
    """In the name of a unit."""
    units = units_managed_by(request.user)
    form = AskToAnswerForm(*sent_to(request), units=units, bureaus=bureaus_to_ask(units))
    return _new(request, form, by_bureau=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.PROPOSE_STATIONING)
def propose_stationing(request: PersonRequest) -> HttpResponse:
    """In the name of a bureau; the unit is named by its credit code."""
    # Named first: a form reads its choices through a cursor, for which the database would go through all units.
    keys = [unit.pk for unit in bureaus_represented_by(request.user)]
    form = ProposeForm(*sent_to(request), bureaus=Organization.objects.filter(pk__in=keys).order_by("id"))
    return _new(request, form, by_bureau=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.SEE_STATIONINGS)
def stationing(request: PersonRequest, ref: UUID) -> HttpResponse:
    """One request as either side sees it; POST decides."""
    asked = get_object_or_404(stationings_seen_by(request.user), ref=ref)
    form = StationingRulingForm(request.POST if request.method == "POST" else None, initial={"round": asked.round})
    status = 200
    if request.method == "POST":
        if form.is_valid() and _decided(request, asked, form):
            messages.success(request, f"{asked.whose}的申请：{asked.get_state_display()}。")
            return redirect("accounts:stationing", asked.ref)
        status = 422
    return asked_page(request, asked, form, status=status, decide_href=request.path)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.SEE_STATIONINGS)
def edit_stationing(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A returned one: the words and the paper can be mended."""
    asked = get_object_or_404(stationings_seen_by(request.user), ref=ref)
    if asked.state != "returned" or request.user.pk != asked.asked_by_id:
        return redirect("accounts:stationing", asked.ref)
    form = ReasonAndPaper(*sent_to(request), initial={"reason": asked.reason, "round": asked.round})
    if request.method == "POST" and _sent(request, form, {}, asked):
        messages.success(request, f"已补正并重新提交，由{asked.waiting_on}处理。")
        return redirect("accounts:stationing", asked.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/stationing_form.html", {"form": form, "asked": asked}, status=status)


@require_POST
@only_who_may(Act.SEE_STATIONINGS)
def withdraw_stationing(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(stationings_seen_by(request.user), ref=ref)
    take_back(asked, by=request.user, now=timezone.now())
    messages.success(request, "申请已撤回。")
    return redirect("accounts:stationing", asked.ref)


@never_cache
@require_safe
@only_who_may(Act.SEE_STATIONINGS)
def stationing_document(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(stationings_seen_by(request.user), ref=ref)
    return cast(HttpResponse, serve(asked.document))


def _new(request: PersonRequest, form: AskToAnswerForm | ProposeForm, *, by_bureau: bool) -> HttpResponse:
    if request.method == "POST" and (made := _sent(request, form, {"by_bureau": by_bureau})):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("accounts:stationing", made.ref)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asked": None, "by_bureau": by_bureau}
    return render(request, "accounts/stationing_form.html", context, status=status)


def _sent(
    request: PersonRequest, form: ReasonAndPaper, facts: Mapping[str, Any], asked: Stationing | None = None
) -> Stationing | None:
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
        return ask_to_answer(_unit(data["organization"]), data["bureau"], **facts, **said)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None


def _unit(chosen: Organization | str) -> Organization | None:
    """The unit itself, or that of a credit code."""
    if isinstance(chosen, Organization):
        return chosen
    return Organization.objects.filter(uscc=normalise(chosen)).select_related("area").first()


def _decided(request: PersonRequest, asked: Stationing, form: StationingRulingForm) -> bool:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": request.user, "now": timezone.now()}
    try:
        if data["move"] == Move.APPROVE:
            let_it_answer(asked, **seen)
        else:
            turn_down(asked, Move(data["move"]), **seen)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
