"""Asking to declare a closed year for a special reason: the person's and the unit's pages, and the bureau's ruling."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Move, RequestState
from accounts.models import Professional, User
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.services.requests import moved_on, withdraw
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.files import store
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve
from credits.enums import STAGE_GRANT
from credits.forms.exceptions import AskForm, GrantForm, RuleForm
from credits.models import BackYearRequest
from credits.rules.exceptions import shut_everywhere, years_in_words
from credits.selectors.exceptions import (
    exceptions_of,
    exceptions_seen_by,
    looks_after_people,
    open_exception_of,
    people_named,
)
from credits.selectors.requests import people_to_ask_for
from credits.selectors.window import closed_years
from credits.services.exceptions import ask_again, ask_for_back_years, grant_back_years, recommend, turn_down

NAMES_SHOWN = 3
_DONE = {
    RequestState.GRANTED: "已批准",
    RequestState.RETURNED: "已退回补正",
    RequestState.REFUSED: "已决定不予批准",
}


@never_cache
@require_safe
def show_exceptions(request: HttpRequest) -> HttpResponse:
    """One's own requests, or those of one's unit, and which years can be asked for."""
    user = cast(User, request.user)
    person = Professional.objects.filter(user=user, approved_at__isnull=False).first()
    is_officer = looks_after_people(user)
    if person is None and not is_officer:
        raise PermissionDenied("这一页供专业技术人员和用人单位使用。")
    name = request.GET.get("name", "").replace("\0", "").strip()[:50]
    closed = closed_years(person, now=timezone.now()) if person else []
    context = {
        "person": person,
        "is_officer": is_officer,
        "name": name,
        "found": people_named(user, name) if is_officer else [],
        "closed": closed,
        "shut": shut_everywhere(closed),
        "can_ask": any(not each.reasons for each in closed),
        "open_one": open_exception_of(person) if person else None,
        "page": keyset_page(exceptions_of(user), order=("-id",), cursor=request.GET.get("after", "")),
    }
    return render(request, "credits/exceptions.html", context)


@never_cache
def ask(request: HttpRequest, person: UUID) -> HttpResponse:
    """The form for oneself or for somebody of one's unit; sent, it goes to the bureau at once."""
    user = cast(User, request.user)
    professional = get_object_or_404(people_to_ask_for(user), ref=person)
    form, document = _form(request, professional)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_for_back_years(
                professional,
                form.chosen(),
                reason=form.cleaned_data["reason"],
                document=document,
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            form.show(refused.reasons)
        else:
            return _sent(request, made)
    return _ask_page(request, form, professional, document)


@never_cache
def edit(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A returned one, to be put right and sent again."""
    user = cast(User, request.user)
    asked = get_object_or_404(exceptions_of(user), ref=ref)
    if asked.state != RequestState.RETURNED or user.pk not in {asked.asked_by_id, asked.declarant_id}:
        return redirect("credits:exception", asked.ref)
    initial = {"years": [str(row.year) for row in asked.years.all()], "reason": asked.reason}
    form, document = _form(request, asked.professional, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_again(
                asked,
                form.chosen(),
                reason=form.cleaned_data["reason"],
                document=document,
                by=user,
                now=timezone.now(),
            )
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused.reasons)
        else:
            return _sent(request, made)
    return _ask_page(request, form, asked.professional, document, asked=asked)


@never_cache
@require_safe
def show_exception(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Where it stands and what happened so far; for who decides it, the decision too."""
    return _page(request, get_object_or_404(exceptions_seen_by(cast(User, request.user)), ref=ref))


@require_POST
def rule(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Recommended or granted, returned, refused; with faults the page again, each beside its field."""
    user = cast(User, request.user)
    asked = get_object_or_404(exceptions_seen_by(user), ref=ref)
    if not who_can_decide(asked).filter(pk=user.pk).exists():
        raise moved_on(asked)
    form = _rule_form(asked, request.POST)
    if not form.is_valid():
        return _page(request, asked, form, status=422)
    if form.cleaned_data["seen_stage"] != asked.stage:
        raise moved_on(asked)
    try:
        _rule(asked, form.cleaned_data, user)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused.reasons)
        return _page(request, asked, form, status=422)
    messages.success(request, f"{asked.whose}的补报申请：{_outcome(asked)}。")
    return redirect("admin:credits_backyearrequest_changelist")


@require_POST
def take_back(request: HttpRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(exceptions_of(cast(User, request.user)), ref=ref)
    withdraw(asked, by=cast(User, request.user), now=timezone.now())
    messages.success(request, "已撤回补报申请。需要时可以重新申请。")
    return redirect("credits:exception", asked.ref)


@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(exceptions_seen_by(cast(User, request.user)), ref=ref)
    return cast(HttpResponse, serve(asked.document))


def _outcome(asked: BackYearRequest) -> str:
    """What a ruling has made of it; after the first of two hands also who has it now."""
    if asked.state != RequestState.WAITING:
        return _DONE[RequestState(asked.state)]
    names = "、".join(who_can_decide(asked).order_by("id").values_list("name", flat=True)[:NAMES_SHOWN])
    return f"您已同意，还须{asked.waiting_on}的另一位经办人{f'（{names}）' if names else ''}核准，核准后才算批准"


def _rule(asked: BackYearRequest, data: dict[str, Any], user: User) -> None:
    said = {"seen_round": data["seen_round"], "reason": data["reason"], "by": user, "now": timezone.now()}
    if data["move"] != Move.APPROVE:
        turn_down(asked, data["move"], **said)
    elif asked.stage == STAGE_GRANT:
        grant_back_years(asked, document_no=data["document_no"], valid_until=data["valid_until"], **said)
    else:
        recommend(asked, **said)


def _rule_form(asked: BackYearRequest, data: Any = None) -> RuleForm:
    kind = GrantForm if asked.stage == STAGE_GRANT else RuleForm
    return kind(data, initial={"seen_round": asked.round, "seen_stage": asked.stage})


def _page(
    request: HttpRequest, asked: BackYearRequest, form: RuleForm | None = None, status: int = 200
) -> HttpResponse:
    user = cast(User, request.user)
    decides = asked.state == RequestState.WAITING and who_can_decide(asked).filter(pk=user.pk).exists()
    is_askers = user.pk in {asked.asked_by_id, asked.declarant_id}
    is_open = asked.state in {RequestState.WAITING, RequestState.RETURNED}
    years = [row.year for row in asked.years.all()]
    context = {
        "asked": asked,
        "years": years,
        "named_years": years_in_words(years),
        "steps": steps_of(asked),
        "is_second": asked.stage == STAGE_GRANT,
        "form": form or (_rule_form(asked) if decides else None),
        "can_edit": is_askers and asked.state == RequestState.RETURNED,
        "can_withdraw": is_askers and is_open,
        "is_askers": is_askers,
        "today": timezone.localdate(),
    }
    return render(request, "credits/exception.html", context, status=status)


def _form(
    request: HttpRequest, professional: Professional, initial: dict[str, Any] | None = None
) -> tuple[AskForm, StoredFile | None]:
    """The form, and the file that came with it or with the page before."""
    closed = closed_years(professional, now=timezone.now())
    if request.method != "POST":
        return AskForm(initial=initial, closed=closed), None
    form = AskForm(request.POST, request.FILES, closed=closed)
    form.full_clean()
    user, upload = cast(User, request.user), form.cleaned_data.get("document")
    if upload is None:
        kept = form.cleaned_data.get("kept")
        return form, StoredFile.objects.filter(ref=kept, owner_id=user.pk).first() if kept else None
    try:
        return form, store(upload, owner=user, now=timezone.now())
    except Refused as refused:
        form.add_error("document", refused.reasons[0].message)
        return form, None


def _ask_page(
    request: HttpRequest,
    form: AskForm,
    professional: Professional,
    document: StoredFile | None,
    asked: BackYearRequest | None = None,
) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "form": form,
        "professional": professional,
        "is_own": professional.user_id == user.pk,
        "closed": closed_years(professional, now=timezone.now()),
        "can_ask": bool(form.fields["years"].choices),  # type: ignore[attr-defined]
        "document": document,
        "asked": asked,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "credits/ask_exception.html", context, status=status)


def _sent(request: HttpRequest, made: BackYearRequest) -> HttpResponse:
    to = made.waiting_on.name if made.waiting_on else ""
    messages.success(request, f"补报申请已提交给{to}。办理进度在这一页，有结果会在“消息”中告诉您。")
    return redirect("credits:exception", made.ref)
