"""The industry authority's word on a class of the professional subject, asked before it opens (S4-05)."""

from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move
from accounts.models import Organization, User
from accounts.rules.requesting import reasons_not_to_ask
from accounts.services.requests import hand_in, may_rule, rule
from accounts.services.requests import withdraw as take_back
from bases.enums import ClassState
from bases.models import ClassConsent, TrainingClass
from bases.selectors.classes import authorities_to_ask
from bases.services.classes import open_class
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any


@transaction.atomic
def ask_for_consent(
    training_class: TrainingClass, authority: Organization, *, reason: str, document: StoredFile | None, by: User,
    now: datetime,
) -> ClassConsent:  # fmt: skip
    """It waits with `authority`, five working days; the class keeps its words meanwhile."""
    refuse_if_any(reasons_not_to_ask(reason, has_document=document is not None))
    if authority not in authorities_to_ask(training_class.organization):
        raise refuse("other_authority", "请从列表中选择行业主管部门。", field="authority", clause="S4-05")
    _set_state(training_class, ClassState.DRAFT, ClassState.ASKED)
    try:
        with transaction.atomic():
            made = ClassConsent.objects.create(
                training_class=training_class, organization=training_class.organization, declarant=by, asked_by=by,
                reason=reason.strip(), document=cast(StoredFile, document), made_at=now,
            )  # fmt: skip
            hand_in(made, to=authority, duty=Duty.REVIEW_HOURS, by=by, now=now)
    except IntegrityError as error:
        raise Refused([Refusal("asked_already", "这个班的办班申请已经提交，请等结果。")]) from error
    return made


@transaction.atomic
def ask_again(asked: ClassConsent, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> None:
    """Returned, mended, sent anew to the same authority. No document: the one sent before."""
    if by.pk != asked.asked_by_id:
        raise refuse("not_yours", "只有提出申请的人可以补正。")
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    last: Any = asked.rulings.select_related("organization").order_by("-id").first()
    _set_state(asked.training_class, ClassState.DRAFT, ClassState.ASKED)
    changes: dict[str, Any] = {"reason": reason.strip(), "document": document or asked.document}
    hand_in(asked, to=last.organization, duty=Duty.REVIEW_HOURS, by=by, now=now, **changes)


@transaction.atomic
def agree(asked: ClassConsent, *, seen_round: int, reason: str, by: User, now: datetime) -> None:
    """The class opens at once, if it still may."""
    may_rule(asked, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    rule(asked, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    open_class(asked.training_class, by=by, now=now)


@transaction.atomic
def turn_down(asked: ClassConsent, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> None:
    """Returned to be mended, or not agreed to: the class is on paper again."""
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    _set_state(asked.training_class, ClassState.ASKED, ClassState.DRAFT)


@transaction.atomic
def withdraw_consent(asked: ClassConsent, *, by: User, now: datetime) -> None:
    was_waiting = asked.state == "waiting"
    take_back(asked, by=by, now=now)
    if was_waiting:
        _set_state(asked.training_class, ClassState.ASKED, ClassState.DRAFT)


def _set_state(training_class: TrainingClass, was: ClassState, to: ClassState) -> None:
    if not TrainingClass.objects.filter(pk=training_class.pk, state=was).update(state=to):
        raise MovedOn([Refusal("moved_on", "这个班刚刚有变动，请刷新后再看。")])
    training_class.refresh_from_db()
