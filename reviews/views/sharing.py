"""Acts on several rows of the inbox: approving together what was looked at, and dividing the work."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import Refusal, Refused
from reviews.selectors.desk import inbox
from reviews.selectors.sharing import colleagues_of
from reviews.services import allotting, together
from reviews.views.inbox import render_inbox

_PARTS = 3
_COUNT = re.compile(r"[1-9][0-9]{0,8}")


@require_POST
@only_who_may(Act.REVIEW_HOURS)
def approve_together(request: PersonRequest) -> HttpResponse:
    """All of the chosen or none; what stands against it is listed on the inbox."""
    try:
        decided = together.approve_together(_chosen(request), by=request.user, now=timezone.now())
    except Refused as refused:
        return render_inbox(request, reasons=list(refused), status=409)
    messages.success(request, f"已一起通过 {len(decided)} 项，都是您逐项看过的。")
    return redirect("reviews:inbox")


@require_POST
@only_who_may(Act.REVIEW_HOURS)
def allot(request: PersonRequest) -> HttpResponse:
    """Give the chosen to a colleague, take them up, or (nobody chosen) put them back."""
    chosen, asked = [seen.ref for seen in _chosen(request)], request.POST.get("to", "")
    try:
        ref = _ref(asked) if asked else None
        to = colleagues_of(request.user).filter(ref=ref).first() if ref else None
        if not chosen or (asked and to is None):
            text = "请从列表中选择一位同事。" if chosen else "请先勾选要分工的申报。"
            raise Refused([Refusal("nothing_chosen", text)])
        rows = list(inbox(request.user).filter(ref__in=chosen))
        count = allotting.allot(rows, to=to, by=request.user, now=timezone.now())
    except Refused as refused:
        return render_inbox(request, reasons=list(refused), status=409)
    whom = "自己" if to == request.user else to.name if to else ""
    messages.success(request, f"已把 {count} 项分给{whom}。" if to else f"已把 {count} 项放回待分。")
    return redirect("reviews:inbox")


def _chosen(request: PersonRequest) -> list[together.Seen]:
    """The rows that were ticked: ref, version and stage of each. What has no such shape was ticked by nobody."""
    return list(_read(request.POST.getlist("chosen")))


def _read(texts: Iterable[str]) -> Iterable[together.Seen]:
    for text in dict.fromkeys(texts):
        parts = text.split(":")
        ref = _ref(parts[0])
        if ref and len(parts) == _PARTS and all(_COUNT.fullmatch(part) for part in parts[1:]):
            yield together.Seen(ref, int(parts[1]), int(parts[2]))


def _ref(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
