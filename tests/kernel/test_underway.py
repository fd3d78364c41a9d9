"""A statement beside Python (decision 0060): its rows, its errors, and that nothing outruns it."""

import os
import time

import pytest
from django.db import DatabaseError, connection, transaction

from ceportal.kernel.selectors.underway import underway

pytestmark = pytest.mark.django_db


def test_rows_are_those_of_the_statement() -> None:
    with underway("SELECT 1, %s", ["二"]) as rows:
        assert rows() == [(1, "二")]
    assert rows() == [(1, "二")]


def test_what_gives_no_rows_gives_none() -> None:
    with underway("UPDATE accounts_user SET name = '' WHERE id < 0", []) as rows:
        pass
    assert rows() == []


def test_an_error_is_raised_though_nobody_asked() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), underway("SELECT nothing FROM nowhere", []):
        pass


def test_what_goes_wrong_beside_it_is_what_is_raised() -> None:
    with pytest.raises(LookupError), transaction.atomic(), underway("SELECT 1", []):
        raise LookupError


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server that works meanwhile")
def test_both_go_on_at_once_and_the_next_statement_waits() -> None:
    began = time.monotonic()
    with underway("SELECT pg_sleep(0.3), 1", []) as rows:
        assert time.monotonic() - began < 0.2
        with connection.cursor() as cursor:
            cursor.execute("SELECT 2")
            assert cursor.fetchone() == (2,)
        assert time.monotonic() - began >= 0.3
        assert rows()[0][1] == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server that works meanwhile")
def test_a_process_that_was_forked_has_a_helper_of_its_own() -> None:
    """The one of the process before is not in it: nobody would ever run what is left with it."""
    with underway("SELECT 1", []) as rows:
        assert rows() == [(1,)]
    if (child := os.fork()) == 0:
        connection.connection = None  # the socket is the parent's
        connection.close()
        try:
            with underway("SELECT 2", []) as rows:
                os._exit(0 if rows() == [(2,)] else 1)
        finally:
            os._exit(2)
    ends = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < ends:
        time.sleep(0.05)
    if ended == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert ended == (child, 0)
