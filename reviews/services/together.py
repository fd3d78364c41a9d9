"""Approving several at once: only what this reviewer has looked at, each as if alone, all or none (S3-06, A22)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import Move
from accounts.models import User
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from credits.models import Declaration
from reviews.models import Decision
from reviews.rules.deciding import reasons_not_to_take_together
from reviews.selectors.desk import inbox, proposed_hours
from reviews.services.decisions import decide


@dataclass(frozen=True)
class Seen:
    """What stood on the screen: which declaration, in which version, at which stage."""

    ref: UUID
    version: int
    stage: int


@transaction.atomic
def approve_together(items: Sequence[Seen], *, by: User, now: datetime) -> list[Decision]:
    """Approve each of `items` with the hours put to this stage.

    Raises `Refused` with what is against each of them, by its title, and then none is approved.
    """
    refuse_if_any(reasons_not_to_take_together(len(items)))
    waiting = {row.ref: row for row in inbox(by).filter(ref__in=[item.ref for item in items])}
    decided, refused = [], list[Refusal]()
    for item in items:
        declaration = waiting.get(item.ref)
        if declaration is None:
            refused.append(Refusal("moved_on", "有一项已不在您的待办中，可能刚由同事办理或被申报人撤回。"))
            continue
        try:
            decided.append(_approve(declaration, item, by, now))
        except Refused as reasons:
            refused.extend(_named(declaration, reasons))
    refuse_if_any(refused)
    return decided


def _approve(declaration: Declaration, item: Seen, by: User, now: datetime) -> Decision:
    hours = proposed_hours(declaration)
    return decide(declaration, version=item.version, stage=item.stage, move=Move.APPROVE, hours=hours, by=by, now=now)


def _named(declaration: Declaration, reasons: Iterable[Refusal]) -> list[Refusal]:
    lead = f"{declaration.professional.name}《{declaration.title}》："
    return [Refusal(reason.code, f"{lead}{reason.message}", clause=reason.clause) for reason in reasons]
