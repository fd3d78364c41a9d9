"""The portal's own state in figures (`rules.alarms.FIGURES`), gathered anew each time: for alarms, page and /metrics.

Numbers and times, nothing about anybody. It reads and changes nothing.
"""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from cryptography import x509
from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent, Heartbeat, StoredFile
from ceportal.kernel.rules.answering import BUSY, MACHINES, OUTCOMES, PAGES, SLOW
from ceportal.kernel.rules.maintenance import CLOSED
from ceportal.kernel.selectors.maintenance import maintenance
from ceportal.kernel.selectors.trail_chain import last_seal
from ceportal.kernel.services.answers import answers_of_late
from ceportal.kernel.services.slow_queries import slow_queries
from ceportal.office.rules.alarms import Reading
from ceportal.office.selectors.backup_log import log_is_received
from ceportal.office.selectors.checks import CHECK, last_check_job
from ceportal.office.selectors.dead_letters import KINDS, Kind
from ceportal.office.selectors.disks import watched_places
from ceportal.office.selectors.health import database_answers, messages_waiting, seconds_since_round, silent_parts
from ceportal.office.selectors.operation import last_published_year
from ceportal.office.services.backing_up import SIGN
from ceportal.office.services.beginnings import beginning_of
from certificates.documents.signing import SigningKeyMissing
from certificates.services.sealing import kept_seal, key_file
from certificates.services.suspicions import reported_differences
from credits.models import ChangedAccount

# A row is taken up again within a round or two of its lease; after so long nobody does.
FORGOTTEN = timedelta(minutes=5)
AN_HOUR = timedelta(hours=1)
_DATABASE = "database"
# Answers of five minutes, to speak of a share of them.
_ENOUGH = 50


def readings(*, now: datetime) -> Iterator[Reading]:
    """Every figure there is; without a database only what needs none."""
    there = database_answers()
    yield Reading("up", there, _DATABASE)
    yield from _disks()
    yield from _answers(now)
    yield Reading("slow_queries", sum(query.count for query in slow_queries(since=now - AN_HOUR)))
    yield from _signing_key(now)
    found = maintenance()
    yield Reading("maintenance", _age(found.since if found else None, now))
    if not there:
        return
    yield from _parts(now)
    marks = dict(Heartbeat.objects.exclude(name__startswith="prepared.").values_list("name", "at"))
    yield from _marks(marks, now, is_closed=bool(found and found.mode == CLOSED))
    for kind in KINDS:
        yield from _queue(kind, now)
    yield from _quarantine(now)
    yield from _settling(now)
    yield from _trail(now)
    yield from _calendar(now)
    yield from _check(marks, now)
    yield from _records()
    yield from _log()


def _parts(now: datetime) -> Iterator[Reading]:
    waiting = messages_waiting()
    silent = silent_parts(seconds_since_round(now), waiting)
    for part in ("broker", "worker", "beat"):
        yield Reading("up", part not in silent, part)
    if waiting is not None:
        yield Reading("queue_length", waiting)


def _marks(marks: dict[str, datetime], now: datetime, *, is_closed: bool) -> Iterator[Reading]:
    """Of what never happened, since it could have. The clock rests while the portal is closed."""
    for name in [SIGN] if is_closed else [SIGN, *settings.CLOCK_JOBS]:
        at = marks.get(name) or marks.get(beginning_of(name))
        if at and name == SIGN:
            yield Reading("backup_age", _age(at, now))
        elif at:
            yield Reading("clock_job_age", _age(at, now), name)


def _queue(kind: Kind, now: datetime) -> Iterator[Reading]:
    is_tried = Q(attempts__lt=MAX_ATTEMPTS)
    row = kind.rows().aggregate(
        waiting=Count("pk"),
        oldest=Min(kind.since, filter=is_tried),
        failed=Count("pk", filter=is_tried & ~Q(last_error="")),
        expired=Count("pk", filter=is_tried & Q(attempts__gt=0, claimed_until__lt=now - FORGOTTEN)),
        dead=Count("pk", filter=~is_tried),
    )
    for figure in ("waiting", "failed", "expired", "dead"):
        yield Reading(figure, row[figure], kind.code)
    yield Reading("oldest", _age(row["oldest"], now), kind.code)


def _quarantine(now: datetime) -> Iterator[Reading]:
    row = StoredFile.objects.filter(state=FileState.QUARANTINED).aggregate(waiting=Count("pk"), oldest=Min("stored_at"))
    yield Reading("waiting", row["waiting"], "quarantine")
    yield Reading("oldest", _age(row["oldest"], now), "quarantine")


def _settling(now: datetime) -> Iterator[Reading]:
    """Years that changed and that no certificate has been asked about since."""
    row = ChangedAccount.objects.aggregate(waiting=Count("pk"), oldest=Min("changed_at"))
    yield Reading("waiting", row["waiting"], "settling")
    yield Reading("oldest", _age(row["oldest"], now), "settling")


def _trail(now: datetime) -> Iterator[Reading]:
    seal = last_seal()
    waiting = AuditEvent.objects.filter(pk__gt=seal.last_id if seal else 0).order_by("pk").values_list("at", flat=True)
    yield Reading("trail_unsealed", _age(waiting.first(), now))


def _answers(now: datetime) -> Iterator[Reading]:
    """A share of few says nothing."""
    found = answers_of_late(now=now)
    if found is None:
        return
    for kind in (PAGES, MACHINES):
        counts = {outcome: found.get(f"{kind}.{outcome}", 0) for outcome in OUTCOMES}
        for outcome, count in counts.items():
            yield Reading("answers", count, f"{kind}.{outcome}")
        if (total := sum(counts.values())) >= _ENOUGH:
            yield Reading("sent_away", counts[BUSY] / total, kind)
            yield Reading("slow_answers", found.get(f"{kind}.{SLOW}", 0) / total, kind)


def _disks() -> Iterator[Reading]:
    for place in watched_places():
        usage = shutil.disk_usage(place.folder)
        yield Reading("disk_used", 1 - usage.free / usage.total, place.code)


def _signing_key(now: datetime) -> Iterator[Reading]:
    try:
        kept_seal(now=now)
    except SigningKeyMissing:
        if not settings.SIGNING_KEY_MAY_BE_MADE:
            yield Reading("signing_key_left", -1)
        return
    certificate = x509.load_pem_x509_certificate(key_file().read_bytes())
    yield Reading("signing_key_left", (certificate.not_valid_after_utc - now).days)


def _calendar(now: datetime) -> Iterator[Reading]:
    today = timezone.localdate(now)
    year = last_published_year()
    yield Reading("calendar_left", (date(year, 12, 31) - today).days if year else 0)


def _check(marks: dict[str, datetime], now: datetime) -> Iterator[Reading]:
    """Of the last check that came to its end, or since there could have been one."""
    if job := last_check_job():
        yield Reading("check_age", _age(job.finished_at, now))
        for kind, count in job.result["found"].items():
            yield Reading("check_found", count, f"check.{kind}")
    elif begun := marks.get(beginning_of(CHECK)):
        yield Reading("check_age", _age(begun, now))


def _records() -> Iterator[Reading]:
    """Found when somebody asked for a certificate, long before the night's check."""
    yield Reading("record_differs", reported_differences())


def _log() -> Iterator[Reading]:
    if (received := log_is_received()) is not None:
        yield Reading("up", received, "log")


def _age(at: datetime | None, now: datetime) -> float:
    return 0 if at is None else max(0.0, (now - at).total_seconds())
