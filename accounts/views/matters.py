"""What is asked about people: the list, one matter as its reader may see it, its paper, the ruling, taking it back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import CorrectionKind, Move, RequestState
from accounts.forms.matters import MatterRulingForm
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import may, units_for
from accounts.selectors.matters import KINDS, how_many_wait, matters_seen_by, matters_waiting_for, pending_of
from accounts.selectors.people import approved_person, unit_of
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.selectors.staffing import invitations_for
from accounts.services import corrections, merging, titles, transfers
from accounts.services.requests import withdraw
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

TONES = {
    RequestState.WAITING: "wait",
    RequestState.RETURNED: "warn",
    RequestState.GRANTED: "ok",
    RequestState.REFUSED: "bad",
}
_OPEN = (RequestState.WAITING, RequestState.RETURNED)


@dataclass(frozen=True)
class Acts:
    """What becomes of a matter of one kind."""

    grant: Callable[..., Any]
    turn_down: Callable[..., Any]
    take_back: Callable[..., Any]


_TITLES = {"transfer": "单位调转", "title": "职称变更", "correction": "更正登记信息", "merge": "合并账号"}
ACTS = {
    "transfer": Acts(transfers.take_in, transfers.turn_down, withdraw),
    "title": Acts(titles.record_title, titles.turn_down, withdraw),
    "correction": Acts(corrections.confirm, corrections.turn_down, corrections.take_back),
    "merge": Acts(merging.confirm, merging.turn_down, withdraw),
}


@never_cache
@require_safe
def show_matters(request: HttpRequest) -> HttpResponse:
    """`?kind=` chooses; `?view=waiting` what waits for the reader, else all they may see. Without a choice an inbox
    opens where something waits. Who only acts for others has corrections of their own name and phone alone.
    """
    user = cast(User, request.user)
    looks_after, person = may(user, Act.ACT_ON_PEOPLE), approved_person(user)
    if person is None and not looks_after and unit_of(user) is None:
        raise PermissionDenied("这一页供专业技术人员和承担相应职责的人员使用。")
    open_to = list(KINDS) if person or looks_after else ["correction"]
    is_inbox = looks_after and request.GET.get("view", "waiting") == "waiting"
    waiting = how_many_wait(user, open_to) if is_inbox else {}
    asked = request.GET.get("kind", "")
    pressing = next((name for name in open_to if waiting.get(name)), open_to[0])
    kind = asked if asked in open_to else pressing
    rows: Any = matters_waiting_for(user, KINDS[kind]) if is_inbox else matters_seen_by(user, KINDS[kind])
    order = ("due_at", "id") if is_inbox else ("-id",)
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""))
    for row in page.items:
        row.tone = TONES.get(row.state, "idle")
    context = {"page": page, "kind": kind, "is_inbox": is_inbox, "looks_after": looks_after, "person": person}
    context["invited"] = len(invitations_for(user, now=timezone.now())) if person and kind == "transfer" else 0
    context["is_bureau"] = units_for(user, Act.PROPOSE_MERGES).exists()
    context["tabs"] = [(name, _TITLES[name], waiting.get(name, 0)) for name in open_to]
    return render(request, "accounts/matters.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
def show_matter(request: HttpRequest, kind: str, ref: UUID) -> HttpResponse:
    """One matter; POST decides."""
    asked = matter_or_404(request, kind, ref)
    if request.method != "POST":
        return _page(request, kind, asked, _ruling_form(asked), 200)
    if not _is_deciders(cast(User, request.user), asked):
        raise PermissionDenied("这份申请您可以查看，但不由您处理。")
    form = _ruling_form(asked, request.POST)
    if form.is_valid() and _decided(request, kind, asked, form):
        messages.success(request, f"{asked.whose}的申请：{_outcome(asked)}。")
        return redirect("accounts:matters")
    return _page(request, kind, asked, form, 422)


@never_cache
@require_safe
def show_document(request: HttpRequest, kind: str, ref: UUID) -> HttpResponse:
    return cast(HttpResponse, serve(matter_or_404(request, kind, ref).document))


@require_POST
def withdraw_matter(request: HttpRequest, kind: str, ref: UUID) -> HttpResponse:
    asked = matter_or_404(request, kind, ref)
    ACTS[kind].take_back(asked, by=cast(User, request.user), now=timezone.now())
    messages.success(request, "申请已撤回，没有任何变动。")
    return redirect(asked.page, asked.ref)


def matter_or_404(request: HttpRequest, kind: str, ref: UUID) -> Any:
    """The matter, when its reader may see it; else the same 404 as for one that does not exist."""
    return get_object_or_404(matters_seen_by(cast(User, request.user), KINDS[kind]), ref=ref)


def _is_deciders(user: User, asked: Any) -> bool:
    """Whether it is `user`'s to rule on, or was their office's: who comes second is to read who was first."""
    if who_can_decide(asked).filter(pk=user.pk).exists():
        return True
    offices = units_for(user, Act.APPROVE_PEOPLE)
    return user.pk not in {asked.asked_by_id, asked.declarant_id} and bool(
        asked.rulings.filter(organization__in=offices).exists()
    )


def _ruling_form(asked: Any, data: Any = None) -> MatterRulingForm:
    asks_number = getattr(asked, "what", CorrectionKind.NAME) != CorrectionKind.NAME
    return MatterRulingForm(data, asks_number=asks_number, initial={"round": asked.round})


def _decided(request: HttpRequest, kind: str, asked: Any, form: MatterRulingForm) -> bool:
    data, acts = form.cleaned_data, ACTS[kind]
    seen: dict[str, Any] = {
        "seen_round": data["round"], "reason": data["reason"], "by": request.user, "now": timezone.now(),
    }  # fmt: skip
    try:
        if data["move"] != Move.APPROVE:
            acts.turn_down(asked, Move(data["move"]), **seen)
        elif kind == "correction":
            acts.grant(asked, number=data.get("number", ""), **seen)
        else:
            acts.grant(asked, **seen)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True


def _outcome(asked: Any) -> str:
    return "已转下一位核对" if asked.state == RequestState.WAITING else asked.get_state_display()


def _page(request: HttpRequest, kind: str, asked: Any, form: MatterRulingForm, status: int) -> HttpResponse:
    user = cast(User, request.user)
    is_own = user.pk in {asked.asked_by_id, asked.declarant_id}
    decides = who_can_decide(asked).filter(pk=user.pk).exists()
    shows_pending = kind == "transfer" and asked.state in _OPEN and (decides or is_own)
    context = {
        "asked": asked,
        "kind": kind,
        "form": form,
        "tone": TONES.get(asked.state, "idle"),
        "steps": steps_of(asked),
        "is_own": is_own,
        "decides": decides,
        "can_mend": is_own and asked.state == RequestState.RETURNED,
        "can_withdraw": is_own and asked.state in _OPEN,
        "pending": pending_of(asked.professional) if shows_pending else [],
    }
    return render(request, "accounts/matter.html", context, status=status)
