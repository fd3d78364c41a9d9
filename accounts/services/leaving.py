"""Somebody is no longer at work: recorded by the unit, or by the bureau of the place. What is owed follows (A18)."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from accounts.enums import Leaving, NoticeEvent, PersonField
from accounts.models import Employment, Organization, PersonChange, Professional, User
from accounts.rules.leaving import LeavingFacts, reasons_not_to_record
from accounts.selectors.leaving import job_left, people_to_record
from accounts.services.memberships import end as end_duties
from accounts.services.memberships import end_sessions
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_MOVED = Refusal("moved_on", "这位人员的登记刚刚有变动，请看看现在的情况。")


@transaction.atomic
def record_leaving(person: Professional, *, how: str, day: date | None, by: User, now: datetime) -> Professional:
    """`day` is the last at work. Who goes on elsewhere has left this unit alone; who does not owes nothing any more.

    Duties at the unit end with every session; the account of somebody who died is closed.
    """
    person = (
        Professional.objects.select_for_update(of=("self", "user")).select_related("user", "area").get(pk=person.pk)
    )
    if not people_to_record(by).filter(pk=person.pk).exists():
        raise refuse("not_yours", "只能登记本单位或本地区的人员。")
    job = job_left(person, by)
    began_on = job.started_on if job else None
    facts = LeavingFacts(how, day, began_on, has_left=person.left_at is not None)
    refuse_if_any(reasons_not_to_record(facts, today=timezone.localdate(now)))
    if day is None:
        raise MovedOn([_MOVED])
    _end_jobs(person, job, Leaving(how), day, by=by, now=now)
    if not Employment.objects.filter(professional=person, ended_on__isnull=True).exists():
        left_at = timezone.make_aware(datetime.combine(day, time.min))
        Professional.objects.filter(pk=person.pk).update(left_at=left_at, left_as=how)
    if how == Leaving.DIED:
        User.objects.filter(pk=person.user_id).update(is_active=False)
        end_sessions(person.user)
    record("person.leave", person, by=by, now=now, after={"how": how, "day": day.isoformat()})
    _tell(person, job.organization if job else None, Leaving(how), day, now=now)
    person.refresh_from_db()
    return person


@transaction.atomic
def undo_leaving(person: Professional, *, by: User, now: datetime) -> Professional:
    """Recorded by mistake: the principal employment goes on, the account opens again. Duties are given anew."""
    person = Professional.objects.select_for_update(of=("self", "user")).select_related("user").get(pk=person.pk)
    if not people_to_record(by, has_left=True).filter(pk=person.pk).exists() or person.left_at is None:
        raise MovedOn([_MOVED])
    day, how = timezone.localdate(person.left_at), person.left_as
    job = Employment.objects.filter(professional=person, ended_on=day, is_principal=True).order_by("pk").last()
    if job is not None:
        Employment.objects.filter(pk=job.pk).update(ended_on=None)
        _note(person, before=None, after=job.organization, day=day, by=by, now=now)
    Professional.objects.filter(pk=person.pk).update(left_at=None, left_as="")
    User.objects.filter(pk=person.user_id).update(is_active=True)
    record("person.return", person, by=by, now=now, before={"how": how, "day": day.isoformat()})
    person.refresh_from_db()
    return person


def _end_jobs(
    person: Professional, job: Employment | None, how: Leaving, day: date, *, by: User, now: datetime
) -> None:
    """The one at hand, or all where nobody works any more."""
    jobs = Employment.objects.filter(professional=person, ended_on__isnull=True).select_related("organization")
    if how == Leaving.LEFT:
        jobs = jobs.filter(pk=job.pk if job else 0)
    for ending in jobs:
        Employment.objects.filter(pk=ending.pk).update(ended_on=max(day, ending.started_on))
        end_duties(person.user, ending.organization, by=by, now=now)
        if ending.is_principal:
            _note(person, before=ending.organization, after=None, day=day, by=by, now=now)


def _note(
    person: Professional, *, before: Organization | None, after: Organization | None, day: date, by: User, now: datetime
) -> None:
    PersonChange.objects.create(
        professional=person, field=PersonField.EMPLOYER, effective_on=day, at=now, by=by,
        before={"organization": str(before.ref)} if before else {},
        after={"organization": str(after.ref)} if after else {},
    )  # fmt: skip


def _tell(person: Professional, unit: Organization | None, how: Leaving, day: date, *, now: datetime) -> None:
    if how == Leaving.DIED:
        return
    where = f"{unit.name}已" if unit else "人社部门已"
    text = f"{where}登记您于 {day} {how.label}。已计入的学时和证书照常可查；登记有误的，请与单位或人社部门联系。"
    key = f"left:{person.ref}:{day}:{how}"
    tell([person.user], NoticeEvent.ACCOUNT_SAFETY, key=key, text=text, now=now)
