"""The digest of a working day's morning: what waits with a reviewer, in one message that is mailed to them too.

A chunk is so many reviewers; who has nothing to do hears nothing.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Membership, User
from accounts.services.notices import tell
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.selectors.calendar import work_calendar
from ceportal.kernel.services.jobs import renew, work_off
from credits.models import Declaration
from reviews.enums import REVIEWING, DueGroup
from reviews.selectors.desk import inbox
from reviews.selectors.dues import DueCounts, due_counts

DIGEST = "reviews.digest"
FROM_HOUR = 8
REVIEWERS = 100


def digest_reviewers(*, now: datetime) -> int:
    """Begin the digest on the morning of a working day, and work on it; gives how many chunks were done."""
    here = timezone.localtime(now)
    is_time = here.hour >= FROM_HOUR and work_calendar(here.date()).is_worked(here.date())
    if is_time and not Job.objects.filter(kind=DIGEST, params__day=here.date().isoformat()).exists():
        Job.objects.create(kind=DIGEST, params={"day": here.date().isoformat(), "after": 0}, created_at=now)
    return work_off((DIGEST,), work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """Tell the next reviewers. False when all are told, the day is over, or the lease is lost."""
    if not renew(job, now=now):
        return False
    params = job.params
    is_late = params["day"] != timezone.localdate(now).isoformat()
    reviewers = [] if is_late else list(_with_work().filter(pk__gt=params["after"]).order_by("pk")[:REVIEWERS])
    if not reviewers:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=now, claimed_until=None)
        return False
    for user in reviewers:
        counts = due_counts(inbox(user), now=now)
        if counts.total:
            key = f"review-digest:{params['day']}"
            tell([user], NoticeEvent.REVIEW_DIGEST, key=key, text=in_words(counts), link="/reviews/", now=now)
    params["after"] = reviewers[-1].pk
    told = F("done") + len(reviewers)
    Job.objects.filter(pk=job.pk).update(done=told, total=told, params=params)
    return True


def in_words(counts: DueCounts) -> str:
    """您今天有 12 项学时待审，其中已超期 1 项、今天到期 2 项。"""
    total = f"{counts.total} 项以上" if counts.is_more else f"{counts.total} 项"
    urgent = [f"{count.group.label} {count.count} 项" for count in counts.groups if count.group != DueGroup.LATER]
    return f"您今天有 {total}学时待审{'，其中' + '、'.join(urgent) if urgent else ''}。"


def _with_work() -> QuerySet[User]:
    """Who reviews where something waits."""
    waits = Declaration.objects.filter(waiting_on=OuterRef("organization"), duty=REVIEWING)
    held = Membership.objects.filter(user=OuterRef("pk"), duty=REVIEWING, ended_at__isnull=True)
    return User.objects.filter(Exists(held.filter(Exists(waits))), is_active=True)
