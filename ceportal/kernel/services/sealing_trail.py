"""Sealing the trail, every round of the clock: what has been committed since the last seal goes under the next one.

An event with a smaller number may be committed after one with a greater: on PostgreSQL nothing is sealed before every
writer that was at work when the end was read has finished.
"""

import os
import time
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from ceportal.kernel.models import AuditEvent, AuditSeal
from ceportal.kernel.rules.chaining import Run, Running
from ceportal.kernel.selectors.trail_chain import events_after, heads_file, last_kept_head, last_seal

# Events under one seal at most, so that a finding says where; and so long writers are waited for.
A_RUN, PATIENCE = 10_000, 5.0
_SETTLE = 0.05
_WRITERS = (
    "SELECT pid, backend_xid::text FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
)


def seal_trail(*, now: datetime) -> int:
    """Seal everything that is there; gives how many events. Sealed twice at once, one of the two does nothing."""
    last = last_seal()
    end = AuditEvent.objects.filter(pk__gt=last.last_id if last else 0).aggregate(end=Max("pk"))["end"]
    sealed = 0
    if end is not None and _writers_are_done():
        while made := _seal_next(end, now=now):
            sealed += made
    _keep_heads()
    return sealed


def _seal_next(end: int, *, now: datetime) -> int:
    last = last_seal()
    first_id = last.last_id + 1 if last else 1
    running = Running(last.digest if last else "")
    count = last_id = 0
    for event in events_after(first_id - 1, end, most=A_RUN):
        running.add(event.line)
        count, last_id = count + 1, event.id
    if not count:
        return 0
    number = last.number + 1 if last else 1
    run = Run(number, first_id, last_id, count, now, last.digest if last else "", "")
    try:
        with transaction.atomic():
            AuditSeal.objects.create(
                number=number,
                first_id=first_id,
                last_id=last_id,
                count=count,
                sealed_at=now,
                previous_digest=run.previous_digest,
                digest=running.digest(run),
            )
    except IntegrityError:
        return 0
    return count


def _writers_are_done() -> bool:
    """True when nobody can still commit an event with a number that has been given out; False: in a later round."""
    if connection.vendor != "postgresql":
        return True
    time.sleep(_SETTLE)
    then, began = _writers(), time.monotonic()
    while then & _writers():
        if time.monotonic() - began > PATIENCE:
            return False
        time.sleep(_SETTLE)
    return True


def _writers() -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return set(cursor.fetchall())


def _keep_heads() -> None:
    """Add to the file what it does not have yet: a crash between the seal and its line is made good here."""
    file = heads_file()
    missing = AuditSeal.objects.filter(number__gt=last_kept_head()).order_by("number")
    lines = [f"{seal.number} {seal.digest} {seal.sealed_at.isoformat()}\n" for seal in missing]
    if not lines:
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.open("ab+") as kept:
        end = kept.seek(0, os.SEEK_END)
        kept.seek(max(0, end - 1))
        is_torn = kept.read(1) not in {b"", b"\n"}
        kept.write(("\n" * is_torn + "".join(lines)).encode("ascii"))
        kept.flush()
        os.fsync(kept.fileno())
