"""Two officers of a bureau at once over whom the portal shall name no more."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.enums import Duty, Leaving
from accounts.models import Erasure, Organization, Professional, User
from accounts.services.erasures import confirm, put_forward, take_off
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn
from tests import factories as make
from tests.races import settled

pytestmark = pytest.mark.django_db(transaction=True)
TRIALS = 10


@pytest.fixture
def second(county_bureau: Organization) -> User:
    return make.give(make.user("另一经办人"), county_bureau, Duty.APPROVE_PEOPLE)


@pytest.fixture
def gone(employer: Organization) -> list[Professional]:
    people = [make.professional(f"离开已久的人{number}", works_at=employer) for number in range(TRIALS)]
    left_at = timezone.now() - timedelta(days=3 * 365 + 1)
    Professional.objects.filter(pk__in=[person.pk for person in people]).update(
        left_at=left_at, left_as=Leaving.RETIRED
    )
    return people


def acts_on(person: Professional) -> list[str]:
    events = AuditEvent.objects.filter(subject_ref=person.ref, action__endswith="_erasure").order_by("pk")
    return list(events.values_list("action", flat=True))


def test_two_put_the_same_person_forward(gone: list[Professional], county_officer: User, second: User) -> None:
    now = timezone.now()
    for person in gone:
        outcome = settled([partial(put_forward, [person.ref], by=by, now=now) for by in (county_officer, second)])
        assert sorted(map(str, map(type, outcome))) == sorted(map(str, (int, MovedOn))), outcome
        assert Erasure.objects.filter(professional=person).count() == 1
        assert acts_on(person) == ["person.put_forward_erasure"]


def test_one_confirms_while_the_other_takes_off(gone: list[Professional], county_officer: User, second: User) -> None:
    """Exactly one wins, and what the trail says last is what holds."""
    now = timezone.now()
    for person in gone:
        put_forward([person.ref], by=county_officer, now=now)
        acts = (partial(confirm, by=second), partial(take_off, by=county_officer))
        outcome = settled([partial(act, [person.ref], now=now) for act in acts])
        assert sorted(map(str, map(type, outcome))) == sorted(map(str, (int, MovedOn))), outcome
        is_confirmed = isinstance(outcome[0], int)
        assert Erasure.objects.filter(professional=person, confirmed_at__isnull=False).exists() is is_confirmed
        assert acts_on(person)[1:] == [f"person.{'confirm' if is_confirmed else 'take_off'}_erasure"]
