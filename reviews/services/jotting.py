"""Keeping what a reviewer has half written, so that a phone that rings or a session that ends costs nothing."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from credits.models import Declaration
from reviews.enums import REASON_LIMIT
from reviews.models import Jotting

_SHORT = 10
_CODE = 40


@transaction.atomic
def keep_jotting(
    declaration: Declaration,
    *,
    move: str,
    reason_code: str = "",
    reason: str = "",
    hours: str = "",
    by: User,
    now: datetime,
) -> None:
    """Keep it as it is typed, right or wrong; the last one stands. What is empty is not kept.

    It is nobody's decision and stands in no trail; with the decision, or another version, it is gone.
    """
    rows = Jotting.objects.filter(declaration=declaration, reviewer=by)
    if not (reason_code or reason.strip()):
        rows.delete()
        return
    typed = {"reason_code": reason_code[:_CODE], "reason": reason[:REASON_LIMIT], "hours": hours[:_SHORT]}
    kept = {**typed, "move": move, "version": declaration.version, "kept_at": now}
    Jotting.objects.update_or_create(declaration=declaration, reviewer=by, defaults=kept)
