"""What follows of a last approval, by the clock: the declaration's own row says that it is still to do."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from accounts.selectors.people import goes_on
from ceportal.kernel.services.claims import one_by_one
from credits.enums import DeclarationState
from credits.models import Declaration
from credits.selectors.twins import words_beside
from credits.services.accounts import look_again
from credits.services.ruling import tell_declarant

FOLLOW = "credits.follow_approvals"


def follow_approvals(*, now: datetime, limit: int = 1000) -> int:
    """Each approval once: its declarant is told, the year looked at again and word left for the certificates. Gives how
    many. The cost follows those still to do.
    """
    waiting = Declaration.objects.filter(awaits_follow_up=True).order_by("decided_at", "pk")
    read = waiting.select_related("declarant", *(f"professional{at}" for at in ("__area", "__title_series")))
    return one_by_one(FOLLOW, read, partial(_follow, now=now), now=now, limit=limit)


def _follow(declaration: Declaration, *, now: datetime) -> bool:
    """Whatever became of it since: taken back again it is not told as approved, which the reversal has said."""
    mine = Declaration.objects.filter(pk=declaration.pk, awaits_follow_up=True)
    if not mine.update(awaits_follow_up=False):
        return False
    declaration.refresh_from_db(fields=["state"])
    if declaration.year is not None:
        look_again(goes_on(declaration.professional), declaration.year, now=now)
    if declaration.state == DeclarationState.APPROVED:
        tell_declarant(declaration, _outcome(declaration), now)
    return True


def _outcome(declaration: Declaration) -> str:
    beside = words_beside(declaration)
    if beside:
        return f"已通过。{beside}，同一次学习只计一次，本次审核不再增加学时。"
    hours = declaration.hours_recognised or Decimal(0)
    return f"已通过，认定 {hours.normalize():f} 学时"
