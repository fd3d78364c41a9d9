"""A name, number or phone put right: asked with a paper, confirmed by two people, then signed out everywhere.

First the employer, then the bureau of the place; without an employer that can act, two people of the bureau. So it is
for those who only act for others, by the unit they act for. Nobody reads a number here:
who confirms one types it from the paper, and it must be what was asked (blind index).
"""

from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import CorrectionKind, Duty, IdKind, Move, NoticeEvent, PersonField
from accounts.fields import (
    correction_columns,
    correction_in_clear,
    id_columns,
    id_indexes,
    phone_columns,
    phone_indexes,
    traced,
)
from accounts.models import Area, Correction, Organization, PersonChange, Professional, User
from accounts.rules.correcting import CONFIRM, NOT_THE_SAME, CorrectionFacts, reasons_not_to_correct
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import in_charge
from accounts.selectors.people import approved_person, unit_of
from accounts.services.memberships import end_sessions
from accounts.services.notices import tell
from accounts.services.requests import hand_in, may_rule, pass_on, rule, withdraw
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.rules.text import person_name
from ceportal.kernel.services.trail import record

_NO_NUMBER: dict[str, Any] = {"number_sealed": None}


@transaction.atomic
def ask_for_correction(
    *, what: CorrectionKind, value: str, id_kind: IdKind | None, reason: str, document: StoredFile | None, by: User,
    now: datetime,
) -> Correction:  # fmt: skip
    """Of `by`'s own account. `value` is the right name or number, as typed."""
    made = Correction(
        professional=approved_person(by), organization=unit_of(by), declarant=by, asked_by=by, made_at=now, what=what,
        reason=reason.strip(),
    )  # fmt: skip
    if made.professional is None and (made.organization is None or what == CorrectionKind.ID_NUMBER):
        raise refuse("not_registered", "您的账号还没有核准的注册或职责，这一项不能在这里更正。请先完成注册。")
    columns = _asked(made, what, value, id_kind, reason, has_document=document is not None, now=now)
    for column, content in columns.items():
        setattr(made, column, content)
    made.document = cast(StoredFile, document)
    try:
        with transaction.atomic():
            made.save()
            _send(made, by=by, now=now)
    except IntegrityError as error:
        message = f"已有一份更正{what.label}的申请正在办理，请先等结果，或者撤回后再申请。"
        raise Refused([Refusal("still_open", message)]) from error
    return made


@transaction.atomic
def ask_again(
    asked: Correction, *, value: str, id_kind: IdKind | None, reason: str, document: StoredFile | None, by: User,
    now: datetime,
) -> Correction:  # fmt: skip
    """Returned, mended, sent anew from the first of the two on. No document: the one sent before."""
    if by.pk != asked.declarant_id:
        raise refuse("not_yours", "只有申请人可以补正。")
    columns = _asked(asked, CorrectionKind(asked.what), value, id_kind, reason, has_document=True, now=now)
    changes = {"reason": reason.strip(), "document": document or asked.document, **columns}
    _send(asked, by=by, now=now, organization=unit_of(asked.declarant), **changes)
    return asked


@transaction.atomic
def confirm(asked: Correction, *, seen_round: int, number: str, reason: str, by: User, now: datetime) -> Correction:
    """The first of two passes it on, the second puts it right. `number` is what the paper says, typed by `by`."""
    whose = User.objects.select_for_update().get(pk=asked.declarant_id)
    current = Correction.objects.select_for_update().get(pk=asked.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    if current.what != CorrectionKind.NAME and current.number_index not in _indexes(current.what, number):
        raise Refused([NOT_THE_SAME])
    if current.stage == CONFIRM:
        to = in_charge(Duty.APPROVE_PEOPLE, _place_of(current), but_not=[whose, by])
        pass_on(current, to=to, duty=Duty.APPROVE_PEOPLE, seen_round=seen_round, reason=reason, by=by, now=now)
    else:
        _put_right(whose, current, by=by, now=now)
        rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now, **_NO_NUMBER)
    asked.refresh_from_db()
    return asked


def turn_down(asked: Correction, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> Correction:
    """What was refused keeps no number."""
    forgotten = _NO_NUMBER if move == Move.REJECT else {}
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now, **forgotten)
    return asked


@transaction.atomic
def take_back(asked: Correction, *, by: User, now: datetime) -> None:
    """What was withdrawn keeps no number either."""
    withdraw(asked, by=by, now=now)
    Correction.objects.filter(pk=asked.pk).update(**_NO_NUMBER)


