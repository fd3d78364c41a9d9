"""A PostgreSQL that is there and says nothing: no process of the web server waits for it longer than it was told."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from psycopg2.extensions import set_wait_callback

from ceportal.kernel.selectors.silence import bound, within

pytestmark = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="is about PostgreSQL")
SILENCE = 1.5


@pytest.fixture
def line() -> Iterator[Any]:
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as line:
        line.autocommit = True
        bound(SILENCE)
        yield line
        set_wait_callback(None)


def waited(line: Any, seconds: float) -> float:
    """For a question that takes so long; how long it took until it was answered or given up."""
    began = time.monotonic()
    try:
        with line.cursor() as asked:
            asked.execute("SELECT pg_sleep(%s)", [seconds])
    finally:
        took = time.monotonic() - began
    return took


def test_an_answer_in_time_is_an_answer(line: Any) -> None:
    assert waited(line, 0.2) >= 0.2
    with line.cursor("named") as asked:
        line.autocommit = False
        asked.execute("SELECT generate_series(1, 5000)")
        assert len(asked.fetchall()) == 5000


def test_silence_ends_the_wait_and_the_connection(line: Any) -> None:
    began = time.monotonic()
    with pytest.raises(psycopg2.OperationalError, match="silent"):
        waited(line, 30)
    assert SILENCE <= time.monotonic() - began < 10
    assert line.closed
    # What this thread asks next is given less time, until something is answered.
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as other:
        assert waited(other, SILENCE / 2 + 0.4) > 1
        with pytest.raises(psycopg2.OperationalError):
            waited(other, 30)
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as other:
        waited(other, 0)


def test_who_has_less_time_waits_less(line: Any) -> None:
    began = time.monotonic()
    with within(0.3), pytest.raises(psycopg2.OperationalError):
        waited(line, 30)
    assert time.monotonic() - began < SILENCE
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as other:
        assert waited(other, 0.5) >= 0.5


def test_every_connection_says_how_long_the_other_side_may_be_gone() -> None:
    said = settings.DATABASES["default"]["OPTIONS"]
    assert {"connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"} <= {
        *said
    }
    with closing(psycopg2.connect(os.environ["DATABASE_URL"], **said)) as line, line.cursor() as asked:
        asked.execute("SHOW client_connection_check_interval")
        assert asked.fetchone() == ("5s",)
