"""What applications of people and of units have in common: waiting with somebody, being ruled on, being told of."""

from datetime import datetime
from typing import TypeVar

from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, RegistrationState
from accounts.models import Organization, PersonRegistration, UnitRegistration, User
from accounts.rules.registration import reasons_not_to_refuse
from accounts.selectors.duties import who_can_rule
from accounts.services.notices import tell
from accounts.services.routing import rule_on, send_on, settle
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any

Application = TypeVar("Application", PersonRegistration, UnitRegistration)

_RULED = {
    Move.APPROVE: (RegistrationState.APPROVED, "核准"),
    Move.REJECT: (RegistrationState.REFUSED, "作出不予核准的决定"),
}


def wait_with(application: Application, to: Organization | None, duty: Duty, *, now: datetime) -> Application:
    """Send a new application to `to` and tell everybody there who can decide."""
    if to is None:
        raise refuse("nobody_in_charge", "这个地区还没有负责核准的人社部门，请联系上级人社部门。", field="organization")
    fresh = type(application).objects.filter(
        pk=application.pk, state=RegistrationState.WAITING, waiting_on__isnull=True
    )
    send_on(fresh, state=RegistrationState.WAITING, stage=0, to=to, duty=duty, now=now, new_round=True)
    application.refresh_from_db()
    page = "accounts:review_person" if isinstance(application, PersonRegistration) else "accounts:review_unit"
    tell(
        who_can_rule(application),
        NoticeEvent.REGISTRATION_WAITING,
        key=f"registration:{application.ref}:{application.round}",
        text=f"{whose(application)}申请注册，请在 5 个工作日内核准。",
        link=reverse(page, args=[application.ref]),
        now=now,
    )
    return application


def decide(application: Application, move: Move, *, by: User, now: datetime, reason: str = "") -> Application:
    """Approve or reject, as somebody who may. The ruling and the new state are written; the consequences are the
    caller's. Raises `MovedOn` when somebody was first.
    """
    if move == Move.REJECT:
        refuse_if_any(reasons_not_to_refuse(reason))
    if application.state != RegistrationState.WAITING:
        raise moved_on(application)
    if not who_can_rule(application).filter(pk=by.pk).exists():
        raise refuse("not_your_duty", "这份申请不由您核准。")
    state, _ = _RULED[move]
    _settle(application, state)
    rule_on(application, move=move, by=by, now=now, reason=reason.strip())
    application.refresh_from_db()
    return application


def withdraw(application: Application, *, by: User) -> Application:
    """The applicant takes it back while nobody has decided."""
    if application.declarant_id != by.pk:
        raise refuse("not_yours", "只有申请人本人可以撤回申请。")
    _settle(application, RegistrationState.WITHDRAWN)
    application.refresh_from_db()
    return application


def tell_applicant(application: Application, *, text: str, now: datetime) -> None:
    tell(
        [application.declarant],
        NoticeEvent.REGISTRATION_DECIDED,
        key=f"registration:{application.ref}:decided",
        text=text,
        link=reverse("accounts:registration"),
        now=now,
    )


def moved_on(application: Application) -> MovedOn:
    """Says who was first, and when."""
    ruling = application.rulings.select_related("by").order_by("-id").first()
    if ruling is None:
        return MovedOn([Refusal("moved_on", "申请人已经撤回了这份申请。")])
    when = timezone.localtime(ruling.at)
    act = _RULED[Move(ruling.move)][1]
    message = f"这份申请已由{ruling.by.name}于 {when.month}月{when.day}日 {when:%H:%M} {act}。"
    return MovedOn([Refusal("moved_on", message)])


def _settle(application: Application, state: RegistrationState) -> None:
    waiting = type(application).objects.filter(
        pk=application.pk, state=RegistrationState.WAITING, round=application.round
    )
    if not settle(waiting, state=state):
        raise moved_on(application)


def whose(application: PersonRegistration | UnitRegistration) -> str:
    if isinstance(application, PersonRegistration):
        return application.professional.name
    return application.organization.name
