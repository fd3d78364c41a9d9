"""What people ask of their bureau: the list, one request as its reader may see it, its document, taking it back."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Professional, Request, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import duties_of
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.services.requests import withdraw as take_back
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve
from credits.models import ObligationRequest, OutsideHours
from credits.selectors.requests import KINDS, is_deciders, seen, waiting

Kind = ObligationRequest | OutsideHours
_OLDEST_DUE = ("due_at", "id")


@never_cache
@require_safe
def show_requests(request: HttpRequest) -> HttpResponse:
    """`?kind=` chooses exemption or outside; `?view=waiting` what waits for the reader, else all they may see."""
    user = cast(User, request.user)
    duties = set(duties_of(user).values_list("duty", flat=True))
    person = Professional.objects.filter(user=user, approved_at__isnull=False).first()
    decides = not duties.isdisjoint(duties_for(Act.RULE_ON_REQUESTS))
    looks_after = not duties.isdisjoint(duties_for(Act.ACT_ON_PEOPLE))
    if person is None and not decides and not looks_after:
        raise PermissionDenied("这一页供专业技术人员和承担相应职责的人员使用。")
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else "exemption"
    is_inbox = decides and request.GET.get("view", "waiting") == "waiting"
    rows: Any = waiting(user, KINDS[kind]) if is_inbox else seen(user, KINDS[kind])
    page = keyset_page(rows, order=_OLDEST_DUE if is_inbox else ("-id",), cursor=request.GET.get("after", ""))
    context = {
        "page": page, "kind": kind, "is_inbox": is_inbox, "decides": decides, "person": person,
        "looks_after": looks_after,
    }  # fmt: skip
    return render(request, "credits/requests.html", context)


@never_cache
@require_safe
def show_document(request: HttpRequest, kind: str, ref: UUID) -> HttpResponse:
    """The attached paper, for whoever may see the request."""
    return cast(HttpResponse, serve(request_or_404(request, kind, ref).document))


@require_POST
def withdraw(request: HttpRequest, kind: str, ref: UUID) -> HttpResponse:
    asked = request_or_404(request, kind, ref)
    take_back(asked, by=cast(User, request.user), now=timezone.now())
    messages.success(request, "申请已撤回。需要时可以重新申请。")
    return redirect(asked.page, asked.ref)


def request_or_404(request: HttpRequest, kind: str, ref: UUID) -> Any:
    """The request, when its reader may see it; else the same 404 as for one that does not exist."""
    user = cast(User, request.user)
    rows: Any = seen(user, KINDS[kind])
    return get_object_or_404(rows, ref=ref)


def to_decide(request: HttpRequest, kind: str, ref: UUID) -> Any:
    """The request, for whose office it is to rule on; 403 to who may only read it."""
    asked = request_or_404(request, kind, ref)
    if not is_deciders(cast(User, request.user), asked):
        raise PermissionDenied("这份申请您可以查看，但不由您处理。")
    return asked


def page_context(request: HttpRequest, asked: Request) -> dict[str, Any]:
    """What the page of every kind needs: where it stands, what happened, what its reader can do."""
    user = cast(User, request.user)
    is_own = user.pk in {asked.asked_by_id, asked.declarant_id}
    kind = next(word for word, model in KINDS.items() if isinstance(asked, model))
    return {
        "asked": asked,
        "kind": kind,
        "steps": steps_of(asked),
        "is_own": is_own,
        "can_mend": is_own and asked.state == "returned",
        "can_withdraw": is_own and asked.state in {"waiting", "returned"},
        "decides": who_can_decide(asked).filter(pk=user.pk).exists(),
    }
