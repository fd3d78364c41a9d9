"""The administration of a unit whose administrator has left: asked from the unit or above it, decided above (S1-16)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, recently_proved
from accounts.enums import Move, RequestState, UnitState
from accounts.forms.handing_over import HandOverForm, HandOverRulingForm
from accounts.forms.registering import FindUnitForm
from accounts.forms.stationing import ReasonAndPaper
from accounts.models import HandOver, Organization, User
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.handing_over import (
    hand_overs_seen_by,
    is_above,
    is_of,
    own_units,
    stuck_units,
    units_answered_for,
    who_acts_for,
    who_left_by,
    without_administrator,
)
from accounts.selectors.people import UNITS_SHOWN
from accounts.selectors.people import find_units as units_found
from accounts.services.handing_over import ask_again, ask_to_hand_over, turn_down
from accounts.services.handing_over import hand_over as appoint
from accounts.services.requests import withdraw as take_back
from accounts.views.asked import asked_page
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.limits import count_one, is_used_up
from ceportal.kernel.web.serving import serve

# Asking costs officers an hour each: more than any honest account needs.
ASKING_RATE = "10 per day"
# Of the units that need somebody, beside the requests and on a page of their own.
_FIRST, _MOST_STUCK = 10, 200


@never_cache
@require_safe
def hand_overs(request: PersonRequest) -> HttpResponse:
    """The requests, with the first of the units that need one. `?show=` lists such units alone: `alone` those without
    an administrator, page by page, `stuck` those where something waits in vain.
    """
    units, now, after = units_answered_for(request.user), timezone.now(), request.GET.get("after", "")
    left_alone, show = without_administrator(units), request.GET.get("show", "")
    if show == "alone":
        page = keyset_page(left_alone, order=("id",), cursor=after)
        return render(request, "accounts/left_alone.html", {"page": page})
    if show == "stuck":
        stuck = stuck_units(units, now=now, most=_MOST_STUCK)
        return render(request, "accounts/stuck.html", {"stuck": stuck, "most": _MOST_STUCK})
    alone = keyset_page(left_alone, order=("id",), cursor="", size=_FIRST)
    stuck = stuck_units(units, now=now, most=_FIRST + 1)
    context = {
        "page": keyset_page(hand_overs_seen_by(request.user), order=("-id",), cursor=after),
        "left_alone": alone.items, "has_more_alone": bool(alone.next_cursor),
        "stuck": stuck[:_FIRST], "has_more_stuck": len(stuck) > _FIRST,
    }  # fmt: skip
    return render(request, "accounts/hand_overs.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_hand_over(request: PersonRequest) -> HttpResponse:
    """Step 1 finds the unit (in the address), step 2 says who takes over and shows it."""
    if not (ref := request.GET.get("unit")):
        return _choose_unit(request)
    unit = get_object_or_404(Organization.objects.select_related("area", "supervisor"), ref=_uuid(ref))
    if unit.state != UnitState.ACTIVE:
        raise Http404
    names_another = is_above(request.user, unit) and not is_of(request.user, unit)
    form = HandOverForm(*sent_to(request), names_another=names_another)
    if request.method == "POST" and (made := _sent(request, form, unit=unit)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("accounts:hand_over", made.ref)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asked": None, "unit": unit}
    return render(request, "accounts/hand_over_form.html", context, status=status)


@never_cache
@require_safe
def hand_over(request: PersonRequest, ref: UUID) -> HttpResponse:
    """One request as every side sees it."""
    asked = get_object_or_404(hand_overs_seen_by(request.user), ref=ref)
    return _page(request, asked, _ruling_form(asked), status=200)


@never_cache
@require_POST
@recently_proved
def decide_hand_over(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(hand_overs_seen_by(request.user), ref=ref)
    form = _ruling_form(asked, request.POST)
    if form.is_valid() and _decided(request, asked, form):
        messages.success(request, f"{asked.whose}更换管理员的申请：{asked.get_state_display()}。")
        return redirect("accounts:hand_over", asked.ref)
    return _page(request, asked, form, status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_hand_over(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A returned one: the words and the paper can be mended."""
    asked = get_object_or_404(hand_overs_seen_by(request.user), ref=ref)
    if asked.state != RequestState.RETURNED or request.user.pk != asked.asked_by_id:
        return redirect("accounts:hand_over", asked.ref)
    form = ReasonAndPaper(*sent_to(request), initial={"reason": asked.reason, "round": asked.round})
    if request.method == "POST" and _sent(request, form, asked=asked):
        messages.success(request, f"已补正并重新提交，由{asked.waiting_on}处理。")
        return redirect("accounts:hand_over", asked.ref)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asked": asked, "unit": asked.organization}
    return render(request, "accounts/hand_over_form.html", context, status=status)


