"""Asking to owe less or nothing (A18): the person or their unit asks, the bureau rules and may end it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.enums import Move
from accounts.models import Professional, User
from accounts.rules.policy import Act
from accounts.selectors.people import people_of
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from credits.forms.requests import EasingRulingForm, EndingForm, ExemptionForm, exemption_initial
from credits.models import ObligationRequest
from credits.selectors.bench import requirements_of
from credits.selectors.requests import bureau_to_ask, may_end, people_to_ask_for
from credits.services.exemptions import ask_again, ask_for_easing, end_easing, grant_easing, turn_down
from credits.views.requests import page_context, request_or_404, to_decide


@never_cache
@require_safe
@only_who_may(Act.ACT_ON_PEOPLE)
def choose_person(request: PersonRequest) -> HttpResponse:
    """For whom of the unit; `?name=` finds by the start of the name."""
    text = request.GET.get("name", "")[:50]
    page = keyset_page(people_of(request.user, text), order=("id",), cursor=request.GET.get("after", ""))
    return render(request, "credits/choose_person.html", {"page": page, "name": text})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_exemption(request: HttpRequest, person: UUID | None = None) -> HttpResponse:
    """For oneself, or (with `person`) for somebody of the unit one looks after."""
    user = cast(User, request.user)
    whose = {"ref": person} if person else {"user": user}
    professional = get_object_or_404(people_to_ask_for(user), **whose)
    form = ExemptionForm(*sent_to(request), today=timezone.localdate())
    if request.method == "POST" and (made := _sent(request, form, professional)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("credits:exemption", made.ref)
    return _form_page(request, form, professional)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_exemption(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A returned one, mended and sent again. A page of an earlier round is refused."""
    asked = request_or_404(request, "exemption", ref)
    if asked.state != "returned" or cast(User, request.user).pk not in {asked.asked_by_id, asked.declarant_id}:
        return redirect("credits:exemption", asked.ref)
    initial = exemption_initial(asked)
    form = ExemptionForm(*sent_to(request), today=timezone.localdate(), initial=initial)
    if request.method == "POST" and (made := _sent(request, form, asked.professional, asked)):
        messages.success(request, f"已补正并重新提交，由{made.waiting_on}处理。")
        return redirect("credits:exemption", made.ref)
    return _form_page(request, form, asked.professional, asked)


@never_cache
@require_safe
def show_exemption(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _page(request, request_or_404(request, "exemption", ref))


@never_cache
@require_POST
def decide_exemption(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Granted under a document number, returned, or refused; what is wrong stands beside its field."""
    asked = to_decide(request, "exemption", ref)
    form = _ruling_form(asked, request.POST)
    if not form.is_valid():
        return _page(request, asked, form=form, status=422)
    try:
        _decide(asked, form, cast(User, request.user))
    except MovedOn:
        raise
    except Refused as refused:
        form.tell(refused)
        return _page(request, asked, form=form, status=422)
    messages.success(request, f"{asked.whose}的申请：{asked.get_state_display()}。")
    return redirect("credits:exemption", asked.ref)


@never_cache
@require_POST
def end_exemption(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What was granted holds no longer than a year the bureau names."""
    asked = request_or_404(request, "exemption", ref)
    if not may_end(cast(User, request.user), asked):
        return redirect("credits:exemption", asked.ref)
    form = _ending_form(asked, request.POST)
    try:
        if form.is_valid():
            data = form.cleaned_data
            facts = {"last_year": data["last_year"], "reason": data["end_reason"]}
            end_easing(asked, by=cast(User, request.user), now=timezone.now(), **facts)
            messages.success(request, "已终止，相关年度已重新核算。")
            return redirect("credits:exemption", asked.ref)
    except MovedOn:
        raise
    except Refused as refused:
        form.tell(refused)
    return _page(request, asked, ending=form, status=422)


def _sent(
    request: HttpRequest, form: ExemptionForm, professional: Professional, asked: ObligationRequest | None = None
) -> ObligationRequest | None:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.tell)
    form.keep(stored)
    if not is_readable or form.errors:
        form.ask_for_words(has_document=stored is not None or asked is not None)
        return None
    facts: dict[str, Any] = {"reason": form.cleaned_data["reason"], "document": stored, "by": request.user}
    try:
        if asked is None:
            return ask_for_easing(professional, form.asked(), now=timezone.now(), **facts)
        asked.round = form.cleaned_data["round"] or asked.round
        return ask_again(asked, form.asked(), now=timezone.now(), **facts)
    except MovedOn:
        raise
    except Refused as refused:
        form.tell(refused)
        return None


def _form_page(
    request: HttpRequest, form: ExemptionForm, professional: Professional, asked: ObligationRequest | None = None
) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "form": form,
        "asked": asked,
        "professional": professional,
        "is_own": professional.user_id == user.pk,
        "bureau": bureau_to_ask(professional, user),
        "requirements": requirements_of(professional, timezone.localdate().year, today=timezone.localdate()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "credits/exemption_form.html", context, status=status)


def _page(
    request: HttpRequest,
    asked: ObligationRequest,
    *,
    form: EasingRulingForm | None = None,
    ending: EndingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = page_context(request, asked)
    context["requirements"] = requirements_of(asked.professional, asked.year_from, today=timezone.localdate())
    if context["decides"]:
        context["form"] = form or _ruling_form(asked)
    if may_end(cast(User, request.user), asked):
        context["ending"] = ending or _ending_form(asked)
    return render(request, "credits/exemption.html", context, status=status)


def _decide(asked: ObligationRequest, form: EasingRulingForm, by: User) -> None:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": by, "now": timezone.now()}
    if data["move"] == Move.APPROVE:
        grant_easing(asked, form.granted(asked), document_no=data["document_no"], **seen)
    else:
        turn_down(asked, Move(data["move"]), **seen)


def _ruling_form(asked: ObligationRequest, data: Any = None) -> EasingRulingForm:
    return EasingRulingForm(data, is_reduced=asked.kind == "reduced", initial=exemption_initial(asked) | {"reason": ""})


def _ending_form(asked: ObligationRequest, data: Any = None) -> EndingForm:
    return EndingForm(data, first=asked.year_from, last=asked.year_to)
