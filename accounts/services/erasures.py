"""That people whose term is over are named no more: put forward by one officer of a bureau, confirmed by another.

What then goes, and what stays because it is a record, is the clock's affair (ceportal.office.services.erasing).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Erasure, Professional, User
from accounts.selectors.erasing import erasing_bureaus, erasures_to_confirm, people_over_term, people_to_put_forward
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse
from ceportal.kernel.services.trail import record

_NOBODY = Refusal("moved_on", "所选人员的情况刚刚有变动，请看看现在的名单。")


@transaction.atomic
def put_forward(refs: Collection[UUID], *, by: User, now: datetime) -> int:
    """How many were put forward; those whom somebody else did meanwhile are left."""
    people = list(people_to_put_forward(by, now=now).filter(ref__in=refs))
    bureaus = list(erasing_bureaus(by))
    put = 0
    for person in people:
        bureau = next(each for each in bureaus if person.area.path.startswith(each.area.path))
        _, is_new = Erasure.objects.get_or_create(
            professional=person, defaults={"bureau": bureau, "asked_by": by, "asked_at": now}
        )
        if is_new:
            record("person.put_forward_erasure", person, by=by, now=now, after={"bureau": bureau.name})
            put += 1
    return _done(put)


@transaction.atomic
def confirm(refs: Collection[UUID], *, by: User, now: datetime) -> int:
    """By another than who put them forward; whose term is no longer over is left out."""
    asked = list(_asked(refs, by).exclude(asked_by=by).filter(professional__in=people_over_term(now=now).values("pk")))
    if not asked:
        own = _asked(refs, by).filter(asked_by=by).exists()
        raise refuse("two_people", "您提出的由另一位经办人确认。") if own else MovedOn([_NOBODY])
    done = 0
    for row in asked:
        rows = Erasure.objects.filter(pk=row.pk, confirmed_at__isnull=True)
        if rows.update(confirmed_by=by, confirmed_at=now):
            record("person.confirm_erasure", row.professional, by=by, now=now, after={"asked_by": row.asked_by.label})
            done += 1
    return _done(done)


@transaction.atomic
def take_off(refs: Collection[UUID], *, by: User, now: datetime) -> int:
    """Not to be erased yet: they stand in the list of those whose term is over again."""
    taken = 0
    for row in _asked(refs, by):
        if Erasure.objects.filter(pk=row.pk, confirmed_at__isnull=True).delete()[0]:
            record("person.take_off_erasure", row.professional, by=by, now=now)
            taken += 1
    return _done(taken)


def _done(count: int) -> int:
    if not count:
        raise MovedOn([_NOBODY])
    return count


def _asked(refs: Collection[UUID], by: User) -> QuerySet[Erasure]:
    people = Professional.objects.filter(ref__in=refs)
    return erasures_to_confirm(by).filter(professional__in=people.values("pk"))
