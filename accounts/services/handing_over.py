"""The administration of a unit passes to somebody else: asked with a paper, appointed by an office above (S1-16).

Whoever has left loses every duty at the unit and every session in the same moment; what waits with the unit waits for
the successor. Those who act for the unit hear of it as soon as it is asked.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, NoticeEvent, RequestState, UnitState
from accounts.models import HandOver, Membership, Organization, User
from accounts.rules.handing_over import HandOverFacts, duties_to_take_over, reasons_not_to_hand_over
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.handing_over import (
    decides_on,
    is_above,
    is_elsewhere,
    is_of,
    of_unit_with_phone,
    who_acts_for,
)
from accounts.services.memberships import end, grant
from accounts.services.notices import tell
from accounts.services.requests import hand_in, may_rule, page_of, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_OPEN = (RequestState.WAITING, RequestState.RETURNED)


@transaction.atomic
def ask_to_hand_over(
    unit: Organization, *, phone: str, reason: str, document: StoredFile | None, by: User, now: datetime
) -> HandOver:
    """`phone`: that of the successor, somebody of the unit; empty, it is who asks."""
    successor = of_unit_with_phone(unit, phone) if phone else by
    reasons = [
        *reasons_not_to_hand_over(_facts(unit, phone, successor, by)),
        *reasons_not_to_ask(reason, has_document=document is not None),
    ]
    refuse_if_any(reasons)
    try:
        with transaction.atomic():
            made = HandOver.objects.create(
                organization=unit, declarant=cast(User, successor), asked_by=by, made_at=now, reason=reason.strip(),
                document=cast(StoredFile, document),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused([Refusal("still_open", "接任人已有一份同样的申请正在办理，请先等结果。")]) from error
    return made


@transaction.atomic
def ask_again(asked: HandOver, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> HandOver:
    """Returned, mended, sent anew. No document: the one sent before."""
    if by.pk != asked.asked_by_id:
        raise refuse("not_yours", "只有提出申请的人可以补正。")
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    _send(asked, by=by, now=now, reason=reason.strip(), document=document or asked.document)
    return asked


@transaction.atomic
def hand_over(
    asked: HandOver, *, leaving: Collection[UUID], seen_round: int, reason: str, by: User, now: datetime
) -> HandOver:
    """Appoint the successor. `leaving` names those of the unit who have left: their duties there and all their
    sessions end now, and what they could do there the successor can.
    """
    current = HandOver.objects.select_for_update().get(pk=asked.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    unit = Organization.objects.get(pk=cast(int, current.organization_id))
    if unit.state != UnitState.ACTIVE:
        raise refuse("unit_closed", "这个单位已经停用，不能再指定管理员。")
    gone = list(who_acts_for(unit).filter(ref__in=leaving).exclude(pk=current.declarant_id))
    held = Membership.objects.filter(organization=unit, user__in=gone, ended_at__isnull=True)
    duties = duties_to_take_over([Duty(value) for value in held.values_list("duty", flat=True)], unit.kinds)
    rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    for user in gone:
        end(user, unit, by=by, now=now)
    grant(current.declarant, unit, duties, by=by, now=now)
    after = {"administrator": str(current.declarant.ref), "left": [str(user.ref) for user in gone]}
    record("unit.hand_over", unit, by=by, now=now, after=after)
    _tell_who_leaves(current, gone, now=now)
    asked.refresh_from_db()
    return asked


def turn_down(asked: HandOver, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> HandOver:
    """Returned to be mended, or not granted; everybody keeps what they have."""
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked


def _facts(unit: Organization, phone: str, successor: User | None, by: User) -> HandOverFacts:
    return HandOverFacts(
        is_there=unit.state == UnitState.ACTIVE,
        is_office=unit.is_bureau or unit.is_authority,
        asker_is_of_unit=is_of(by, unit),
        asker_is_above=is_above(by, unit),
        asker_is_elsewhere=is_elsewhere(by),
        names_somebody=bool(phone),
        successor_is_of_unit=successor is not None,
        is_open=HandOver.objects.filter(organization=unit, declarant=successor, state__in=_OPEN).exists(),
    )


def _send(asked: HandOver, *, by: User, now: datetime, **changes: Any) -> None:
    """To the office above, and word of it to everybody who acts for the unit: who is still there can object."""
    unit = cast(Organization, asked.organization)
    to = decides_on(unit, but_not=[by, asked.declarant])
    hand_in(asked, to=to, duty=Duty.APPROVE_UNITS, by=by, now=now, **changes)
    text = f"{asked.declarant.name}申请接任{unit.name}的管理员，由{asked.waiting_on}决定。您仍在岗的，请尽快与其联系。"
    key = f"hand_over:{asked.ref}:{asked.round}:asked"
    to_hear = who_acts_for(unit).exclude(pk__in=[by.pk, asked.declarant_id])
    tell(to_hear, NoticeEvent.REQUEST_WAITING, key=key, text=text, link=page_of(asked), now=now)


def _tell_who_leaves(asked: HandOver, gone: list[User], *, now: datetime) -> None:
    text = f"您在{asked.whose}的职责已经结束，由{asked.declarant.name}接任。如有疑问，请联系{asked.whose}或其主管部门。"
    tell(gone, NoticeEvent.ACCOUNT_SAFETY, key=f"hand_over:{asked.ref}:left", text=text, now=now)
