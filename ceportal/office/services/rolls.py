"""Lists of the commended and sanctioned, from a draft to publication by another, and away again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, User
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse_if_any
from ceportal.kernel.services.trail import record
from ceportal.office.models import Roll, RollName
from ceportal.office.rules import rolls as rules
from ceportal.office.selectors.addressees import Meant

_LINK = "/honours/"
_WRITTEN = ("kind", "title", "document_no", "decided_on", "words", "shown_until")


@transaction.atomic
def write_roll(office: Organization, said: Mapping[str, Any], *, by: User, now: datetime) -> Roll:
    """A draft; its names come one by one. Raises `Refused` with fields."""
    words = hide_numbers(said["words"].strip())
    refuse_if_any(
        rules.reasons_not_to_write(
            said["kind"], said["title"], said["document_no"], words, decided_on=said["decided_on"],
            shown_until=said["shown_until"], today=timezone.localdate(now),
        )
    )  # fmt: skip
    facts = {name: said[name] for name in _WRITTEN} | {"words": words}
    made = Roll.objects.create(office=office, made_by=by, made_at=now, **facts)
    record("roll.write", made, by=by, now=now, after={"title": made.title, "kind": made.kind})
    return made


@transaction.atomic
def add_name(roll: Roll, meant: Meant, *, reason: str, by: User, now: datetime) -> RollName:
    """Raises `Refused`; `MovedOn` when the roll is published already."""
    _hold_draft(roll)
    refuse_if_any(rules.reasons_not_to_name(reason, is_somebody=meant.is_somebody, named=roll.names.count()))
    try:
        with transaction.atomic():
            made = RollName.objects.create(
                roll=roll, person=meant.person, unit=meant.unit, reason=hide_numbers(reason.strip())
            )
    except IntegrityError as error:
        raise Refused([Refusal("twice", "已经在这份名单上了。", field="to")]) from error
    record("roll.name", roll, by=by, now=now, after={"name": str(made.ref)})
    return made


@transaction.atomic
def take_name_off(roll: Roll, name: RollName, *, by: User, now: datetime) -> None:
    _hold_draft(roll)
    if RollName.objects.filter(pk=name.pk, roll=roll).delete()[0]:
        record("roll.take_off", roll, by=by, now=now, after={"name": str(name.ref)})


@transaction.atomic
def publish_roll(roll: Roll, *, by: User, now: datetime) -> None:
    """By another than who wrote it: shown to everybody, told to whom it names."""
    refuse_if_any(rules.reasons_not_to_publish(named=roll.names.count(), is_own=roll.made_by_id == by.pk))
    rows = Roll.objects.filter(pk=roll.pk, published_at__isnull=True)
    if not rows.update(published_at=now, published_by=by):
        raise _moved_on()
    roll.refresh_from_db()
    record("roll.publish", roll, by=by, now=now, after={"title": roll.title, "document": roll.document_no})
    text = f"{roll.office.name}公布了《{roll.title}》（{roll.document_no}），其中列有{{}}。"
    for name in roll.names.select_related("person__user", "unit"):
        to = [name.person.user] if name.person else list(holders_of(name.unit, Duty.MANAGE_UNIT)) if name.unit else []
        whom = "您" if name.person else "贵单位"
        tell(to, NoticeEvent.LETTER, key=f"roll:{name.ref}", text=text.format(whom), link=_LINK, now=now)


@transaction.atomic
def withdraw_roll(roll: Roll, *, reason: str, by: User, now: datetime) -> None:
    refuse_if_any(rules.reasons_not_to_withdraw(reason))
    reason = hide_numbers(reason.strip())
    rows = Roll.objects.filter(pk=roll.pk, published_at__isnull=False, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=now, withdrawn_because=reason):
        raise _moved_on()
    roll.refresh_from_db()
    record("roll.withdraw", roll, by=by, now=now, after={"reason": reason})


@transaction.atomic
def drop_roll(roll: Roll, *, by: User, now: datetime) -> None:
    """A draft that will not be published."""
    _hold_draft(roll)
    record("roll.drop", roll, by=by, now=now, before={"title": roll.title})
    roll.delete()


def _hold_draft(roll: Roll) -> None:
    """Nobody publishes it while its names change."""
    if not Roll.objects.select_for_update().filter(pk=roll.pk, published_at__isnull=True).exists():
        raise _moved_on()


def _moved_on() -> MovedOn:
    return MovedOn([Refusal("moved_on", "这份名单的状态刚刚变了，请刷新后再看。")])
