"""What a decision costs: its queries, and its time against the same without ledger and trail.

Counted is the service call in one transaction (`decide`): not the page around it, which asks who is signed in and what
stands in the menu. Both kinds are decided in turn, so that a busy machine slows them alike.
"""

import statistics
import sys
import time
from contextlib import ExitStack
from decimal import Decimal
from types import SimpleNamespace
from unittest.mock import patch

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import User
from credits.models import Declaration
from reviews.services.decisions import decide
from tests import factories as make
from tests.machine import machine
from tests.reviews.factories import open_all, submitted

STAGES = ("employer", "deciding")
MOST_QUERIES, MOST_RATIO = 10, 1.6
# What opens and ends a transaction asks nothing.
_FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
# Where the trail and the ledger are written from.
_TRAIL = ("credits.services.steps.record", "credits.services.ledger.record")
_LEDGER = ("credits.services.ruling.place_in_ledger", "credits.services.ruling.enter_declaration")


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(count: int = 200) -> int:
    """`count` decisions of each kind at each stage; 1 when a bound does not hold."""
    say(machine(), connection.vendor, count, "decisions each")
    call_command("load_reference", verbosity=0)
    call_command("load_regulation", verbosity=0)
    authority = make.authority("量时间的主管部门", "410200")
    unit = make.employer("量时间的单位", supervisor=authority, at=make.area("410203"))
    hands = tuple(make.give(make.user(str(at)), at, Duty.REVIEW_HOURS) for at in (unit, authority))
    people = [make.professional(f"人{number}", works_at=unit) for number in range(20)]
    spent: dict[tuple[str, bool], list[float]] = {(stage, is_bare): [] for stage in STAGES for is_bare in (True, False)}
    queries: dict[str, list[int]] = {stage: [] for stage in STAGES}
    for number in range(2 * count):
        is_bare = bool(number % 2)
        declaration = submitted(people[number // 2 % len(people)], now=timezone.now())
        for stage, hand in zip(STAGES, hands, strict=True):
            seconds, asked = _timed(declaration, hand, is_bare=is_bare)
            spent[stage, is_bare].append(seconds)
            if not is_bare:
                queries[stage].append(asked)
            declaration.refresh_from_db()
    held = [_told(stage, spent[stage, False], spent[stage, True], max(queries[stage])) for stage in STAGES]
    return 0 if all(held) else 1


def _timed(declaration: Declaration, hand: User, *, is_bare: bool) -> tuple[float, int]:
    now = timezone.now()
    open_all(declaration, hand, now=now)
    with ExitStack() as stack:
        if is_bare:
            for name in (*_TRAIL, *_LEDGER):
                stack.enter_context(patch(name, _nothing))
        asked = stack.enter_context(CaptureQueriesContext(connection))
        began = time.perf_counter()
        decide(declaration, version=1, move="approve", hours=Decimal(24), by=hand, now=now)
        spent = time.perf_counter() - began
    return spent, sum(not each["sql"].startswith(_FRAME) for each in asked)


def _nothing(*_: object, **__: object) -> SimpleNamespace:
    """Also a place in no ledger."""
    return SimpleNamespace(twin=None)


def _told(stage: str, whole: list[float], bare: list[float], queries: int) -> bool:
    took, without = statistics.median(whole), statistics.median(bare)
    say(f"{stage}: {1000 * took:.1f} ms, without ledger and trail {1000 * without:.1f} ms")
    holds = _ratio(f"decision-{stage}-of-bare", took / without, MOST_RATIO, "{:.3g}")
    return _ratio(f"decision-{stage}-queries", queries, MOST_QUERIES, "{:g}") and holds


def _ratio(name: str, value: float, most: float, shape: str) -> bool:
    say(f"ratio {name} {shape.format(value)} needs at most {most:g}{'' if value <= most else '  SHORT'}")
    return value <= most
