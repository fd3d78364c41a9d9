"""Dividing the work of a desk: taken up by oneself, given to a colleague, or put back.

It gives no right and takes none: everybody who reviews there may still decide, so that nothing waits for one alone.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.services.trail import record
from credits.models import Declaration
from reviews.models import Allotment
from reviews.selectors.desk import inbox
from reviews.selectors.sharing import colleagues_of

MOST_AT_ONCE = 500


@transaction.atomic
def allot(rows: Sequence[Declaration], *, to: User | None, by: User, now: datetime) -> int:
    """Let `to` (nobody: put back) see to `rows`, as far as they wait with `by`. Gives how many.

    Refused when `to` could not decide them all: they review elsewhere, or something is their own.
    """
    waiting = list(inbox(by).filter(pk__in=[row.pk for row in rows[:MOST_AT_ONCE]]))
    Allotment.objects.filter(
        declaration__in=[row.pk for row in waiting], round=F("declaration__round"), stage=F("declaration__stage")
    ).delete()
    if to is not None:
        _refuse_unless_able(waiting, to, by)
        Allotment.objects.bulk_create(
            [Allotment(declaration=r, round=r.round, stage=r.stage, to=to, by=by, at=now) for r in waiting],
            ignore_conflicts=True,
        )
    refs = [str(row.ref) for row in waiting]
    after = {"count": len(waiting), "to": str(to.ref) if to else "", "declarations": refs}
    if waiting:
        record("declaration.allot", by, by=by, now=now, after=after)
    return len(waiting)


def _refuse_unless_able(rows: Sequence[Declaration], to: User, by: User) -> None:
    if to.pk != by.pk and not colleagues_of(by).filter(pk=to.pk).exists():
        raise refuse("not_a_colleague", "只能分给同一单位承担学时审核的同事。", field="to")
    able = inbox(to).filter(pk__in=[row.pk for row in rows]).count()
    if able < len(rows):
        text = f"所选的有 {len(rows) - able} 项{to.name}不能审核（本人的申报，或其不在该单位审核），请另选。"
        raise refuse("not_able", text, clause="A24", field="to")
