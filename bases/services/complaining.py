"""A complaint from its words to the bureau's answer (S0-04, S1-14, S4-18)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, RequestState
from accounts.models import Area, Organization, User
from accounts.services.requests import hand_in, rule
from bases.models import Complaint
from bases.rules.complaints import LIMIT_DAYS, reasons_not_to_answer, reasons_not_to_complain
from bases.selectors.complaints import acts_for, bureau_to_answer
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any

_OPEN = (RequestState.WAITING, RequestState.RETURNED)


@transaction.atomic
def complain(
    *, kind: str, about: Organization | None, named: str, area: Area | None, reason: str, document: StoredFile | None,
    by: User, now: datetime,
) -> Complaint:  # fmt: skip
    """It waits with the bureau of the place, `LIMIT_DAYS` working days."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    others = Complaint.objects.filter(asked_by=by, state__in=_OPEN).count()
    place = about.area if about else area
    refuse_if_any(
        reasons_not_to_complain(
            kind, reason, has_unit=about is not None, named=named, has_place=place is not None, others_open=others
        )
    )
    assert place is not None
    try:
        with transaction.atomic():
            made = Complaint.objects.create(
                kind=kind, about=about, named=named.strip(), area=place, reason=reason.strip(), document=document,
                declarant=by, asked_by=by, made_at=now,
            )  # fmt: skip
            _hand_in(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused([Refusal("asked_already", "您对这个单位的同类投诉还没有答复，请等结果。")]) from error
    return made


@transaction.atomic
def complete(complaint: Complaint, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> Complaint:
    """Said more fully, as the bureau asked; the clock begins anew (A25). No document: the one sent before."""
    if by.pk != complaint.asked_by_id:
        raise refuse("not_yours", "只有投诉人可以补充。")
    refuse_if_any(
        reasons_not_to_complain(
            complaint.kind, reason, has_unit=complaint.about is not None, named=complaint.named, has_place=True,
            others_open=0,
        )
    )  # fmt: skip
    _hand_in(complaint, by=by, now=now, reason=reason.strip(), document=document or complaint.document)
    return complaint


@transaction.atomic
def answer(
    complaint: Complaint, move: str, *, seen_round: int, reason: str, public_words: str, by: User, now: datetime
) -> None:
    """Upheld, not borne out, or more is asked for. Nobody answers what is said of a unit they act for (A24)."""
    refuse_if_any(reasons_not_to_answer(move, reason, public_words))
    if acts_for(by, complaint.about):
        raise refuse("not_impartial", "您在被投诉的单位承担职责，不能处理这件投诉。", clause="A24")
    told = {"public_words": public_words.strip()} if move == Move.APPROVE else {}
    rule(complaint, move, seen_round=seen_round, reason=reason, by=by, now=now, **told)


def _hand_in(complaint: Complaint, *, by: User, now: datetime, **changes: Any) -> None:
    to = bureau_to_answer(complaint.about, complaint.area, by=by)
    hand_in(complaint, to=to, duty=Duty.OVERSEE, by=by, now=now, limit_days=LIMIT_DAYS, **changes)
