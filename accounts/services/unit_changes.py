"""A unit gets another name, another supervisor, or becomes part of another one, with the consent of all concerned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, OrganizationKind, RequestState, UnitChangeKind, UnitState
from accounts.models import Organization, UnitChange, User
from accounts.rules.registration import UNIT_NAME_TAKEN
from accounts.rules.requesting import reasons_not_to_ask
from accounts.rules.unit_changes import UnitChangeFacts, reasons_not_to_change
from accounts.selectors.duties import authorities_for, holders_of
from accounts.selectors.unit_changes import STAGE_LAST, first_stop, last_stop, units_to_change
from accounts.services.merging_units import merge_units
from accounts.services.requests import hand_in, may_rule, moved_on, pass_on, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.trail import record

# Said where it is asked, of no weight when it is granted.
_OF_ASKING_ALONE = {"still_open", "nobody_there"}
_OPEN = (RequestState.WAITING, RequestState.RETURNED)


@dataclass(frozen=True)
class WantedChange:
    """`other`: the supervisor to be (none: the bureau of the place), or the unit to become part of."""

    kind: UnitChangeKind
    new_name: str = ""
    other: Organization | None = None


@transaction.atomic
def ask_for_change(
    unit: Organization, wanted: WantedChange, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> UnitChange:
    """In the name of `unit`, by somebody who manages it."""
    if not units_to_change(by).filter(pk=unit.pk).exists():
        raise refuse("not_your_duty", "只能为自己管理的单位申请。", field="organization")
    reasons = [
        *reasons_not_to_change(_facts(unit, wanted)),
        *reasons_not_to_ask(reason, has_document=document is not None),
    ]
    refuse_if_any(reasons)
    try:
        with transaction.atomic():
            made = UnitChange.objects.create(
                organization=unit, kind=wanted.kind, old_name=unit.name, old_name_key=unit.name_key,
                new_name=wanted.new_name.strip(), other=wanted.other, declarant=by, asked_by=by, made_at=now,
                reason=reason.strip(), document=cast(StoredFile, document),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused([Refusal("still_open", "本单位已有一份变更申请正在办理，请先等结果。")]) from error
    return made


@transaction.atomic
def ask_again(asked: UnitChange, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> UnitChange:
    """Returned, mended, sent anew, from the first stop on. No document: the one sent before."""
    if by.pk != asked.asked_by_id:
        raise refuse("not_yours", "只有提出申请的人可以补正。")
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    _send(asked, by=by, now=now, reason=reason.strip(), document=document or asked.document)
    return asked


@transaction.atomic
def agree(asked: UnitChange, *, seen_round: int, seen_stage: int, reason: str, by: User, now: datetime) -> UnitChange:
    """One side's consent sends it on, the last one's brings it about."""
    current = (
        UnitChange.objects.select_for_update(of=("self",))
        .select_related("organization__area", "other")
        .get(pk=asked.pk)
    )
    if current.stage != seen_stage:
        raise moved_on(asked)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    said: dict[str, Any] = {"seen_round": seen_round, "reason": reason, "by": by, "now": now}
    if current.stage != STAGE_LAST:
        to, duty = last_stop(current, but_not=[current.asked_by, by])
        pass_on(current, to=to, duty=duty, **said)
    else:
        _bring_about(current, by=by, now=now)
        rule(current, Move.APPROVE, **said)
    asked.refresh_from_db()
    return asked


@transaction.atomic
def turn_down(asked: UnitChange, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> UnitChange:
    """Returned to be mended, or not agreed; everything stays as it is."""
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked


def _facts(unit: Organization, wanted: WantedChange) -> UnitChangeFacts:
    other, key = wanted.other, comparable(wanted.new_name)
    taken = Organization.objects.filter(area=unit.area_id, name_key=key).exclude(state=UnitState.REFUSED)
    is_same = {
        UnitChangeKind.RENAME: wanted.new_name.strip() == unit.name,
        UnitChangeKind.SUPERVISOR: (other.pk if other else None) == unit.supervisor_id,
        UnitChangeKind.MERGE: other is not None and other.pk == unit.pk,
    }[wanted.kind]
    if wanted.kind == UnitChangeKind.MERGE:
        fits = other is not None and other.is_employer and other.state == UnitState.ACTIVE
    else:
        fits = other is None or authorities_for(unit.area).filter(pk=other.pk).exists()
    return UnitChangeFacts(
        kind=wanted.kind,
        new_name=wanted.new_name.strip(),
        is_plain=unit.kinds == {OrganizationKind.EMPLOYER},
        is_same=is_same,
        name_is_taken=taken.exclude(pk=unit.pk).exists(),
        other_fits=fits,
        other_has_somebody=other is None or holders_of(other, Duty.MANAGE_UNIT).exists(),
        is_open=UnitChange.objects.filter(organization=unit, state__in=_OPEN).exists(),
    )


def _send(asked: UnitChange, *, by: User, now: datetime, **changes: Any) -> None:
    stage, (to, duty) = first_stop(asked)
    hand_in(asked, to=to, duty=duty, stage=stage, by=by, now=now, **changes)


def _bring_about(asked: UnitChange, *, by: User, now: datetime) -> None:
    """Asked of the row as it is now: what has become impossible meanwhile is refused."""
    rows = Organization.objects.select_for_update(of=("self",)).select_related("area")
    unit = rows.get(pk=cast(int, asked.organization_id))
    wanted = WantedChange(UnitChangeKind(asked.kind), asked.new_name, asked.other)
    reasons = reasons_not_to_change(_facts(unit, wanted))
    if unit.state != UnitState.ACTIVE:
        raise refuse("unit_closed", "这个单位已经停用，不能再变更。")
    refuse_if_any(reason for reason in reasons if reason.code not in _OF_ASKING_ALONE)
    if wanted.kind == UnitChangeKind.MERGE:
        merge_units(unit, cast(Organization, asked.other), but_not=asked, by=by, now=now)
    elif wanted.kind == UnitChangeKind.SUPERVISOR:
        before = {"supervisor": unit.supervisor_id}
        Organization.objects.filter(pk=unit.pk).update(supervisor=asked.other)
        record("unit.supervisor", unit, by=by, now=now, before=before, after={"supervisor": asked.other_id})
    else:
        _rename(unit, wanted.new_name, by=by, now=now)


def _rename(unit: Organization, name: str, *, by: User, now: datetime) -> None:
    before = {"name": unit.name}
    try:
        with transaction.atomic():
            Organization.objects.filter(pk=unit.pk).update(name=name, name_key=comparable(name))
    except IntegrityError as error:
        raise Refused([UNIT_NAME_TAKEN]) from error
    record("unit.rename", unit, by=by, now=now, before=before, after={"name": name})
