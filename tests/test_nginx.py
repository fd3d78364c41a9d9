"""What nginx by the portal's own configuration says itself, before a web server that only says yes."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.nginx import NGINX, Front, front_of, trusting
from tests.portals import free_port, until

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
# More than `burst` and what a slow machine lets through meanwhile.
MANY = 200
PAGE, PROBLEM = "text/html; charset=utf-8", "application/problem+json"


class Yes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece: two would wait for each other.
    wbufsize = -1

    def do_GET(self) -> None:
        if self.path.endswith("/slow"):
            time.sleep(3)
        body = (self.headers["X-Forwarded-For"] + " " + self.headers["X-Request-Start"]).encode()
        self.send_response(429 if self.path == "/portal-says/" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Yes)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def front(behind: int) -> Iterator[Front]:
    with front_of(behind) as front:
        yield front


@pytest.fixture
def port(front: Front) -> int:
    return front.port


def line(port: int, address: str) -> http.client.HTTPSConnection:
    """From an address of the loopback network, so that each has limits of its own."""
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting(), source_address=(address, 0))


def asked(port: int, path: str, times: int, address: str) -> list[tuple[int, dict[str, str], str]]:
    connection, answers = line(port, address), []
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


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/v/SECRET/", "/v/-"),
        ("//v/SECRET/", "/v/-"),
        ("/s/SECRET/pdf/?x=SECRET", "/s/-"),
        ("/api/v1/certificates/SECRET", "/api/v1/certificates/-"),
        ("/classes/0199/sign-in/SECRET/", "/classes/0199/sign-in/-"),
        ("/teaching/?code=SECRET", "/teaching/"),
    ],
)
def test_its_log_holds_no_tokens(front: Front, path: str, logged: str) -> None:
    asked(front.port, path, 1, "127.1.0.4")
    log = front.folder / "access"
    until(lambda: f" GET {logged} " in log.read_text(), f"{logged} in {log.read_text()}", 10)
    assert "SECRET" not in log.read_text()


@pytest.mark.parametrize(("path", "kind", "word"), [("/evidence/", PAGE, "文件过大"), ("/api/x", PROBLEM, "too_large")])
def test_what_is_too_large_for_it_is_refused_in_words(front: Front, path: str, kind: str, word: str) -> None:
    connection = line(front.port, "127.1.0.5")
    with closing(connection):
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(23 * 1024 * 1024))
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Content-Type"]) == (413, kind)
        assert word in answer.read().decode()


@pytest.mark.parametrize(
    ("path", "kind", "word"), [("/", PAGE, "平台正在重新启动"), ("/api/v1/hours", PROBLEM, "away")]
)
def test_without_a_portal_behind_it_says_when_to_come_back(path: str, kind: str, word: str) -> None:
    with front_of(free_port()) as nobody:
        ((status, headers, body),) = asked(nobody.port, path, 1, "127.1.0.6")
    assert (status, headers["Content-Type"], headers["Retry-After"]) == (503, kind, "30")
    assert word in body


@pytest.mark.parametrize(
    ("path", "status", "kind", "word"),
    [("/slow", 504, PAGE, "可能已经生效"), ("/api/slow", 503, PROBLEM, "用同样的内容重试")],
)
def test_who_gets_no_answer_is_told_that_it_may_have_been_done(
    behind: int, path: str, status: int, kind: str, word: str
) -> None:
    with front_of(behind, changes={"proxy_read_timeout 60s": "proxy_read_timeout 1s"}) as hasty:
        ((told, headers, body),) = asked(hasty.port, path, 1, "127.1.0.7")
    assert (told, headers["Content-Type"], headers["Retry-After"]) == (status, kind, "30")
    assert word in body


def test_what_the_portal_refuses_is_passed_on_as_it_is(port: int) -> None:
    ((status, headers, body),) = asked(port, "/portal-says/", 1, "127.1.0.3")
    assert (status, "Retry-After" in headers) == (429, False)
    assert body.startswith("127.1.0.3 t=")
