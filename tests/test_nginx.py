"""What nginx by the portal's own configuration says itself, before a web server that only says yes."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.nginx import CONFIGURATION, NGINX, Front, front_of, trusting
from tests.portals import ROOT, free_port, until

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


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.fixture
def with_ipv6(tmp_path: Path) -> str:
    """The configuration after the line of install.md."""
    install = (ROOT / "docs" / "operations" / "install.md").read_text(encoding="utf-8")
    (line,) = re.findall(
        r"^test ! -e /proc/net/if_inet6 \|\| (sed .*) /etc/nginx/nginx\.conf +# IPv6$", install, re.MULTILINE
    )
    copy = shutil.copy(CONFIGURATION, tmp_path)
    subprocess.run(["sh", "-c", f"{line} {copy}"], check=True)
    return Path(copy).read_text(encoding="utf-8")


def test_the_line_of_the_document_listens_on_ipv6_beside_and_changes_nothing_else(with_ipv6: str) -> None:
    without = CONFIGURATION.read_text(encoding="utf-8")
    added = [line.strip() for line in with_ipv6.splitlines() if "[::]" in line]
    ours = [line.strip() for line in without.splitlines() if line.strip().startswith("listen ")]
    assert added == [line.replace("listen ", "listen [::]:") for line in ours]
    assert without == "".join(line for line in with_ipv6.splitlines(keepends=True) if "[::]" not in line)
    assert "[::]" not in without, "nginx would not start on a kernel without IPv6"


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_it_answers_on_both(behind: int, with_ipv6: str) -> None:
    port = free_port()
    changes = {"listen [::]:80 ": f"listen [::1]:{free_port()} ", "listen [::]:443 ": f"listen [::1]:{port} "}
    with front_of(behind, changes=changes, text=with_ipv6) as front:
        for address, there in (("::1", port), ("127.0.0.1", front.port)):
            with closing(http.client.HTTPSConnection(address, there, timeout=10, context=trusting())) as connection:
                connection.request("GET", "/")
                answer = connection.getresponse()
                assert (answer.status, answer.read().decode().split()[0]) == (200, address)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2409:8a00:1:2:{:x}::1", "2409:8a00:1:2::{:x}", True),
        ("2409:8a00:1:{:x}::1", "2409:8a00:1:{:x}:a:b:c:d", False),
        ("2001:db8::{:x}:1:1:1", "2001:db8::{:x}:2:2:2", True),
        ("192.0.2.{}", "198.51.100.{}", False),
    ],
    ids=["of one network", "of many", "of one whose own number ends in zeros", "of IPv4"],
)
def test_an_ipv6_network_has_the_limits_of_one_client(behind: int, first: str, second: str, is_one: bool) -> None:
    """Told by a balancer, for such addresses lead nowhere here."""
    trusted = {"include /etc/nginx/balancers/*.conf;": "set_real_ip_from 127.0.0.0/8;"}
    with front_of(behind, changes=trusted) as front, closing(line(front.port, "127.1.0.8")) as connection:
        statuses = set()
        for number in range(1, 31):
            for who in (first, second):
                connection.request("GET", "/verify/", headers={"X-Forwarded-For": who.format(number)})
                answer = connection.getresponse()
                answer.read()
                statuses.add(answer.status)
    assert statuses == ({200, 429} if is_one else {200})
