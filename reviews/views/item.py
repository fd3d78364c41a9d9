"""One declaration on the review desk: looked at, then decided."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.enums import Move
from accounts.rules.policy import Act
from ceportal.kernel.rules.files import Kind
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.serving import serve, serve_page
from credits.enums import STAGE_EMPLOYER
from credits.models import Declaration
from credits.rules.looking import HASTY, UNSEEN
from credits.selectors.conversions import is_open
from credits.services.steps import moved_on
from reviews.forms.reviewing import FORMS, ActForm, ApproveForm, KeepForm
from reviews.models import Jotting
from reviews.selectors.appeals import appealed_to
from reviews.selectors.desk import (
    decided_by,
    files_of,
    inbox,
    jotting_fields,
    jotting_of,
    look_at,
    next_for,
    proposed_hours,
    readable,
    seconds_left,
    was_at_hand,
)
from reviews.selectors.sheet import sheet_of
from reviews.services.decisions import decide
from reviews.services.jotting import keep_jotting
from reviews.services.openings import record_opening

_DONE = {Move.APPROVE: "已通过", Move.RETURN: "已退回补正", Move.REJECT: "已决定不予通过"}


@require_safe
@never_cache
@only_who_may(Act.REVIEW_HOURS)
def review_declaration(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Facts, evidence, rule and the three acts; read-only for who has decided it. Being shown it is recorded (T4)."""
    declaration = inbox(request.user).filter(ref=ref).first()
    if declaration is None:
        decided = decided_by(request.user).filter(ref=ref).first()
        return _sheet(request, decided, {}) if decided else _gone(request, ref)
    _note_opening(request, declaration)
    jotting = jotting_of(declaration, request.user)
    return _sheet(request, declaration, _acts(declaration, jotting=jotting), jotting=jotting)


