"""审核时效 of a large place: looked over once a day by the clock, and shown as of then."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from accounts.rules.policy import Act
from accounts.selectors.reach import reach_of
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from reviews.models import Decision, PlaceWatch
from reviews.selectors import overlooking as seen
from reviews.selectors.overlooking import look_over, overlook
from reviews.services.overlooking import overlook_places
from reviews.services.reminding import mark_overdue
from tests.reviews.factories import MONDAY, approved, submitted

pytestmark = pytest.mark.django_db
LATE = MONDAY + timedelta(days=8)
ONCE_A_DAY = "这一页每天统计一次"


@pytest.fixture
def decided(declarant: Professional, employer_reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision after its limit, something that waits beyond it; two of the year make a place large."""
    monkeypatch.setattr(seen, "LIVE_AT_MOST", 1)
    first, second, _ = (submitted(declarant) for _ in range(3))
    assert mark_overdue(now=LATE) == 3
    approved(first, employer_reviewer, now=LATE)
    approved(second, employer_reviewer, now=LATE)


def page_of(user: User) -> str:
    client = Client()
    with time_machine.travel(LATE + timedelta(hours=2), tick=False):
        client.force_login(user)
        answer = client.get(reverse("reviews:watch"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_was_kept_is_what_was_seen(decided: None, city_officer: User, employer_reviewer: User) -> None:
    """Speeds and pairs by their keys: from people who reviewed much, and each other."""
    Decision.objects.update(declarant=city_officer)
    own = Decision.objects.earliest("pk")
    Decision.objects.create(
        subject=own.subject, stage=own.stage, round=own.round + 1, version=1, organization=own.organization,
        at=LATE + timedelta(seconds=1), move=own.move, hours_recognised=1, was_due_at=LATE, by=city_officer,
        declarant=employer_reviewer,
    )  # fmt: skip
    assert overlook_places(now=LATE + timedelta(hours=1)) > 0
    assert set(PlaceWatch.objects.values_list("place", flat=True)) == {"410000", "410200", "410203"}
    reach = reach_of(city_officer, Act.OVERSEE)
    now, kept = look_over(reach, now=LATE), overlook(reach, now=LATE)
    assert now.at is None
    assert kept.at
    assert timedelta(0) <= kept.at - LATE - timedelta(hours=1) < timedelta(minutes=1)
    assert [getattr(kept, name) for name in ("units", "unit_count", "sums", "trainings", "speeds", "pairs")] == [
        getattr(now, name) for name in ("units", "unit_count", "sums", "trainings", "speeds", "pairs")
    ]
    assert (kept.sums["decided"], kept.sums["late"], kept.sums["waiting_late"]) == (3, 3, 1)
    assert len(kept.pairs) == 1


def test_the_page_says_as_of_when(decided: None, city_officer: User, authority_reviewer: User) -> None:
    before = page_of(city_officer)
    assert ONCE_A_DAY not in before
    overlook_places(now=LATE + timedelta(hours=1))
    Decision.objects.filter(pk=Decision.objects.latest("pk").pk).update(was_due_at=LATE + timedelta(days=9))
    after = page_of(city_officer)
    assert ONCE_A_DAY in after
    late = reverse("reviews:watched") + "?look=late"
    assert f'其中超期 <a href="{late}"><b>2</b></a>' in after
    assert ONCE_A_DAY not in page_of(authority_reviewer), "units alone, no place"
    PlaceWatch.objects.update(at=LATE - timedelta(days=3))
    assert ONCE_A_DAY not in page_of(city_officer), "nothing is kept for longer than the clock may be away"


def test_once_a_day_and_what_is_small_not_at_all(decided: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert overlook_places(now=LATE) == 3
    assert overlook_places(now=LATE + timedelta(hours=3)) == 0
    assert overlook_places(now=LATE + timedelta(days=1)) == 3
    monkeypatch.setattr(seen, "LIVE_AT_MOST", 2)
    assert overlook_places(now=LATE + timedelta(days=2)) == 0
    assert set(Job.objects.filter(kind="reviews.overlook").values_list("state", flat=True)) == {JobState.DONE}
    assert PlaceWatch.objects.count() == 3
