"""One round by hand, and the clock's lists."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import CommandError, call_command

from ceportal.kernel.models import Counter, Heartbeat
from ceportal.office.services import clock

NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, datetime]]:
    """A clock of two jobs that only note when they were called."""
    calls: list[tuple[str, datetime]] = []
    jobs = tuple(clock.ClockJob(name, lambda *, now, name=name: calls.append((name, now))) for name in ("river", "sea"))
    monkeypatch.setattr(clock, "JOBS", jobs)
    return calls


@pytest.mark.parametrize(
    "text", ["2027-01-01T00:00:00+08:00", "2027-01-01T00:00:00", "2026-12-31T16:00:00Z", "2027-01-01"]
)
def test_tick_runs_every_job_once_in_order_at_the_moment_given(rounds: list[tuple[str, datetime]], text: str) -> None:
    call_command("tick", now=text)
    assert rounds == [("river", NEW_YEAR), ("sea", NEW_YEAR)]


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-12-31T25:00", "2026-W53-4", "20261231", "２０２６-12-31", ""]
)
def test_a_moment_that_is_none_is_refused(rounds: list[tuple[str, datetime]], text: str) -> None:
    with pytest.raises(CommandError, match="不是时间"):
        call_command("tick", now=text)
    assert rounds == []


@pytest.mark.parametrize("text", ["9999-12-31T00:00", "0001-01-01T00:00", "1989-12-31T23:59:59", "2101-01-01"])
def test_a_moment_of_no_calendar_is_refused_before_anything_runs(rounds: list[tuple[str, datetime]], text: str) -> None:
    with pytest.raises(CommandError, match="应在 1990 至 2100 年之间"):
        call_command("tick", now=text)
    assert rounds == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["1990-01-01T00:00+14:00", "2100-12-31T23:59:59-12:00"])
def test_a_round_runs_to_its_end_at_both_ends_of_the_calendar(text: str) -> None:
    out = StringIO()
    call_command("tick", now=text, stdout=out)
    assert out.getvalue().split() == list(settings.CLOCK_JOBS)


def test_the_clock_of_a_portal_at_work_is_not_turned(rounds: list[tuple[str, datetime]], settings: object) -> None:
    settings.DEMO = settings.TESTING = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="不能用 --now"):
        call_command("tick", now="2027-01-01T00:00:00")
    assert rounds == []


def test_beat_rings_for_every_job_and_every_ring_has_a_task() -> None:
    current_app.loader.import_default_modules()
    assert tuple(job.name for job in clock.JOBS) == settings.CLOCK_JOBS
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks


@pytest.mark.django_db
def test_each_job_that_is_done_leaves_a_sign() -> None:
    current_app.loader.import_default_modules()
    for name in settings.CELERY_BEAT_SCHEDULE:
        current_app.tasks[name].apply().get()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == set(settings.CELERY_BEAT_SCHEDULE)


@pytest.mark.django_db
def test_a_round_over_an_empty_portal_does_nothing_and_says_what_it_did() -> None:
    out = StringIO()
    call_command("tick", now="2026-12-31T08:00:00+08:00", stdout=out)
    assert out.getvalue().split() == list(settings.CLOCK_JOBS)


@pytest.mark.django_db
def test_a_round_with_nothing_to_do_asks_little(django_assert_max_num_queries: Any) -> None:
    """Some two questions a job, and no more for each kind of request there is."""
    Counter.objects.create(name="statistics.days", value=(NEW_YEAR - timedelta(days=1)).date().toordinal())
    for _ in range(2):
        list(clock.run_all(now=NEW_YEAR))
    with django_assert_max_num_queries(130):
        list(clock.run_all(now=NEW_YEAR))


@pytest.mark.django_db
def test_a_job_leaves_its_sign_twice_a_minute_and_when_the_clock_was_set_back() -> None:
    for seconds, noted in ((0, 0), (20, 0), (31, 31), (40, 31), (-5, -5)):
        clock.leave_sign_of_job("sea", now=NEW_YEAR + timedelta(seconds=seconds))
        assert Heartbeat.objects.get().at == NEW_YEAR + timedelta(seconds=noted)
