"""Limits over HTTP, against a real server: whatever a client writes about itself, and however many hands it has."""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from ceportal.kernel.web import limits
from tests.databases.servers import Broker

pytestmark = pytest.mark.django_db(transaction=True)
ALLOWED = 5
DOOR = "/v/nothing/"
# What clients write to look like others.
CLAIMS = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Via")


@pytest.fixture(params=["broker", "database", "memory"])
def counted(request: pytest.FixtureRequest, settings: Any, running_broker: Broker) -> Iterator[None]:
    """By each of the three that may count."""
    settings.VERIFICATION_RATE = f"{ALLOWED}/hour"
    if request.param == "broker":
        settings.CELERY_BROKER_URL = running_broker.url
    else:
        settings.LIMITS_WITHOUT_BROKER = request.param
    _start_anew()
    if request.param == "broker":
        limits._shared().reset()
    yield
    _start_anew()


def _start_anew() -> None:
    limits._shared.cache_clear()
    limits.forget_all()


def ask(server: LiveServer, **headers: str) -> tuple[int, str | None, str]:
    connection = http.client.HTTPConnection(str(urlsplit(server.url).netloc), timeout=30)
    try:
        connection.request("GET", DOOR, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers["Retry-After"], answer.read().decode()
    finally:
        connection.close()


def passed(answers: list[tuple[int, str | None, str]]) -> int:
    assert {status for status, _, _ in answers} <= {404, 429}
    return sum(status == 404 for status, _, _ in answers)


@pytest.mark.asvs("v5.0.0-2.4.1", "v5.0.0-4.1.3", "v5.0.0-15.3.4")
def test_rotated_headers_pass_no_oftener(live_server: LiveServer, counted: None) -> None:
    """Without a proxy, none of them is believed."""
    answers = [ask(live_server, **dict.fromkeys(CLAIMS, f"203.0.113.{turn}")) for turn in range(3 * ALLOWED)]
    assert passed(answers) == ALLOWED
    status, wait, page = answers[-1]
    assert status == 429
    assert wait is not None
    assert 0 < int(wait) <= 3600
    assert "过于频繁" in page


@pytest.mark.asvs("v5.0.0-4.1.3", "v5.0.0-15.3.4")
def test_behind_a_proxy_the_proxy_is_believed_alone(live_server: LiveServer, counted: None, settings: Any) -> None:
    """The last entry is the proxy's; what a client put before it rotates."""
    settings.TRUSTED_PROXY_COUNT = 1
    answers = [ask(live_server, X_Forwarded_For=f"203.0.113.{turn}, 198.51.100.7") for turn in range(3 * ALLOWED)]
    assert passed(answers) == ALLOWED
    assert passed([ask(live_server, X_Forwarded_For="198.51.100.8")]) == 1, "another client is another"


def test_two_proxies_and_a_client_that_knows_it(live_server: LiveServer, counted: None, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 2
    answers = [
        ask(live_server, X_Forwarded_For=f"203.0.113.{turn}, 198.51.100.7, 10.0.0.2") for turn in range(3 * ALLOWED)
    ]
    assert passed(answers) == ALLOWED


def test_many_hands_at_once_pass_no_oftener(live_server: LiveServer, counted: None) -> None:
    with ThreadPoolExecutor(16) as hands:
        answers = list(hands.map(lambda turn: ask(live_server, X_Forwarded_For=f"203.0.113.{turn}"), range(48)))
    assert passed(answers) == ALLOWED