@require_POST
@only_who_may(Act.REVIEW_HOURS)
def decide_declaration(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Decide and go on to the next item; with faults the page again, each beside its field."""
    declaration = inbox(request.user).filter(ref=ref).first()
    if declaration is None:
        return _gone(request, ref)
    move = request.POST.get("move", "")
    acts = _acts(declaration, move, request.POST)
    form = acts.get(move)
    if form is None:
        return _sheet(
            request, declaration, acts, reasons=[Refusal("move", "请选择通过、退回补正或不予通过。")], status=422
        )
    if not form.is_valid():
        return _sheet(request, declaration, acts, move=move, status=422)
    try:
        decide(declaration, move=move, by=request.user, now=timezone.now(), **form.cleaned_data)
    except MovedOn:
        return _gone(request, ref)
    except Refused as refused:
        form.show(refused.reasons)
        status = 409 if any(reason.code in {UNSEEN, HASTY} for reason in refused) else 422
        return _sheet(request, declaration, acts, move=move, reasons=refused.reasons, status=status)
    return _on_to_next(request, declaration, move)


@require_safe
@never_cache
@only_who_may(Act.REVIEW_HOURS)
def show_not_opened(request: PersonRequest, ref: UUID) -> HttpResponse:
    """The list of what is still to be looked at, for the page to keep itself up to date."""
    declaration, now = get_object_or_404(inbox(request.user), ref=ref), timezone.now()
    look = look_at(declaration, request.user)
    context = {"unseen": look.unseen, "still_to_look": seconds_left(declaration, look, now=now)}
    return render(request, "reviews/not_opened.html", context)


@require_POST
@only_who_may(Act.REVIEW_HOURS)
def keep(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Keep what is half-written; answers when, or 409 when it is no longer the version on the screen."""
    declaration = get_object_or_404(inbox(request.user), ref=ref)
    form, now = KeepForm(request.POST), timezone.now()
    if not form.is_valid():
        return JsonResponse({"problem": "没有保存：内容过长或无法读取。"}, status=422)
    typed = form.cleaned_data
    if typed.pop("version") != declaration.version:
        return JsonResponse({"problem": "申报人已改动这项申报，请刷新本页。"}, status=409)
    keep_jotting(declaration, **typed, by=request.user, now=now)
    return JsonResponse({"kept_at": f"{timezone.localtime(now):%H:%M}"})


@require_safe
@only_who_may(Act.REVIEW_HOURS)
def show_evidence(request: PersonRequest, ref: UUID, evidence: UUID) -> HttpResponse:
    """One file, for whom it waits with, who decided it or answers an appeal. That it was served is recorded (T4)."""
    declaration = _readable(request, ref)
    found = get_object_or_404(files_of(declaration), ref=evidence)
    response = serve(found.file, inline=True)
    _note_opening(request, declaration, found.file.digest)
    return cast(HttpResponse, response)


@require_safe
@only_who_may(Act.REVIEW_HOURS)
def show_page(request: PersonRequest, ref: UUID, evidence: UUID, page: int) -> HttpResponse:
    """One page of a PDF as a picture; to be shown it is to be shown the file."""
    declaration = _readable(request, ref)
    found = get_object_or_404(files_of(declaration), ref=evidence)
    if found.file.content_type != Kind.PDF or not 1 <= page <= found.file.pages:
        raise Http404
    response = serve_page(found.file, page)
    _note_opening(request, declaration, found.file.digest)
    return response


def _readable(request: PersonRequest, ref: UUID) -> Declaration:
    found = readable(request.user).filter(ref=ref).first()
    return found or get_object_or_404(appealed_to(request.user), ref=ref)


def _note_opening(request: PersonRequest, declaration: Declaration, file_digest: str = "") -> None:
    """Who asks for the headers alone (HEAD) has seen nothing."""
    if request.method == "GET":
        record_opening(declaration, reviewer=request.user, file_digest=file_digest, now=timezone.now())


def _acts(
    declaration: Declaration, move: str = "", data: Any = None, *, jotting: Jotting | None = None
) -> dict[str, ActForm]:
    """The three forms, the one that was sent bound to what was sent, the one half-written as it was left."""
    has_no_rule = is_open(declaration)
    first = {"version": declaration.version, "stage": declaration.stage}
    hours = "" if has_no_rule else f"{proposed_hours(declaration).normalize():f}"
    left = {jotting.move: jotting_fields(jotting)} if jotting else {}
    forms = {
        name: form(
            data if name == move else None,
            initial=first | {"hours": hours} | left.get(name, {}),
            auto_id=f"{name}_%s",
        )
        for name, form in FORMS.items()
    }
    approve = forms[Move.APPROVE]
    if has_no_rule and isinstance(approve, ApproveForm):
        approve.ask_for_the_ground()
    return forms


def _sheet(
    request: PersonRequest,
    declaration: Declaration,
    acts: dict[str, ActForm],
    *,
    move: str = "",
    reasons: list[Refusal] | None = None,
    jotting: Jotting | None = None,
    status: int = 200,
) -> HttpResponse:
    form = acts.get(move)
    context = {
        "sheet": sheet_of(declaration, request.user, now=timezone.now()),
        "declaration": declaration,
        "acts": acts,
        "approve": acts.get(Move.APPROVE),
        "return_form": acts.get(Move.RETURN),
        "reject": acts.get(Move.REJECT),
        "open_act": move or (jotting.move if jotting else ""),
        "jotting": jotting,
        "form": form,
        "reasons": [reason for reason in reasons or [] if form is None or reason.field not in form.fields],
        "is_first_stage": declaration.stage == STAGE_EMPLOYER,
    }
    return render(request, "reviews/review.html", context, status=status)


def _gone(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Moved on meanwhile: who did it and when, for those who had it at hand. For others it does not exist."""
    declaration = Declaration.objects.filter(ref=ref).first()
    if declaration is None or not was_at_hand(request.user, declaration):
        raise Http404
    context = {"reasons": moved_on(declaration).reasons, "next_item": inbox(request.user).first()}
    return render(request, "reviews/moved_on.html", context, status=409)


def _on_to_next(request: PersonRequest, declaration: Declaration, move: str) -> HttpResponse:
    done = f"{_DONE[Move(move)]}：{declaration.professional.name}《{declaration.title}》。"
    following = next_for(request.user, declaration)
    if following is None:
        messages.success(request, f"{done}待办已全部处理完。")
        return redirect("reviews:inbox")
    messages.success(request, f"{done}下面是下一项。")
    return redirect("reviews:review", ref=following.ref)
