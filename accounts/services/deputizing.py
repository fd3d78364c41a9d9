"""Deputies: a duty held for somebody who is away, through a day; the clock ends it (nothing waits for one person)."""

from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Membership, Organization, User
from accounts.rules.deputizing import reasons_not_to_deputize
from accounts.selectors.deputizing import people_named
from accounts.services.memberships import end_sessions
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record

CHUNK = 500


@transaction.atomic
def appoint_deputy(
    *, away: User, name: str, organization: Organization, duty: Duty, until: date, by: User, now: datetime
) -> Membership:
    """Let who is called `name` at `organization` hold `duty` of `away` there, through `until`.

    Raises `Refused` with every reason against it. They sign in anew, as with every duty.
    """
    today, found = timezone.localdate(now), people_named(name, organization)
    held = Membership.objects.filter(organization=organization, duty=duty, ended_at__isnull=True)
    reasons = reasons_not_to_deputize(
        found=found,
        is_away=found[:1] == [away],
        holds_it=bool(found) and held.filter(user=found[0]).exists(),
        until=until,
        today=today,
    )
    refuse_if_any(reasons)
    deputy = found[0]
    made = Membership.objects.create(
        user=deputy, organization=organization, duty=duty, granted_at=now, granted_by=by,
        stands_in_for=away, lasts_until=until,
    )  # fmt: skip
    end_sessions(deputy)
    after = {"organization": str(organization.ref), "duties": [duty], "until": until.isoformat(), "for": str(away.ref)}
    record("duty.deputize", deputy, by=by, now=now, after=after)
    last = f"{until.month}月{until.day}日"
    text = f"{away.name}请您代为审核{organization.name}的学时，到 {last}为止。请重新登录后办理。"
    tell([deputy], NoticeEvent.REVIEW_WAITING, key=f"deputy:{made.pk}", text=text, link="/reviews/", now=now)
    return made


@transaction.atomic
def dismiss_deputy(held: Membership, *, by: User | None, now: datetime) -> bool:
    """End it before its day, or on it. False when it had ended already."""
    if not Membership.objects.filter(pk=held.pk, ended_at__isnull=True).update(ended_at=now):
        return False
    end_sessions(held.user)
    before = {"organization": str(held.organization.ref), "duties": [held.duty]}
    record("duty.end", held.user, by=by, now=now, before=before)
    return True


def end_deputies(*, now: datetime) -> int:
    """The clock's: what lasted until yesterday or before ends. Returns how many."""
    over = Membership.objects.filter(ended_at__isnull=True, lasts_until__lt=timezone.localdate(now))
    rows = over.select_related("user", "organization").order_by("lasts_until", "pk")
    act = partial(dismiss_deputy, by=None, now=now)
    return one_by_one("accounts.end_deputies", rows, act, now=now, limit=CHUNK)
