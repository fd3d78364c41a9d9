"""Officers named by their units, how many a unit owes learning to, and the training of officers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.rules.text import person_name
from ceportal.kernel.services.trail import record
from ceportal.office.models import Headcount, Officer, OfficerAttendance, OfficerTraining
from ceportal.office.rules import officers as rules
from ceportal.office.selectors.officers import officers_for


@transaction.atomic
def name_officer(
    unit: Organization, *, name: str, office: str, phone: str, is_full_time: bool, by: User, now: datetime
) -> Officer:
    """In the place of the one before, who stays in the register of trainings."""
    refuse_if_any(rules.reasons_not_to_name_officer(name, office, phone.strip()))
    said = {"name": person_name(name), "office": office.strip(), "phone": phone.strip(), "is_full_time": is_full_time}
    open_one = Officer.objects.select_for_update().filter(organization=unit, ended_at__isnull=True)
    before = open_one.first()
    if before is not None and before.name == said["name"]:
        open_one.update(**said)
        before.refresh_from_db()
        record("officer.edit", before, by=by, now=now, after={"unit": str(unit.ref)})
        return before
    open_one.update(ended_at=now)
    try:
        with transaction.atomic():
            made = Officer.objects.create(organization=unit, named_by=by, named_at=now, **said)
    except IntegrityError as error:
        raise MovedOn([Refusal("moved_on", "刚刚有人登记了专职人员，请刷新后再看。")]) from error
    record("officer.name", made, by=by, now=now, after={"unit": str(unit.ref)})
    return made


@transaction.atomic
def say_headcount(unit: Organization, year: int, obliged: int, *, by: User, now: datetime) -> Headcount:
    """How many ought to take part this year; said again it is another number."""
    refuse_if_any(rules.reasons_not_to_count(obliged))
    made, _ = Headcount.objects.update_or_create(
        organization=unit, year=year, defaults={"obliged": obliged, "said_by": by, "said_at": now}
    )
    record("unit.headcount", unit, by=by, now=now, after={"year": year, "obliged": obliged})
    return made


@transaction.atomic
def hold_training(office: Organization, said: dict[str, Any], *, by: User, now: datetime) -> OfficerTraining:
    """A training of officers that is over; who took part is noted on its page."""
    today = timezone.localdate(now)
    refuse_if_any(rules.reasons_not_to_hold(**said, today=today))
    made = OfficerTraining.objects.create(office=office, made_by=by, made_at=now, **said)
    record("officer_training.make", made, by=by, now=now, after={"title": made.title})
    return made


@transaction.atomic
def note_attendance(
    training: OfficerTraining, refs: Collection[UUID], *, was_there: bool, by: User, now: datetime
) -> int:
    """Who of the officers in the reader's reach took part, or did not after all; gives how many changed."""
    officers = officers_for(by, training).filter(ref__in=refs)
    if was_there:
        rows = [
            OfficerAttendance(training=training, officer=officer, noted_by=by, noted_at=now)
            for officer in officers
            if not officer.was_there  # type: ignore[attr-defined]
        ]
        OfficerAttendance.objects.bulk_create(rows, ignore_conflicts=True)
        changed = len(rows)
    else:
        gone = OfficerAttendance.objects.filter(training=training, officer__in=[officer.pk for officer in officers])
        changed = gone.delete()[0]
    if not changed:
        raise refuse("nobody", "请先勾选人员。")
    after = {"was_there": was_there, "count": changed}
    record("officer_training.note", training, by=by, now=now, after=after)
    return changed
