"""What the trial of December says, from small books and real rows: each of its lines can say SHORT."""

import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from credits.models import Activity, Declaration
from credits.selectors.reconciliation import mismatches
from reviews.services.reminding import mark_overdue
from tests.benches.december.book import Answer, Book, summed
from tests.benches.december.browser import Browser
from tests.benches.december.cast import Cast
from tests.benches.december.kinds import ORDER
from tests.benches.december.model import VISITORS
from tests.benches.december.outcome import ratio
from tests.benches.december.people import fall_due, overdue
from tests.benches.december.processors import Meter, in_words, less, of_portal

BURNS = "import time\nwhile time.process_time() < {}: pass\n{}"


def answers(path: str, *statuses: int) -> Iterator[Answer]:
    for status in statuses:
        yield Answer("GET", path, status, 0.0, 0.1, has_word=status == 503)


def test_pages_and_machines_are_told_apart() -> None:
    found = summed([*answers("/my-year/", 200, 200, 200, 503), *answers("/api/v1/hour-batches", 200, 503)])
    assert (found.pages_away, found.machines_away, found.pages_to_machines) == (0.25, 0.5, 0.5)
    assert summed([*answers("/my-year/", 503)]).pages_to_machines == math.inf
    assert summed([*answers("/api/v1/hour-batches", 503)]).pages_to_machines == 0


def test_a_line_says_when_its_bound_does_not_hold() -> None:
    assert not ratio("a", 0.99, below=1).endswith("SHORT")
    assert ratio("a", 1.0, below=1).endswith("SHORT")
    assert not ratio("a", 1.0, at_most=1).endswith("SHORT")
    assert ratio("a", 0, at_least=1).endswith("SHORT")


def test_each_kind_of_visitor_is_measured_and_they_are_a_hundred() -> None:
    assert set(ORDER) == set(VISITORS)
    assert sum(VISITORS.values()) == 100


def test_each_learner_meets_the_year_once() -> None:
    cast = Cast("", [], [], [{"name": "一"}, {"name": "二"}], [], [], "", "")
    assert [cast.next_graduate() for _ in range(3)] == [{"name": "二"}, {"name": "一"}, {}]


def test_an_answer_that_was_cut_off_is_none() -> None:
    browser = Browser(1, Book(), "127.64.0.1")
    assert browser._read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab").status == 200
    with pytest.raises(EOFError):
        browser._read(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab")


def test_seconds_of_processor_are_those_of_a_process_and_all_that_it_started() -> None:
    """One child that has ended, one that still runs, and both once."""
    ended = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURNS.format(0.4, '')!r}])"
    inner = f"subprocess.Popen([sys.executable, '-c', {BURNS.format(0.4, 'time.sleep(60)')!r}]).wait()"
    with subprocess.Popen([sys.executable, "-c", f"{ended}; {inner}"], start_new_session=True) as leader:
        meter = Meter({"web": leader.pid})
        try:
            while (spent := meter.read())["web"] < 0.8:
                assert leader.poll() is None
        finally:
            os.killpg(leader.pid, signal.SIGKILL)
    assert spent["web"] < 1.6
    assert less({"web": 3.0}, {"web": 1.0}) == {"web": 2.0}
    assert of_portal({"web": 1.0, "database": 2.0, "visitors": 9.0}) == 3.0
    assert "the portal's a request: 300 ms" in in_words({"web": 1.0, "database": 2.0, "visitors": 9.0}, 10)


@pytest.mark.django_db
def test_reviews_that_fall_due_are_counted_as_marked_late_and_told() -> None:
    Activity.objects.get_or_create(
        code="training", defaults={"name": "研修培训", "clause": "S4-07", "status": "verified", "evidence": []}
    )
    refs, now = fall_due(3, 10, 30), timezone.now()
    assert overdue(refs) == {"marked": 0, "late": [], "once": 0}
    assert list(mismatches()) == [], "the trial asks `reconcile` in the end"
    mark_overdue(now=now + timedelta(seconds=25))
    found = overdue(refs)
    assert (found["marked"], found["once"]) == (2, 2)
    assert found["late"] == pytest.approx([5, 15], abs=2)
    mark_overdue(now=now + timedelta(seconds=60))
    assert (overdue(refs)["marked"], overdue(refs)["once"]) == (3, 3)
    Declaration.objects.filter(ref=refs[0]).update(due_at=now + timedelta(seconds=61), overdue_at=None)
    mark_overdue(now=now + timedelta(seconds=70))
    assert overdue(refs)["once"] == 2, "it was told of twice"
