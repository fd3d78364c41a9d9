"""Putting a unit under the bureau where its people take title review, with the knowledge of both sides (S3-01).

The unit asks and the bureau decides, or a bureau asks and the unit decides; the bureau that is left is told. Granted,
the place of the unit's people follows, as a change of each of them: what depends on places finds them there.
"""

from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, PersonField, RequestState, UnitState
from accounts.models import Area, Employment, Organization, PersonChange, Professional, Stationing, User
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.rules.stationing import StationingFacts, reasons_not_to_station
from accounts.selectors.duties import bureau_for, bureau_of, holders_of, place_of, units_for
from accounts.services.notices import tell
from accounts.services.requests import hand_in, may_rule, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_OPEN = (RequestState.WAITING, RequestState.RETURNED)


@transaction.atomic
def ask_to_answer(
    unit: Organization | None, bureau: Organization, *, by_bureau: bool, reason: str, document: StoredFile | None,
    by: User, now: datetime,
) -> Stationing:  # fmt: skip
    """By the unit, it waits with `bureau`; `by_bureau`, with the unit. Asked for the bureau of its own place it ends
    what was.
    """
    reasons = [*reasons_not_to_station(_facts(unit, bureau)), *reasons_not_to_ask(reason, has_document=bool(document))]
    refuse_if_any(reasons)
    unit = cast(Organization, unit)
    held = units_for(by, Act.PROPOSE_STATIONING if by_bureau else Act.ASK_STATIONING)
    if not held.filter(pk=bureau.pk if by_bureau else unit.pk).exists():
        raise refuse("not_your_duty", "只能为本单位申请，或由本部门提出。")
    try:
        with transaction.atomic():
            made = Stationing.objects.create(
                organization=unit, bureau=bureau, by_bureau=by_bureau, declarant=by, asked_by=by, made_at=now,
                reason=reason.strip(), document=cast(StoredFile, document),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused([Refusal("still_open", f"{unit.name}已有一份归属申请正在办理，请先等结果。")]) from error
    return made


@transaction.atomic
def ask_again(asked: Stationing, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> Stationing:
    """Returned, mended, sent anew. No document: the one sent before."""
    if by.pk != asked.asked_by_id:
        raise refuse("not_yours", "只有提出申请的人可以补正。")
    document = document or asked.document
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    _send(asked, by=by, now=now, reason=reason.strip(), document=document)
    return asked


@transaction.atomic
def let_it_answer(asked: Stationing, *, seen_round: int, reason: str, by: User, now: datetime) -> Stationing:
    """From now on the unit answers to the bureau, and its people are judged in its place."""
    current = Stationing.objects.select_for_update().get(pk=asked.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    unit = Organization.objects.select_for_update().get(pk=cast(int, current.organization_id))
    left = bureau_for(unit)
    own = bureau_of(unit.area)
    elsewhere = None if own is not None and own.pk == current.bureau_id else current.bureau
    Organization.objects.filter(pk=unit.pk).update(answers_to=elsewhere)
    unit.answers_to = elsewhere
    moved = _move_people(unit, place_of(unit), by=by, now=now)
    rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    after = {"bureau": str(current.bureau.ref), "people": moved}
    record("unit.answers_to", unit, by=by, now=now, before={"bureau": str(left.ref) if left else ""}, after=after)
    _tell_who_is_left(current, left, now=now)
    asked.refresh_from_db()
    return asked


def turn_down(asked: Stationing, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> Stationing:
    """Returned to be mended, or not agreed; the unit stays where it is."""
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked


def follow_the_unit(person: Professional, unit: Organization, *, by: User, now: datetime) -> None:
    """Somebody new at a unit that answers elsewhere is judged there too."""
    place = place_of(unit)
    if unit.answers_to_id and person.area_id != place.pk:
        move_to([person], place, by=by, now=now)


def _facts(unit: Organization | None, bureau: Organization) -> StationingFacts:
    is_active = unit is not None and unit.is_employer and unit.state == UnitState.ACTIVE
    return StationingFacts(
        unit=unit.name if unit else "",
        bureau=bureau.name,
        is_employer=is_active,
        is_bureau=bureau.is_bureau and bureau.state == UnitState.ACTIVE,
        answers_already=unit is not None and is_active and bureau_for(unit) == bureau,
        is_open=Stationing.objects.filter(organization=unit, state__in=_OPEN).exists(),
    )


def _send(asked: Stationing, *, by: User, now: datetime, **changes: Any) -> None:
    """To the other side: the bureau for a unit's request, the unit for a bureau's. The bureau to be left is told."""
    to = asked.organization if asked.by_bureau else asked.bureau
    duty = Duty.MANAGE_UNIT if asked.by_bureau else Duty.APPROVE_UNITS
    hand_in(asked, to=to, duty=duty, by=by, now=now, **changes)
    left = bureau_for(cast(Organization, asked.organization))
    if left is not None and left.pk != asked.bureau_id:
        text = f"{asked.whose}申请改由{asked.bureau.name}管理职称评审和继续教育，供您知悉。"
        key = f"stationing:{asked.ref}:{asked.round}:asked"
        tell(holders_of(left, Duty.APPROVE_UNITS), NoticeEvent.REQUEST_WAITING, key=key, text=text, now=now)


def _tell_who_is_left(asked: Stationing, left: Organization | None, *, now: datetime) -> None:
    if left is None or left.pk == asked.bureau_id:
        return
    text = f"{asked.whose}已改由{asked.bureau.name}管理职称评审和继续教育。"
    key = f"stationing:{asked.ref}:left"
    link = reverse("accounts:stationings")
    tell(holders_of(left, Duty.APPROVE_UNITS), NoticeEvent.REQUEST_DECIDED, key=key, text=text, link=link, now=now)


def _move_people(unit: Organization, place: Area, *, by: User, now: datetime) -> int:
    """Everybody whose principal employer this is. Gives how many moved."""
    here = Employment.objects.filter(organization=unit, is_principal=True, ended_on__isnull=True)
    people = Professional.objects.filter(pk__in=here.values("professional")).exclude(area=place)
    return move_to(list(people), place, by=by, now=now)


def move_to(people: list[Professional], place: Area, *, by: User, now: datetime) -> int:
    """Let these people be judged in `place` from today on. Gives how many they are."""
    today = timezone.localdate(now)
    changes = [
        PersonChange(
            professional=person, field=PersonField.AREA, before={"area": person.area_id}, after={"area": place.pk},
            effective_on=today, at=now, by=by,
        )
        for person in people
    ]  # fmt: skip
    PersonChange.objects.bulk_create(changes, batch_size=500)
    Professional.objects.filter(pk__in=[person.pk for person in people]).update(area=place)
    return len(people)
