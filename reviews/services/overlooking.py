"""Once a day the clock looks over how the units of each large place review, and keeps it for the page."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Area
from accounts.selectors.reach import Reach
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.services.jobs import begin_daily, renew, work_off
from reviews.models import PlaceWatch
from reviews.selectors.overlooking import large_places, look_over, to_keep

JOB = "reviews.overlook"


def overlook_places(*, now: datetime) -> int:
    """Begin the day's look, and work on it; gives how many places were looked over."""
    is_open = begin_daily(JOB, {}, now=now)
    return work_off((JOB,), work_on, now=now) if is_open else 0


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """The next place. False when all were looked over, or the lease is lost."""
    if not renew(job, now=now):
        return False
    params = job.params
    left = params["left"] if "left" in params else large_places(now=now)
    total = job.done + len(left)
    if not left:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=now, claimed_until=None)
        return False
    place = Area.objects.get(pk=left[0])
    seen = to_keep(look_over(Reach((place,), ()), now=now))
    year = timezone.localdate(now).year
    PlaceWatch.objects.update_or_create(place=place, year=year, defaults={"at": now, "seen": seen})
    params["left"] = left[1:]
    Job.objects.filter(pk=job.pk).update(params=params, done=job.done + 1, total=total)
    return True
