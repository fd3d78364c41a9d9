"""Reminding those who are behind, many at once in the background; putting people into departments."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.enums import NoticeEvent
from accounts.models import Employment, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.services.notices import tell
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from ceportal.office.models import Reminder
from ceportal.office.rules import staff as rules
from ceportal.office.rules.staff import Asked
from ceportal.office.selectors.staff import StaffYear, reminded_by, staff_years
from credits.rules.window import words

REMIND = "staff.remind"
_CHUNK = 100


@transaction.atomic
def ask_to_remind(asked: Asked, *, by: User, now: datetime) -> Job:
    """Leave it to the clock; who is behind of those asked for is settled now, and looked at once more then."""
    behind = reminded_by(by, Asked(asked.year, asked.name, asked.unit, asked.department, asked.level, "behind"))
    keys = list(behind.order_by("pk").values_list("pk", flat=True)[: rules.MOST_REMINDED + 1])
    refuse_if_any(rules.reasons_not_to_remind(len(keys)))
    params = {"year": asked.year, "people": keys}
    result = {"told": 0, "rested": 0}
    job = Job.objects.create(kind=REMIND, params=params, result=result, total=len(keys), owner_id=by.pk, created_at=now)
    record("staff.remind", job, by=by, now=now, after={"year": asked.year, "people": len(keys)})
    return job


def reminders_of(user: User) -> QuerySet[Job]:
    return Job.objects.filter(kind=REMIND, owner_id=user.pk)


def work_on_reminders(*, now: datetime) -> int:
    return work_off([REMIND], _remind, now=now)


@transaction.atomic
def _remind(job: Job, *, now: datetime) -> bool:
    """One chunk. False: nothing is left, or it is lost."""
    if not renew(job, now=now):
        return False
    keys = job.params["people"][job.done : job.done + _CHUNK]
    people = Professional.objects.filter(pk__in=keys, left_at__isnull=True, merged_into__isnull=True)
    year = job.params["year"]
    behind = staff_years(people.select_related("area", "title_series", "user"), year, now=now)
    due = {one.person.pk: one for one in behind if one.is_behind}
    taken = _take(due, year, job, now=now)
    for one in taken:
        _tell(one, year, now=now)
    job.result["told"] += len(taken)
    job.result["rested"] += len(due) - len(taken)
    done = job.done + len(keys)
    is_over = done >= job.total
    ended = {"state": JobState.DONE, "finished_at": now, "claimed_until": None} if is_over else {}
    Job.objects.filter(pk=job.pk, state__in=OPEN).update(done=done, result=job.result, **ended)
    return not is_over


def _take(due: dict[int, StaffYear], year: int, job: Job, *, now: datetime) -> list[StaffYear]:
    """Those whom nobody reminded lately: theirs are marked by one conditional update, whoever else is at it."""
    Reminder.objects.bulk_create([Reminder(professional_id=pk, year=year) for pk in due], ignore_conflicts=True)
    rows = Reminder.objects.filter(year=year, professional__in=due)
    rows.filter(Q(at__isnull=True) | Q(at__lte=now - rules.REST)).update(at=now, by_job=job)
    mine = rows.filter(by_job=job, at=now)
    return [due[pk] for pk in mine.values_list("professional_id", flat=True)]


def _tell(one: StaffYear, year: int, *, now: datetime) -> None:
    text = rules.reminder(year, one.missing, words(one.until))
    key = f"behind:{year}:{now:%Y%m%d%H%M%S}"
    tell([one.person.user], NoticeEvent.YEAR_BEHIND, key=key, text=text, link=f"/my-year/{year}/", now=now)


@transaction.atomic
def set_department(people: Collection[Professional], department: str, *, by: User, now: datetime) -> int:
    """Put `people` into a department of the unit of `by` (an empty one takes them out); gives how many."""
    wanted = department.strip()
    refuse_if_any(rules.reasons_not_to_mark(len(people), wanted))
    units = units_for(by, Act.REMIND_PEOPLE)
    jobs = Employment.objects.filter(
        professional__in=people, organization__in=units.values("pk"), ended_on__isnull=True, is_principal=True
    )
    changed = jobs.exclude(department=wanted).select_related("professional")
    before = [(job.professional, job.department) for job in changed]
    changed.update(department=wanted)
    for person, old in before:
        record("person.department", person, by=by, now=now, before={"department": old}, after={"department": wanted})
    return len(before)
