"""What platforms and bases have reported of a person is told once a day, not once a record.

A day's digest covers the entries written since the one before, by their keys; a chunk is so many people.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Max, Min, Sum
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Professional
from accounts.services.notices import tell
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.services.jobs import renew, work_off
from credits.enums import Door, EntryKind
from credits.models import HourEntry

DIGEST = "credits.digest"
FROM_HOUR = 18
PEOPLE = 500
_TOLD = (EntryKind.CREDIT, EntryKind.RELEASE)
_DOORS = (Door.PLATFORM, Door.ROSTER, Door.UNIT)


def tell_of_credits(*, now: datetime) -> int:
    """Begin the digest of a day in its evening, and work on it; gives how many chunks were done."""
    here = timezone.localtime(now)
    if here.hour >= FROM_HOUR and not Job.objects.filter(kind=DIGEST, params__day=here.date().isoformat()).exists():
        _begin(here.date().isoformat(), now)
    return work_off((DIGEST,), work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """Tell the next people. False when all are told, or the lease is lost."""
    if not renew(job, now=now):
        return False
    params = job.params
    entries = HourEntry.objects.filter(pk__gt=params["after"], pk__lte=params["last"], kind__in=_TOLD)
    entries = entries.filter(claim__door__in=_DOORS, professional__gt=params["person"])
    found = entries.order_by("professional").values("professional")
    sums = list(found.annotate(n=Count("pk"), sum=Sum("hours"), title=Min("title"))[:PEOPLE])
    if not sums:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=F("total"), finished_at=now, claimed_until=None)
        return False
    people = Professional.objects.select_related("user").in_bulk([each["professional"] for each in sums])
    for each in sums:
        text = told(each["n"], each["sum"], each["title"])
        to = [people[each["professional"]].user]
        tell(to, NoticeEvent.HOURS_CREDITED, key=f"credited:{params['day']}", text=text, link="/hours/", now=now)
    params["person"] = sums[-1]["professional"]
    told_of = sum(each["n"] for each in sums)
    Job.objects.filter(pk=job.pk).update(done=min(job.done + told_of, job.total), params=params)
    return True


def told(count: int, hours: Decimal, title: str) -> str:
    """Today's hours in one sentence."""
    named = f"“{title}”" if count == 1 else f"“{title}”等 {count} 项"
    return f"{named}由平台或基地报送，计入 {hours.normalize():f} 学时。不是您学的，请在学时明细中点“这不是我学的”。"


def _begin(day: str, now: datetime) -> None:
    """The first digest of all tells of nothing that was there before it."""
    last = HourEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    before = Job.objects.filter(kind=DIGEST).order_by("-pk").first()
    after = before.params["last"] if before else last
    params = {"day": day, "after": after, "last": last, "person": 0}
    Job.objects.create(kind=DIGEST, params=params, total=max(0, last - after), created_at=now)