def _asked(
    row: Correction, what: CorrectionKind, value: str, id_kind: IdKind | None, reason: str, *, has_document: bool,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """The columns that say what is asked. Raises with every reason there is."""
    value = person_name(value) if what == CorrectionKind.NAME else normalise(value)
    facts = CorrectionFacts(what, value, id_kind, *_standing(row.declarant, row.professional, what, value))
    refuse_if_any(
        [
            *reasons_not_to_correct(facts, today=timezone.localdate(now)),
            *reasons_not_to_ask(reason, has_document=has_document),
        ]
    )
    if what == CorrectionKind.NAME:
        return {"name": value}
    columns = correction_columns(value, is_phone=what == CorrectionKind.PHONE, ref=row.ref)
    return columns | {"id_kind": id_kind if id_kind and what == CorrectionKind.ID_NUMBER else ""}


def _standing(whose: User, person: Professional | None, what: CorrectionKind, value: str) -> tuple[bool, bool]:
    """Whether it stands there already, and whether it is somebody else's."""
    if what == CorrectionKind.NAME:
        return value == whose.name and (person is None or value == person.name), False
    found_by = _indexes(what, value)
    if what == CorrectionKind.PHONE:
        others = User.objects.filter(phone_index__in=found_by).exclude(pk=whose.pk)
        return whose.phone_index in found_by, others.exists()
    others_with_it = Professional.objects.filter(id_index__in=found_by).exclude(user=whose)
    return person is not None and person.id_index in found_by, others_with_it.exists()


def _indexes(what: str, value: str) -> list[str]:
    number = normalise(value)
    return phone_indexes(number) if what == CorrectionKind.PHONE else id_indexes(number)


def _send(asked: Correction, *, by: User, now: datetime, **changes: Any) -> None:
    first = changes.get("organization", asked.organization)
    to = in_charge(Duty.APPROVE_PEOPLE, _place_of(asked), first, but_not=[asked.declarant])
    hand_in(asked, to=to, duty=Duty.APPROVE_PEOPLE, by=by, now=now, **changes)


def _place_of(asked: Correction) -> Area:
    return asked.professional.area if asked.professional else cast(Organization, asked.organization).area


def _put_right(whose: User, asked: Correction, *, by: User, now: datetime) -> None:
    """In both rows that hold it; the trail has digests. Every session ends: one signs in under what is right."""
    what = CorrectionKind(asked.what)
    person = asked.professional
    before, after = _before_and_after(whose, person, asked)
    if person and what in _FOLLOWED:
        PersonChange.objects.create(
            professional=person, field=_FOLLOWED[what], before=before, after=after,
            effective_on=timezone.localdate(now), at=now, by=by,
        )  # fmt: skip
    try:
        with transaction.atomic():
            _WRITES[what](whose, person, asked)
    except IntegrityError as error:
        message = f"这个{what.label}刚刚被另一个账号使用，请退回，由本人申请合并账号。"
        raise Refused([Refusal("taken", message)]) from error
    end_sessions(whose)
    record(f"person.correct_{what.value}", person or whose, by=by, now=now, before=before, after=after)
    text = f"您登记的{what.label}已更正，所有登录已退出，请重新登录。如非本人申请，请立即联系人社部门。"
    tell([whose], NoticeEvent.ACCOUNT_SAFETY, key=f"corrected:{asked.ref}", text=text, now=now)


def _before_and_after(
    whose: User, person: Professional | None, asked: Correction
) -> tuple[dict[str, Any], dict[str, Any]]:
    if asked.what == CorrectionKind.NAME:
        return {"digest": traced(whose.name)}, {"digest": traced(asked.name)}
    is_id = person is not None and asked.what == CorrectionKind.ID_NUMBER
    now = person.id_index if person and is_id else whose.phone_index or ""
    return {"digest": traced(now)}, {"digest": traced(asked.number_index)}


def _write_name(whose: User, person: Professional | None, asked: Correction) -> None:
    Professional.objects.filter(user=whose).update(name=asked.name)
    User.objects.filter(pk=whose.pk).update(name=asked.name)


def _write_id(whose: User, person: Professional | None, asked: Correction) -> None:
    number = correction_in_clear(cast(bytes, asked.number_sealed), ref=asked.ref)
    person = cast(Professional, person)
    columns = id_columns(number, ref=person.ref) | {"id_kind": asked.id_kind}
    Professional.objects.filter(pk=person.pk).update(**columns)


def _write_phone(whose: User, person: Professional | None, asked: Correction) -> None:
    number = correction_in_clear(cast(bytes, asked.number_sealed), ref=asked.ref)
    columns = phone_columns(number, ref=whose.ref)
    User.objects.filter(pk=whose.pk).update(**columns)


# What stands on sheets: whoever prints it reads these changes.
_FOLLOWED = {CorrectionKind.NAME: PersonField.NAME, CorrectionKind.ID_NUMBER: PersonField.ID_NUMBER}
_WRITES = {
    CorrectionKind.NAME: _write_name,
    CorrectionKind.ID_NUMBER: _write_id,
    CorrectionKind.PHONE: _write_phone,
}
