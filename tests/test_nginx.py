"""What nginx by the portal's own configuration says itself, before a web server that only says yes."""

import http.client
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.nginx import NGINX, front_of, trusting

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
# More than `burst` and what a slow machine lets through meanwhile.
MANY = 200


class Yes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece: two would wait for each other.
    wbufsize = -1

    def do_GET(self) -> None:
        body = (self.headers["X-Forwarded-For"] + " " + self.headers["X-Request-Start"]).encode()
        self.send_response(429 if self.path == "/portal-says/" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Yes)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    with front_of(server.server_port) as front:
        yield front.port
    server.shutdown()
    server.server_close()


def asked(port: int, path: str, times: int, address: str) -> list[tuple[int, dict[str, str], str]]:
    """From an address of the loopback network, so that each has limits of its own."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=10, context=trusting(), source_address=(address, 0)
    )
    answers = []
    for _ in range(times):
        connection.request("GET", path)
        answer = connection.getresponse()
        answers.append((answer.status, dict(answer.getheaders()), answer.read().decode()))
    connection.close()
    return answers


def test_who_asks_too_fast_reads_why_and_when_to_come_back(port: int) -> None:
    answers = asked(port, "/verify/", 40, "127.1.0.1")
    turned_away = [(headers, body) for status, headers, body in answers if status == 429]
    assert turned_away
    assert {status for status, _, _ in answers} == {200, 429}
    for headers, body in turned_away:
        assert (headers["Retry-After"], headers["Cache-Control"]) == ("5", "no-store")
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert "操作过于频繁，请稍后再试" in body


def test_machines_are_told_in_their_own_words(port: int) -> None:
    turned_away = [one for one in asked(port, "/api/v1/hour-batches", MANY, "127.1.0.2") if one[0] == 429]
    assert turned_away
    for _, headers, body in turned_away:
        assert (headers["Retry-After"], headers["Content-Type"]) == ("5", "application/problem+json")
        assert json.loads(body)["code"] == "too_many"


def test_what_the_portal_refuses_is_passed_on_as_it_is(port: int) -> None:
    ((status, headers, body),) = asked(port, "/portal-says/", 1, "127.1.0.3")
    assert (status, "Retry-After" in headers) == (429, False)
    assert body.startswith("127.1.0.3 t=")
