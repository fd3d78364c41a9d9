"""What a base does with a roster: end its check, confirm it, take it back, throw a draft away."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import RosterState
from credits.services.roster_checks import cancel_check
from credits.services.rosters import confirm_roster, drop_roster, undo_roster
from credits.views.rosters import keepers_only, own_roster, roster_page


@keepers_only
@require_POST
def confirm(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The clock does the rest. Pressing twice is pressing once."""
    roster = own_roster(request, ref)
    if roster.state == RosterState.CREDITING:
        return redirect("credits:roster", roster.ref)
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    try:
        confirm_roster(roster, version=version, by=cast(User, request.user), now=timezone.now())
    except MovedOn as moved:
        if own_roster(request, ref).state != RosterState.CREDITING:
            return roster_page(request, own_roster(request, ref), problems=moved.reasons, status=409)
    except Refused as refused:
        return roster_page(request, roster, problems=refused.reasons, status=409)
    return redirect("credits:roster", roster.ref)


@keepers_only
@require_POST
def cancel(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The check ends, what it found is dropped; what stood before stands again."""
    cancel_check(own_roster(request, ref), by=cast(User, request.user), now=timezone.now())
    messages.success(request, "已取消核对，没有保留这份文件的内容。")
    return redirect("credits:roster", ref)


@keepers_only
@require_POST
def undo(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Everything that came by it is reversed, with the reason."""
    roster = own_roster(request, ref)
    try:
        undo_roster(roster, reason=request.POST.get("reason", ""), by=cast(User, request.user), now=timezone.now())
    except MovedOn as moved:
        return roster_page(request, own_roster(request, ref), problems=moved.reasons, status=409)
    except Refused as refused:
        status = 409 if refused.reasons[0].code == "not_done" else 422
        return roster_page(request, roster, problems=refused.reasons, status=status)
    return redirect("credits:roster", roster.ref)


@keepers_only
@require_POST
def drop(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A roster that was never confirmed goes, with what was read."""
    drop_roster(own_roster(request, ref), by=cast(User, request.user), now=timezone.now())
    messages.success(request, "名单草稿已删除。")
    return redirect("credits:rosters")
