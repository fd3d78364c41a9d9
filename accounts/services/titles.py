"""Another title or level from a day on: asked by the person, looked at by the employer (A19).

Years are judged by the change recorded here, closed ones by what was held on their 31 December.
"""

from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, Move, PersonField, TitleLevel
from accounts.models import PersonChange, Professional, TitleChange, TitleSeries, User
from accounts.rules.requesting import reasons_not_to_ask
from accounts.rules.titles import Title, reasons_not_to_change
from accounts.selectors.duties import in_charge
from accounts.selectors.history import title_facts
from accounts.selectors.people import employer_of
from accounts.services.requests import hand_in, may_rule, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def ask_for_title(
    person: Professional, *, series: TitleSeries | None, level: TitleLevel, since: date | None, reason: str,
    document: StoredFile | None, by: User, now: datetime,
) -> TitleChange:  # fmt: skip
    """It waits with the employer, without one with the bureau of the place."""
    if by.pk != person.user_id:
        raise refuse("not_yours", "职称变更由本人申请。")
    _ask(person, series, level, since, reason, has_document=document is not None, now=now)
    try:
        with transaction.atomic():
            made = TitleChange.objects.create(
                professional=person, organization=employer_of(person), declarant=by, asked_by=by, made_at=now,
                title_series=series, title_level=level, title_since=cast(date, since), reason=reason.strip(),
                document=cast(StoredFile, document),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        message = "已有一份职称变更申请正在办理，请先等结果，或者撤回后再申请。"
        raise Refused([Refusal("still_open", message)]) from error
    return made


@transaction.atomic
def ask_again(
    asked: TitleChange, *, series: TitleSeries | None, level: TitleLevel, since: date | None, reason: str,
    document: StoredFile | None, by: User, now: datetime,
) -> TitleChange:  # fmt: skip
    """Returned, mended, sent anew, to who is in charge now. No document: the one sent before."""
    if by.pk != asked.declarant_id:
        raise refuse("not_yours", "只有申请人可以补正。")
    person = asked.professional
    _ask(person, series, level, since, reason, has_document=True, now=now)
    _send(
        asked, by=by, now=now, reason=reason.strip(), document=document or asked.document, title_series=series,
        title_level=level, title_since=since, organization=employer_of(person),
    )  # fmt: skip
    return asked


@transaction.atomic
def record_title(asked: TitleChange, *, seen_round: int, reason: str, by: User, now: datetime) -> TitleChange:
    """The title holds from its day on."""
    person = Professional.objects.select_for_update().get(pk=asked.professional_id)
    current = TitleChange.objects.select_for_update().get(pk=asked.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    wanted = Title(current.title_series_id or "", current.title_level, current.title_since)
    refuse_if_any(reasons_not_to_change(wanted, _held(person), today=timezone.localdate(now)))
    before = title_facts(person)
    person.title_series, person.title_level = current.title_series, current.title_level
    person.title_since = None if wanted.is_none else current.title_since
    person.save(update_fields=["title_series", "title_level", "title_since"])
    PersonChange.objects.create(
        professional=person, field=PersonField.TITLE, before=before, after=title_facts(person),
        effective_on=current.title_since, at=now, by=by,
    )  # fmt: skip
    rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    record("person.change_title", person, by=by, now=now, before=before, after=title_facts(person))
    asked.refresh_from_db()
    return asked


def turn_down(asked: TitleChange, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> TitleChange:
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked


def _ask(
    person: Professional, series: TitleSeries | None, level: TitleLevel, since: date | None, reason: str, *,
    has_document: bool, now: datetime,
) -> None:  # fmt: skip
    wanted = Title(series.code if series else "", level, since)
    reasons = [
        *reasons_not_to_change(wanted, _held(person), today=timezone.localdate(now)),
        *reasons_not_to_ask(reason, has_document=has_document),
    ]
    refuse_if_any(reasons)


def _held(person: Professional) -> Title:
    return Title(person.title_series_id or "", person.title_level, person.title_since)


def _send(asked: TitleChange, *, by: User, now: datetime, **changes: Any) -> None:
    person = asked.professional
    to = in_charge(Duty.APPROVE_PEOPLE, person.area, employer_of(person), but_not=[person.user])
    hand_in(asked, to=to, duty=Duty.APPROVE_PEOPLE, by=by, now=now, **changes)
