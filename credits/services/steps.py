"""What every move of a declaration leaves behind: its step, its event in the trail, and for a loser who was first."""

from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.services.trail import Actor, record
from credits.models import Declaration, DeclarationStep


def leave_step(
    declaration: Declaration,
    move: Move,
    *,
    by: Actor | None,
    now: datetime,
    was: str,
    organization: Organization | None = None,
    hours: Decimal | None = None,
    reason: str = "",
    note: str = "",
) -> None:
    """Write down a move that has just succeeded, of `declaration` as it then stands. `note` goes to the trail alone."""
    DeclarationStep.objects.create(
        declaration=declaration,
        round=declaration.round,
        move=move,
        state=declaration.state,
        organization=organization,
        hours=hours,
        reason=reason[:500],
        at=now,
        area_id=declaration.professional.area_id,
    )
    after = {"state": declaration.state, "round": declaration.round, "version": declaration.version}
    if hours is not None:
        after["hours"] = str(hours)
    if note:
        after["note"] = note
    record(f"declaration.{move.value}", declaration, by=by, now=now, before={"state": was}, after=after)


def fill_places(*, limit: int) -> int:
    """Write the declarant's place into steps that have none, the newest `limit`; gives how many there were.

    Of steps from before this column, and of those that code of then wrote while an upgrade went on.
    """
    missing = DeclarationStep.objects.filter(area=None).order_by("-pk").values_list("pk", flat=True)[:limit]
    place = Declaration.objects.filter(pk=OuterRef("declaration_id")).values("professional__area")[:1]
    return DeclarationStep.objects.filter(pk__in=list(missing)).update(area=Subquery(place))


def moved_on(declaration: Declaration, *, for_declarant: bool = False) -> MovedOn:
    """For the hand that came second: where it stands now, since when, and who moved it.

    A reviewer is told the winner's name, the declarant only the organization.
    """
    current = Declaration.objects.get(pk=declaration.pk)
    step = current.steps.select_related("organization").last()
    if step is None or (current.state == declaration.state and for_declarant):
        message = "这项申报刚刚在别处改动过，请看看现在的内容，再决定。"
        return MovedOn([Refusal("moved_on", message)])
    at = timezone.localtime(step.at)
    who = _mover(current, step, for_declarant=for_declarant)
    done, stands = step.get_move_display(), current.get_state_display()
    message = f"{who}已于 {at.month}月{at.day}日 {at:%H:%M} {done}，现在是“{stands}”。"
    return MovedOn([Refusal("moved_on", message)])


def _mover(declaration: Declaration, step: DeclarationStep, *, for_declarant: bool) -> str:
    if step.organization is None:
        return "您" if for_declarant else "申报人"
    if for_declarant:
        return step.organization.name
    event = AuditEvent.objects.filter(subject_ref=declaration.ref, action=f"declaration.{step.move}").first()
    return f"{step.organization.name}{event.actor_label}" if event else step.organization.name
