"""Who may act for a unit: duties given and taken, each with its trace."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.enums import Duty
from accounts.models import Membership, Organization, User
from accounts.rules.duties import reasons_not_to_grant
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def grant(user: User, organization: Organization, duties: Iterable[Duty], *, by: User | None, now: datetime) -> None:
    """Let `user` hold `duties` at `organization`; those already held stay as they are.

    A deputy's become their own. What is new asks for signing in anew, with the second factor where duties ask for it.
    """
    duties = list(duties)
    refuse_if_any(
        reason for duty in duties for reason in reasons_not_to_grant(duty, organization.kinds, organization.name)
    )
    held = Membership.objects.filter(user=user, organization=organization, ended_at__isnull=True)
    held.filter(duty__in=duties, stands_in_for__isnull=False).update(stands_in_for=None, lasts_until=None)
    is_more = bool(set(duties) - set(held.values_list("duty", flat=True)))
    Membership.objects.bulk_create(
        [Membership(user=user, organization=organization, duty=d, granted_at=now, granted_by=by) for d in duties],
        ignore_conflicts=True,
    )
    if is_more:
        end_sessions(user)
    record("duty.grant", user, by=by, now=now, after=_traced(organization, duties))


@transaction.atomic
def end(user: User, organization: Organization, duties: Iterable[Duty] = (), *, by: User | None, now: datetime) -> int:
    """End `duties` (none named: all) of `user` at `organization`, and every session of theirs. Gives how many ended."""
    held = Membership.objects.filter(user=user, organization=organization, ended_at__isnull=True)
    if duties := list(duties):
        held = held.filter(duty__in=duties)
    ending = [Duty(value) for value in held.values_list("duty", flat=True)]
    ended = held.update(ended_at=now)
    if ended:
        end_sessions(user)
        record("duty.end", user, by=by, now=now, before=_traced(organization, ending))
    return ended


def end_sessions(user: User) -> None:
    """Sign `user` out everywhere, with the next request at the latest."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)


def _traced(organization: Organization, duties: Iterable[Duty]) -> dict[str, object]:
    return {"organization": str(organization.ref), "duties": sorted(duties)}
