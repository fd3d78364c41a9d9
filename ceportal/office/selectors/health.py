"""What the portal knows about its own state: is the database there, and what else is missing (api.md, /readyz)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from accounts.models import Notice
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import Heartbeat, StoredFile
from ceportal.kernel.selectors.silence import within
from ceportal.office.selectors.dead_letters import are_there_dead_letters
from certificates.enums import CertificateState
from certificates.models import Certificate

CLOCK = "office.heartbeat"
QUEUE = "celery"
# The clock is late after four rounds, a waiting message after ten minutes.
LATE_ROUNDS = 4
OLDEST_NOTICE = timedelta(minutes=10)
OLDEST_QUARANTINE = timedelta(minutes=10)
OLDEST_SHEET = timedelta(minutes=10)
BROKER_SECONDS = 1
# Who watches waits a few seconds for the answer.
DATABASE_SECONDS = 3


@dataclass(frozen=True)
class Health:
    """`has_database` decides about traffic; `degraded` names what is missing besides. `clock_age` is in seconds."""

    has_database: bool
    degraded: tuple[str, ...] = ()
    clock_age: int | None = None


def health(*, now: datetime) -> Health:
    if not database_answers():
        return Health(has_database=False, degraded=("database",))
    clock_age = seconds_since_round(now)
    degraded = list(silent_parts(clock_age, messages_waiting()))
    if _notices_wait_too_long(now):
        degraded.append("outbox")
    if _quarantine_lasts_too_long(now):
        degraded.append("scanner")
    if _sheets_wait_too_long(now):
        degraded.append("certificates")
    if are_there_dead_letters():
        degraded.append("dead_letters")
    return Health(has_database=True, degraded=tuple(degraded), clock_age=clock_age)


def database_answers() -> bool:
    try:
        with within(DATABASE_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except (DatabaseError, InterfaceError):
        return False


def seconds_since_round(now: datetime) -> int | None:
    beat = Heartbeat.objects.filter(name=CLOCK).first()
    return None if beat is None else max(0, int((now - beat.at).total_seconds()))


def silent_parts(clock_age: int | None, waiting: int | None) -> list[str]:
    """When rounds stop coming, messages that wait tell a dead worker from a dead beat."""
    if waiting is None:
        return ["broker"]
    if clock_age is not None and clock_age <= LATE_ROUNDS * settings.CLOCK_SECONDS:
        return []
    return ["worker"] if waiting else ["beat"]


def messages_waiting() -> int | None:
    """How many messages wait for the worker; None when the broker does not answer."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    try:
        with redis.from_url(url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS) as client:
            return int(client.llen(QUEUE))  # type: ignore[arg-type]
    except (redis.RedisError, OSError):
        return None


def _notices_wait_too_long(now: datetime) -> bool:
    oldest = Notice.objects.filter(sent_at__isnull=True).order_by("id").values_list("created_at", flat=True).first()
    return oldest is not None and oldest < now - OLDEST_NOTICE


def _quarantine_lasts_too_long(now: datetime) -> bool:
    """The scanner is away, or cannot look at a file."""
    waiting = StoredFile.objects.filter(state=FileState.QUARANTINED, stored_at__lt=now - OLDEST_QUARANTINE)
    return waiting.exists()


def _sheets_wait_too_long(now: datetime) -> bool:
    """There is no key to sign with, or a font lacks a character."""
    waiting = Certificate.objects.filter(state=CertificateState.INTENDED, promised_at__lt=now - OLDEST_SHEET)
    return waiting.exclude(last_error="").exists()
