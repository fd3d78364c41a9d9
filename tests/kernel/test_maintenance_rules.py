"""What rests in which mode, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from ceportal.kernel.rules.maintenance import Maintenance, read

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
CLOSED, READ_ONLY = Maintenance("closed", NOW), Maintenance("read-only", NOW)


@pytest.mark.parametrize(
    ("method", "path", "closed", "read_only"),
    [
        ("GET", "/healthz", False, False), ("GET", "/readyz", False, False), ("GET", "/metrics", False, False),
        ("GET", "/my-year/", True, False), ("HEAD", "/my-year/", True, False), ("POST", "/declarations/", True, True),
        ("POST", "/sign-in/", True, False), ("POST", "/sign-out/", True, False), ("POST", "/verify/", True, False),
        ("POST", "/verify/report/", True, True), ("POST", "/api/oauth/token", True, False),
        ("POST", "/api/v1/hour-batches", True, True), ("PATCH", "/uploads/x/", True, True),
        ("DELETE", "/uploads/x/", True, True),
    ],
)  # fmt: skip
def test_what_is_stopped(method: str, path: str, closed: bool, read_only: bool) -> None:
    assert (CLOSED.stops(method, path), READ_ONLY.stops(method, path)) == (closed, read_only)


def test_what_of_the_clock_rests() -> None:
    assert CLOSED.rests("accounts.deliver_notices")
    assert not CLOSED.rests("kernel.seal_trail")
    assert not CLOSED.rests("office.heartbeat")
    assert not READ_ONLY.rests("accounts.deliver_notices")


def test_when_to_come_back() -> None:
    assert CLOSED.come_back(NOW) == 600
    until = Maintenance("closed", NOW, NOW + timedelta(hours=1))
    assert until.come_back(NOW) == 3600
    assert until.come_back(NOW + timedelta(hours=2)) == 60


def test_what_is_written_is_read_and_nothing_else() -> None:
    until = Maintenance("read-only", NOW, NOW + timedelta(hours=1))
    assert read(until.written()) == until
    assert read(CLOSED.written()) == CLOSED
    for text in ("", "[]", "{}", '{"mode": "open", "since": "x", "until": null}', CLOSED.written()[:-5]):
        assert read(text) is None
