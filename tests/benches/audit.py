"""The trail of many events: how long sealing and verifying it take. Holds when a million are verified in about 10 s."""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.chaining import name_digest
from ceportal.kernel.selectors.trail_chain import verify_trail
from ceportal.kernel.services.sealing_trail import seal_trail
from tests.benches.uploads import bound
from tests.machine import machine

_BATCH, SECONDS_A_MILLION = 5_000, 12.0


def events(count: int) -> Iterator[AuditEvent]:
    now = timezone.now() - timedelta(days=1)
    for number in range(count):
        ref = uuid4()
        yield AuditEvent(
            ref=ref,
            at=now + timedelta(milliseconds=number),
            actor_id=number % 500,
            actor_label="量时间的人",
            actor_digest=name_digest(ref.hex, "量时间的人"),
            address="192.0.2.1",
            request_id=str(uuid4()),
            action="claim.credit",
            subject_kind="credits.claim",
            subject_ref=uuid4(),
            before={"state": "held"},
            after={"state": "live", "year": 2026, "hours": "8.0", "entry": str(ref)},
        )


def main(count: int = 1_000_000) -> int:
    sys.stdout.write(f"{machine()}, {connection.vendor}, {count} events\n")
    made = events(count)
    for _ in range(0, count, _BATCH):
        AuditEvent.objects.bulk_create([event for _, event in zip(range(_BATCH), made, strict=False)])
    began = time.monotonic()
    sealed = seal_trail(now=timezone.now())
    sys.stdout.write(f"sealed {sealed} in {time.monotonic() - began:.1f} s\n")
    began = time.monotonic()
    verdict = verify_trail(now=timezone.now())
    took = time.monotonic() - began
    holds = bound("verifying", took, SECONDS_A_MILLION * count / 1_000_000 + 1, is_most=True, unit="s")
    return 0 if holds and verdict.is_whole and verdict.events == count else 1
