"""What the sweep of overdue reviews and the inbox cost, against how many are overdue and how many wait.

Holds when, at as many overdue, more waiting costs no more: the sweep's cost follows the number overdue alone.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.management import call_command
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.selectors.calendar import calendar_version
from credits.enums import STAGE_EMPLOYER, DeclarationState, Payer, Subject
from credits.models import Activity, Declaration
from reviews.enums import REVIEWING
from reviews.models import Delay
from reviews.selectors.desk import ORDER, inbox
from reviews.selectors.dues import due_counts
from reviews.services.reminding import mark_overdue
from tests import factories as make
from tests.machine import machine

_BATCH, _LARGEST = 5_000, 1_000_000
OVERDUE = (0, 5, 20)
# How much dearer the same sweep may be with a hundred times as many waiting (deeper indexes, a busy machine).
_SLACK = 3.0


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(largest: int = _LARGEST) -> int:
    """`largest` is how many wait in the end; a hundredth of them in the beginning."""
    say(machine(), connection.vendor)
    call_command("load_reference", verbosity=0)
    unit = make.employer()
    reviewer = make.give(make.user("审核员"), unit, Duty.REVIEW_HOURS)
    person, activity = make.professional(works_at=unit), _activity()
    now, spent = timezone.now(), dict[tuple[int, int], float]()
    for waiting in (largest // 100, largest):
        _add(waiting - Declaration.objects.count(), person, unit, activity, due=now + timedelta(days=10))
        _analyse()
        for overdue in OVERDUE:
            _add(overdue, person, unit, activity, due=now - timedelta(hours=1))
            seconds, queries = _timed(lambda: mark_overdue(now=now))
            spent[waiting, overdue] = seconds
            say(f"{waiting:>9} waiting, {overdue:>4} overdue: {1000 * seconds:9.1f} ms, {queries:>5} queries")
            _clear(now)
        looks = statistics.median(_timed(lambda: _look(reviewer, now))[0] for _ in range(5))
        say(f"{waiting:>9} waiting, the inbox with its counts: {1000 * looks:6.1f} ms")
    few, many = (spent[waiting, OVERDUE[-1]] for waiting in (largest // 100, largest))
    holds = many <= few * _SLACK
    say(f"{OVERDUE[-1]} overdue: {1000 * few:.1f} ms, then {1000 * many:.1f} ms: {'holds' if holds else 'FAILS'}")
    return 0 if holds else 1


def _activity() -> Activity:
    known = {"name": "研修培训", "clause": "S4-07", "status": "verified", "evidence": []}
    return Activity.objects.get_or_create(code="training", defaults=known)[0]


def _add(count: int, person: Professional, unit: Organization, activity: Activity, *, due: datetime) -> None:
    since, version = due - timedelta(days=7), calendar_version()
    first = (Declaration.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    for start in range(first, first + count, _BATCH):
        Declaration.objects.bulk_create(
            Declaration(
                professional=person, declarant=person.user, organization=unit, state=DeclarationState.AT_EMPLOYER,
                stage=STAGE_EMPLOYER, round=1, waiting_on=unit, duty=REVIEWING, waiting_since=since, due_at=due,
                calendar_version=version, year=2026, activity=activity, subject=Subject.PROFESSIONAL,
                title=f"培训{number}", organiser="河南大学", started_on=date(2026, 10, 12),
                ended_on=date(2026, 10, 14), hours_claimed=Decimal(24), payer=Payer.UNIT, created_at=since,
                changed_at=since, submitted_at=since, first_submitted_at=since,
            )
            for number in range(start, min(start + _BATCH, first + count))
        )  # fmt: skip


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _clear(now: datetime) -> None:
    Delay.objects.all().delete()
    Notice.objects.all().delete()
    Declaration.objects.filter(overdue_at=now).delete()


def _look(reviewer: User, now: datetime) -> None:
    rows = inbox(reviewer)
    due_counts(rows, now=now)
    list(rows.order_by(*ORDER)[:26])


def _timed(act: Callable[[], object]) -> tuple[float, int]:
    with CaptureQueriesContext(connection) as asked:
        began = time.perf_counter()
        act()
        spent = time.perf_counter() - began
    return spent, len(asked)
