"""Letting somebody declare a closed year for a special reason (S0-14, A8): asked by the person or their unit,
recommended by one of the bureau and granted by another, under a document number, until a day.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, Move, RequestState
from accounts.models import Professional, User
from accounts.rules.requesting import reasons_not_to_ask as reasons_of_words
from accounts.selectors.duties import in_charge
from accounts.selectors.people import employer_of
from accounts.services.requests import hand_in, may_rule, moved_on, pass_on, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from credits.enums import STAGE_GRANT, STAGE_RECOMMEND
from credits.models import BackYear, BackYearRequest
from credits.rules.exceptions import reasons_not_to_ask_for, reasons_not_to_grant
from credits.selectors.requests import bureau_to_ask, people_to_ask_for
from credits.selectors.window import excused_years, limits_by_year

_STILL_OPEN = Refusal("still_open", "已有一份补报申请正在办理。请先等结果，或撤回后重新申请。")


@transaction.atomic
def ask_for_back_years(
    professional: Professional,
    years: Collection[int],
    *,
    reason: str,
    document: StoredFile | None,
    by: User,
    now: datetime,
) -> BackYearRequest:
    """Send it to the bureau of the person's place, in the person's name or, by their unit, for them."""
    if not people_to_ask_for(by).filter(pk=professional.pk).exists():
        raise refuse("not_for_them", "只能为本人或本单位人员申请。")
    _ask(professional, years, reason=reason, document=document, now=now)
    try:
        with transaction.atomic():
            made = BackYearRequest.objects.create(
                professional=professional,
                declarant=professional.user,
                asked_by=by,
                organization=employer_of(professional),
                reason=reason.strip(),
                document=cast(StoredFile, document),
                made_at=now,
            )
            _name(made, years)
            to = bureau_to_ask(professional, by)
            hand_in(made, to=to, duty=Duty.GRANT_EXCEPTIONS, stage=STAGE_RECOMMEND, by=by, now=now)
    except IntegrityError as error:
        raise Refused([_STILL_OPEN]) from error
    return made


@transaction.atomic
def ask_again(
    asked: BackYearRequest,
    years: Collection[int],
    *,
    reason: str,
    document: StoredFile | None,
    by: User,
    now: datetime,
) -> BackYearRequest:
    """Returned, mended, sent anew: the next round, before both hands again (A25). No document: the one sent before."""
    if by.pk not in {asked.asked_by_id, asked.declarant_id}:
        raise refuse("not_yours", "只有申请人可以补正。")
    document = document or asked.document
    _ask(asked.professional, years, reason=reason, document=document, now=now)
    to = bureau_to_ask(asked.professional, by)
    content = {"reason": reason.strip(), "document": document, "opened_by": None}
    hand_in(asked, to=to, duty=Duty.GRANT_EXCEPTIONS, stage=STAGE_RECOMMEND, by=by, now=now, **content)
    asked.years.all().delete()
    _name(asked, years)
    return asked


@transaction.atomic
def recommend(asked: BackYearRequest, *, seen_round: int, reason: str, by: User, now: datetime) -> BackYearRequest:
    """The first of two: it goes to somebody else, of the same bureau or, where nobody else is there, of the next."""
    if asked.state == RequestState.WAITING and asked.stage != STAGE_RECOMMEND:
        raise moved_on(asked)
    _refuse_where_none(asked, now)
    others = [asked.professional.user, asked.asked_by, by]
    to = in_charge(Duty.GRANT_EXCEPTIONS, asked.professional.area, but_not=others)
    pass_on(
        asked, to=to, duty=Duty.GRANT_EXCEPTIONS, seen_round=seen_round, reason=reason, by=by, now=now, opened_by=by
    )
    return asked


@transaction.atomic
def grant_back_years(
    asked: BackYearRequest,
    *,
    document_no: str,
    valid_until: date | None,
    seen_round: int,
    reason: str,
    by: User,
    now: datetime,
) -> BackYearRequest:
    """The second of two: from now on, until `valid_until`, the person can declare the years asked for."""
    may_rule(asked, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    if asked.stage != STAGE_GRANT or asked.opened_by_id is None:
        raise moved_on(asked)
    if asked.opened_by_id == by.pk:
        raise refuse("two_people", "补报须由两人经手：您已经初审，要由另一位同事核准。", clause="S0-14")
    _refuse_where_none(asked, now)
    refuse_if_any(reasons_not_to_grant(document_no, valid_until, today=timezone.localdate(now)))
    changes = {"granted_by": by, "document_no": document_no.strip(), "valid_until": valid_until}
    rule(asked, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now, **changes)
    return asked


def turn_down(asked: BackYearRequest, move: str, *, seen_round: int, reason: str, by: User, now: datetime) -> None:
    """By either hand: returned to be mended, or not granted at all."""
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)


def _ask(
    professional: Professional,
    years: Collection[int],
    *,
    reason: str,
    document: StoredFile | None,
    now: datetime,
) -> None:
    today = timezone.localdate(now)
    known = limits_by_year(professional, {*years, today.year}, now=now)
    refuse_if_any(
        [
            *reasons_not_to_ask_for(years, today=today, known=known, excused=excused_years(professional, today=today)),
            *reasons_of_words(reason, has_document=document is not None),
        ]
    )


def _refuse_where_none(asked: BackYearRequest, now: datetime) -> None:
    """The person may have moved meanwhile to a place that knows no exception (S2-08)."""
    years, today = [row.year for row in asked.years.all()], timezone.localdate(now)
    known = limits_by_year(asked.professional, {*years, today.year}, now=now)
    found = reasons_not_to_ask_for(years, today=today, known=known, excused={})
    refuse_if_any(reason for reason in found if reason.code == "no_exception")


def _name(asked: BackYearRequest, years: Collection[int]) -> None:
    BackYear.objects.bulk_create(BackYear(request=asked, year=year) for year in sorted(years))
