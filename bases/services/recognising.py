"""From an application or a recommendation to a place on the announced list of a year (S2-06, S2-09)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Area, Organization, User
from accounts.rules.requesting import reasons_not_to_ask
from accounts.services.notices import tell
from accounts.services.requests import hand_in, pass_on, rule
from bases.enums import RecognitionKind, RecognitionStage
from bases.models import Recognition, RecognitionRequest
from bases.rules.recognising import reasons_not_to_announce, reasons_not_to_apply
from bases.selectors.directory import people_at
from bases.selectors.recognising import (
    bureau_for_list,
    is_listed,
    list_area,
    office_for,
    recommending,
    to_announce,
    was_removed,
)
from bases.services.carrying import add_recognition
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_TOLD = (Duty.TEACH, Duty.MANAGE_CLIENTS, Duty.MANAGE_UNIT)
_FLAGS = {RecognitionKind.PLATFORM: "is_platform"}
Said = Mapping[str, Any]


@transaction.atomic
def apply(
    unit: Organization, said: Said, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> RecognitionRequest:
    """`said` holds kind, year, subjects, trade, site_name and url. Who is of the authority over it recommends it."""
    recommended_by = recommending(by, unit)
    _refuse_content(unit, said, recommended_by, now)
    refuse_if_any(reasons_not_to_ask(reason, has_document=document is not None))
    to, stage = office_for(said["kind"], unit, recommended_by=recommended_by, by=by)
    try:
        with transaction.atomic():
            made = RecognitionRequest.objects.create(
                organization=unit, **_kept(said), area=list_area(said["kind"], unit), recommended_by=recommended_by,
                declarant=by, asked_by=by, reason=reason.strip(), document=cast(StoredFile, document), made_at=now,
            )  # fmt: skip
            _hand_in(made, to, stage, by, now)
    except IntegrityError as error:
        raise refuse("asked_already", "这一年度已经申请过了，请等结果。", field="kind") from error
    return made


@transaction.atomic
def apply_again(
    asked: RecognitionRequest, said: Said, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> None:
    """Returned, mended, sent anew from the first stage on. No document: the one sent before."""
    if by.pk != asked.asked_by_id:
        raise refuse("not_yours", "只有提出申请的人可以补正。")
    unit = cast(Organization, asked.organization)
    _refuse_content(unit, said, asked.recommended_by, now)
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    to, stage = office_for(said["kind"], unit, recommended_by=asked.recommended_by, by=by)
    changes = _kept(said) | {"area": list_area(said["kind"], unit)}
    sent = {"reason": reason.strip(), "document": document or asked.document}
    try:
        with transaction.atomic():
            _hand_in(asked, to, stage, by, now, **changes, **sent)
    except IntegrityError as error:
        raise refuse("asked_already", "这一年度已经申请过了，请等结果。", field="kind") from error


@transaction.atomic
def approve(asked: RecognitionRequest, *, seen_round: int, reason: str, by: User, now: datetime) -> None:
    """The authority passes it on to the bureau; the bureau's word puts a platform on the list, a base on the next one
    it announces.
    """
    said: dict[str, Any] = {"seen_round": seen_round, "reason": reason, "by": by, "now": now}
    unit, office = cast(Organization, asked.organization), asked.waiting_on
    if asked.stage == RecognitionStage.AUTHORITY:
        to = bureau_for_list(asked.kind, unit, by=by)
        pass_on(asked, to=to, duty=Duty.REGULATE, **said)
        return
    rule(asked, Move.APPROVE, **said)
    if asked.kind == RecognitionKind.PLATFORM and office is not None:
        _list(asked, f"{office.name}备案（{day_words(timezone.localdate(now))}）", by, now)


@transaction.atomic
def turn_down(asked: RecognitionRequest, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> None:
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)


@transaction.atomic
def announce(*, year: int, kind: str, area: Area, document: str, by: User, now: datetime) -> int:
    """Everybody granted for this list stands on it from now on, by the document that announces it. How many."""
    rows = list(to_announce(by).filter(year=year, kind=kind, area=area).select_for_update(of=("self",)))
    refuse_if_any(reasons_not_to_announce(document, count=len(rows)))
    for asked in rows:
        _list(asked, document.strip(), by, now)
    return len(rows)


def _list(asked: RecognitionRequest, document: str, by: User, now: datetime) -> Recognition:
    unit = cast(Organization, asked.organization)
    Organization.objects.filter(pk=unit.pk).update(**{_FLAGS.get(RecognitionKind(asked.kind), "is_base"): True})
    site_name = asked.site_name or (f"{asked.trade}行业" if asked.trade else "")
    row = add_recognition(
        unit, kind=RecognitionKind(asked.kind), year=asked.year, area=asked.area, subjects=asked.subjects, trade="",
        site_name=site_name, url=asked.url, document=document, by=by, now=now,
    )  # fmt: skip
    RecognitionRequest.objects.filter(pk=asked.pk).update(recognition=row)
    record("recognition.announce", asked, by=by, now=now, after={"document": document, "year": asked.year})
    text = f"{unit.name}已列入{asked.year}年度{asked.get_kind_display()}名单，依据：{document}。"
    link = reverse("bases:institution", args=[unit.ref])
    tell(people_at(unit, _TOLD), NoticeEvent.TEACHING, key=f"listed:{row.ref}", text=text, link=link, now=now)
    return row


def _hand_in(
    asked: RecognitionRequest, to: Organization | None, stage: RecognitionStage, by: User, now: datetime, **changes: Any
) -> None:
    duty = Duty.REVIEW_HOURS if stage is RecognitionStage.AUTHORITY else Duty.REGULATE
    hand_in(asked, to=to, duty=duty, stage=stage, by=by, now=now, **changes)


def _refuse_content(unit: Organization, said: Said, recommended_by: Organization | None, now: datetime) -> None:
    kind, year, kept = said["kind"], said["year"], _kept(said)
    refuse_if_any(
        reasons_not_to_apply(
            **kept, this_year=timezone.localdate(now).year, is_recommended=recommended_by is not None,
            is_listed=is_listed(unit, kind=kind, year=year, site_name=kept["site_name"]),
            was_removed=was_removed(unit, kind=kind),
        )
    )  # fmt: skip


def _kept(said: Said) -> dict[str, Any]:
    """A trade belongs to a base of a trade, a site to a platform."""
    is_platform, is_trade = said["kind"] == RecognitionKind.PLATFORM, said["kind"] == RecognitionKind.TRADE_BASE
    return {
        "kind": said["kind"], "year": said["year"], "subjects": sorted(said["subjects"]),
        "trade": said["trade"].strip() if is_trade else "",
        "site_name": said["site_name"].strip() if is_platform else "",
        "url": said["url"].strip() if is_platform else "",
    }  # fmt: skip
