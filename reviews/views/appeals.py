"""Appeals: a person asks the next level, the office answers. Everybody finds their own here."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import RequestState
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from accounts.selectors.requests import steps_of
from accounts.services.requests import withdraw
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve
from credits.models import Declaration
from reviews.forms.reviewing import AnswerForm, AppealForm
from reviews.models import Appeal
from reviews.rules.appealing import APPEALABLE, LIMIT_DAYS
from reviews.selectors.appeals import (
    adds_a_document,
    appealable,
    appeals_seen_by,
    appeals_waiting_for,
    may_answer,
    next_level,
    reasons_against,
)
from reviews.selectors.desk import files_of
from reviews.selectors.seen import unseen_of_appeal
from reviews.services.appeals import answer, appeal
from reviews.services.openings import record_opening

_OPEN = {RequestState.WAITING, RequestState.RETURNED}
_SHOWN = 50


@never_cache
@require_safe
def show_appeals(request: HttpRequest) -> HttpResponse:
    """What waits for the reader to answer, what they may appeal, and the appeals they may read."""
    user = cast(User, request.user)
    context = {
        "waiting": keyset_page(appeals_waiting_for(user), order=("due_at", "id"), cursor="", size=_SHOWN).items,
        "appealable": appealable(user)[:_SHOWN],
        "answers": may(user, Act.RULE_ON_APPEALS),
        "page": keyset_page(appeals_seen_by(user), order=("-id",), cursor=request.GET.get("after", "")),
    }
    return render(request, "reviews/appeals.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_appeal(request: HttpRequest, ref: UUID) -> HttpResponse:
    """About one's own declaration that was rejected or taken back."""
    user = cast(User, request.user)
    declaration = get_object_or_404(Declaration, ref=ref, declarant=user, state__in=APPEALABLE)
    form = AppealForm(*sent_to(request))
    if request.method == "POST":
        is_whole = form.is_valid()
        document = take_document(request, None, form.tell)
        if is_whole and not form.errors:
            try:
                facts = {"reason": form.cleaned_data["reason"], "document": document}
                made = appeal(declaration, **facts, by=user, now=timezone.now())
            except Refused as refused:
                form.tell(refused)
            else:
                messages.success(request, f"申诉已提交，由{made.waiting_on}在 {LIMIT_DAYS} 天内答复。")
                return redirect("reviews:appeal", made.ref)
    context = {
        "form": form,
        "declaration": declaration,
        "office": next_level(declaration),
        "reasons": reasons_against(declaration),
        "limit_days": LIMIT_DAYS,
    }
    return render(request, "reviews/new_appeal.html", context, status=422 if request.method == "POST" else 200)


@never_cache
@require_safe
def show_appeal(request: HttpRequest, ref: UUID) -> HttpResponse:
    """That it was shown to who may answer is recorded (T4)."""
    asked = _found(request, ref)
    _note_opening(request, asked)
    return _page(request, asked)


@never_cache
@require_POST
def decide(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The decision stands, or is set aside and the declaration reviewed anew by the office that answers."""
    asked = _found(request, ref)
    form = AnswerForm(request.POST)
    if asked.state in _OPEN and not may_answer(cast(User, request.user), asked):
        raise Http404
    if not form.is_valid():
        return _page(request, asked, form=form, status=422)
    data = form.cleaned_data
    try:
        answer(
            asked, data["move"], seen_round=data["round"], reason=data["reason"], by=cast(User, request.user),
            now=timezone.now(),
        )  # fmt: skip
    except MovedOn:
        raise
    except Refused as refused:
        form.tell(refused)
        return _page(request, asked, form=form, status=422)
    is_renewed = asked.state == RequestState.GRANTED
    messages.success(request, "已答复：撤销原决定，请在待办中重新审核。" if is_renewed else "已答复：维持原决定。")
    return redirect("reviews:appeal", asked.ref)


@never_cache
@require_POST
def withdraw_appeal(request: HttpRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(Appeal, ref=ref, declarant=cast(User, request.user))
    withdraw(asked, by=cast(User, request.user), now=timezone.now())
    messages.success(request, "申诉已撤回。")
    return redirect("reviews:appeal", asked.ref)


@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    asked = _found(request, ref)
    response = serve(asked.document, inline=True)
    _note_opening(request, asked, asked.document.digest)
    return cast(HttpResponse, response)


def _note_opening(request: HttpRequest, asked: Appeal, file_digest: str = "") -> None:
    """Who asks for the headers alone (HEAD) has seen nothing."""
    user = cast(User, request.user)
    if request.method == "GET" and may_answer(user, asked):
        record_opening(asked.appealed, reviewer=user, file_digest=file_digest, now=timezone.now())


def _found(request: HttpRequest, ref: UUID) -> Appeal:
    return get_object_or_404(appeals_seen_by(cast(User, request.user)), ref=ref)


def _page(request: HttpRequest, asked: Appeal, *, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    user = cast(User, request.user)
    is_own = asked.declarant_id == user.pk
    decides = may_answer(user, asked)
    context = {
        "asked": asked,
        "is_own": is_own,
        "decides": decides,
        "evidence": files_of(asked.appealed) if decides else [],
        "adds_a_document": adds_a_document(asked),
        "unseen": unseen_of_appeal(asked, user) if decides else [],
        "can_withdraw": is_own and asked.state in _OPEN,
        "steps": steps_of(asked),
        "form": form or AnswerForm(initial={"round": asked.round}),
    }
    return render(request, "reviews/appeal.html", context, status=status)
