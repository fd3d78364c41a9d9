"""Appealing, and the answer of the level above within thirty days (order 25, arts. 20 and 25)."""

from datetime import datetime
from typing import cast

from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move
from accounts.models import Organization, User
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.people import employer_of
from accounts.services import requests
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refused, refuse, refuse_if_any
from credits.models import Declaration
from credits.rules.looking import reasons_to_look_first
from credits.services.reopening import reopen
from reviews.models import Appeal
from reviews.rules.appealing import LIMIT_DAYS
from reviews.selectors.appeals import decided_last, may_answer, next_level, reasons_against
from reviews.selectors.seen import unseen_of_appeal
from reviews.services.openings import close_openings


@transaction.atomic
def appeal(declaration: Declaration, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> Appeal:
    """Ask the level above to look again. Without a document of its own it rests on the declaration's evidence.

    Refused for what is not one's own, was appealed before, or was declared again.
    """
    if declaration.declarant_id != by.pk:
        raise refuse("not_own", "只能为自己的申报申诉。")
    against = decided_last(declaration)
    first = declaration.evidence.select_related("file").first()
    document = document or (first.file if first else None)
    refuse_if_any([*reasons_against(declaration), *reasons_not_to_ask(reason, has_document=document is not None)])
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                professional=declaration.professional, declarant=by, asked_by=by, made_at=now, appealed=declaration,
                organization=employer_of(declaration.professional), against=cast(Organization, against),
                reason=reason.strip(),
                document=cast(StoredFile, document),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(list(reasons_against(declaration))) from error
    to = next_level(declaration)
    requests.hand_in(made, to=to, duty=Duty.REVIEW_HOURS, by=by, now=now, limit_days=LIMIT_DAYS)
    return made


@transaction.atomic
def answer(asked: Appeal, move: str, *, seen_round: int, reason: str, by: User, now: datetime) -> Appeal:
    """Uphold the decision, or have the level above review the declaration anew; either says why, by who has opened
    the page, the evidence and the paper of the appeal (A22).
    """
    if asked.state == "waiting" and not may_answer(by, asked):
        raise refuse("not_your_duty", "这份申诉不由您处理：申请人、原审核人和撤销学时的人不能处理。", clause="A24")
    if move == Move.RETURN:
        raise refuse("move", "申诉须给出答复：撤销原决定，或维持原决定。", field="move")
    requests.may_rule(asked, move, seen_round=seen_round, reason=reason, by=by)
    refuse_if_any(reasons_to_look_first(unseen_of_appeal(asked, by), act="答复"))
    close_openings(asked.appealed, reviewer=by, now=now)
    if move == Move.APPROVE:
        office = asked.waiting_on
        if office is None:
            raise requests.moved_on(asked)
        renewed = reopen(asked.appealed, to=office, reason=reason.strip(), by=by, now=now)
        requests.rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now, renewed=renewed)
    else:
        requests.rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked
