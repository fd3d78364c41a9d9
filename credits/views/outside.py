"""Hours of another province: claimed by the person, confirmed by the employer, recognised by the bureau."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, professionals_only
from accounts.enums import Move
from accounts.models import Professional, User
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import STAGE_EMPLOYER
from credits.forms.requests import OutsideForm, RecognitionForm, RulingForm, outside_initial
from credits.models import OutsideHours
from credits.selectors.declarations import limits_of
from credits.services.outside import claim_again, claim_outside_hours, confirm, recognise, turn_down
from credits.views.requests import page_context, request_or_404, to_decide


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_outside_hours(request: HttpRequest) -> HttpResponse:
    professional = cast(PersonRequest, request).professional
    form = OutsideForm(*sent_to(request))
    if request.method == "POST" and (made := _sent(request, form, professional)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("credits:outside_hours", made.ref)
    return _form_page(request, form, professional)


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_outside_hours(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A returned one, mended and sent again. A page of an earlier round is refused."""
    claimed = request_or_404(request, "outside", ref)
    if claimed.state != "returned" or cast(User, request.user).pk != claimed.declarant_id:
        return redirect("credits:outside_hours", claimed.ref)
    form = OutsideForm(*sent_to(request), initial=outside_initial(claimed))
    if request.method == "POST" and (made := _sent(request, form, claimed.professional, claimed)):
        messages.success(request, f"已补正并重新提交，由{made.waiting_on}处理。")
        return redirect("credits:outside_hours", made.ref)
    return _form_page(request, form, claimed.professional, claimed)


@never_cache
@require_safe
def show_outside_hours(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _page(request, request_or_404(request, "outside", ref))


@never_cache
@require_POST
def decide_outside_hours(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The employer confirms, the bureau recognises; either returns or refuses."""
    claimed = to_decide(request, "outside", ref)
    form = _ruling_form(claimed, request.POST)
    if not form.is_valid():
        return _page(request, claimed, form=form, status=422)
    try:
        _decide(claimed, form, cast(User, request.user))
    except MovedOn:
        raise
    except Refused as refused:
        form.tell(refused)
        return _page(request, claimed, form=form, status=422)
    messages.success(request, f"已处理{claimed.whose}的申请。")
    return redirect("credits:requests")


def _sent(
    request: HttpRequest, form: OutsideForm, professional: Professional, claimed: OutsideHours | None = None
) -> OutsideHours | None:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.tell)
    form.keep(stored)
    if not is_readable or form.errors:
        form.ask_for_words(has_document=stored is not None or claimed is not None)
        return None
    facts: dict[str, Any] = {"reason": form.cleaned_data["reason"], "document": stored, "by": request.user}
    try:
        if claimed is None:
            return claim_outside_hours(professional, form.transcript(), now=timezone.now(), **facts)
        claimed.round = form.cleaned_data["round"] or claimed.round
        return claim_again(claimed, form.transcript(), now=timezone.now(), **facts)
    except MovedOn:
        raise
    except Refused as refused:
        form.tell(refused)
        return None


def _form_page(
    request: HttpRequest, form: OutsideForm, professional: Professional, claimed: OutsideHours | None = None
) -> HttpResponse:
    today = timezone.localdate()
    limits = limits_of(professional, today.year, today=today)
    context = {"form": form, "asked": claimed, "year": today.year, "limits": limits}
    status = 422 if request.method == "POST" else 200
    return render(request, "credits/outside_form.html", context, status=status)


def _page(
    request: HttpRequest, claimed: OutsideHours, *, form: RulingForm | None = None, status: int = 200
) -> HttpResponse:
    context = page_context(request, claimed)
    context["is_employer_stage"] = claimed.stage == STAGE_EMPLOYER
    if context["decides"]:
        context["form"] = form or _ruling_form(claimed)
    return render(request, "credits/outside_hours.html", context, status=status)


def _decide(claimed: OutsideHours, form: RulingForm, by: User) -> None:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": by, "now": timezone.now()}
    if data["move"] != Move.APPROVE:
        turn_down(claimed, Move(data["move"]), **seen)
    elif claimed.stage == STAGE_EMPLOYER:
        confirm(claimed, **seen)
    else:
        recognise(claimed, public=data["public"], professional=data["professional"], **seen)


def _ruling_form(claimed: OutsideHours, data: Any = None) -> RulingForm:
    initial = outside_initial(claimed)
    if claimed.stage == STAGE_EMPLOYER:
        return RulingForm(data, initial={"round": claimed.round})
    hours = {"public": initial["public_claimed"], "professional": initial["professional_claimed"]}
    return RecognitionForm(data, initial=hours | {"round": claimed.round})