@require_POST
def withdraw_hand_over(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(hand_overs_seen_by(request.user), ref=ref)
    take_back(asked, by=request.user, now=timezone.now())
    messages.success(request, "申请已撤回。")
    return redirect("accounts:hand_over", asked.ref)


@never_cache
@require_safe
def hand_over_document(request: PersonRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(hand_overs_seen_by(request.user), ref=ref)
    return cast(HttpResponse, serve(asked.document))


def _choose_unit(request: PersonRequest) -> HttpResponse:
    form = FindUnitForm(request.GET if "city" in request.GET else None)
    place = form.place()
    text = form.cleaned_data.get("text", "") if place else ""
    found = list(units_found(place, text)[:UNITS_SHOWN]) if place and text.strip() else []
    context = {"form": form, "units": found, "has_asked": bool(place), "own": own_units(request.user)}
    return render(request, "accounts/hand_over_unit.html", context)


def _ruling_form(asked: HandOver, data: Any = None) -> HandOverRulingForm:
    here = _others_at(asked)
    return HandOverRulingForm(data, here=here, initial={"round": asked.round, "leaving": here})


def _others_at(asked: HandOver) -> Any:
    return who_acts_for(cast(Organization, asked.organization)).exclude(pk=asked.declarant_id)


def _page(request: PersonRequest, asked: HandOver, form: HandOverRulingForm, *, status: int) -> HttpResponse:
    concerned = request.user.pk in {asked.asked_by_id, asked.declarant_id}
    return asked_page(
        request,
        asked,
        form,
        status=status,
        decide_href=reverse("accounts:decide_hand_over", args=[asked.ref]),
        others=_others_at(asked),
        is_known=is_of(asked.declarant, cast(Organization, asked.organization)),
        left=who_left_by(asked) if asked.state == RequestState.GRANTED else User.objects.none(),
        can_withdraw=concerned and asked.state in {RequestState.WAITING, RequestState.RETURNED},
    )


def _sent(
    request: PersonRequest, form: ReasonAndPaper, *, unit: Organization | None = None, asked: HandOver | None = None
) -> HandOver | None:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    if is_used_up(ASKING_RATE, "hand_over", str(request.user.ref)):
        form.add_error(None, "您今天提交的申请太多，请明天再试。")
        return None
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        has_document = stored is not None or asked is not None
        form.show(reasons_not_to_ask(form.cleaned_data.get("reason", ""), has_document=has_document))
        return None
    data = form.cleaned_data
    said = {"reason": data["reason"], "document": stored, "by": request.user, "now": timezone.now()}
    count_one(ASKING_RATE, "hand_over", str(request.user.ref))
    try:
        if asked is not None:
            asked.round = data["round"] or asked.round
            return ask_again(asked, **said)
        return ask_to_hand_over(cast(Organization, unit), phone=data["successor"].strip(), **said)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None


def _decided(request: PersonRequest, asked: HandOver, form: HandOverRulingForm) -> bool:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": request.user, "now": timezone.now()}
    try:
        if data["move"] == Move.APPROVE:
            appoint(asked, leaving=[user.ref for user in data["leaving"]], **seen)
        else:
            turn_down(asked, Move(data["move"]), **seen)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
