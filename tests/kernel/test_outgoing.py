"""Calls that leave this machine: to public addresses alone, straight to the one that was judged, within bounds."""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ceportal.kernel.rules.outgoing import Target, may_be_called, target_of
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.services.outgoing import NotCalled, call
from tests.house.files import sources
from tests.kernel.tls import certificate_for

PUBLIC = "93.184.216.34"


@pytest.mark.asvs("v5.0.0-1.3.6")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.100.100.200", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
        "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:0:7f00::1",
        "", "localhost", "127.1", "0x7f.1", "2130706433", "93.184.216.34/8",
    ],
)  # fmt: skip
def test_no_call_to_what_is_not_public(address: str) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_a_public_address_may_be_called(address: str) -> None:
    assert may_be_called(address)


def test_a_network_can_be_named_that_may_be_called_all_the_same() -> None:
    assert may_be_called("10.8.0.7", allowed=["10.8.0.0/24"])
    assert not may_be_called("10.8.1.7", allowed=["10.8.0.0/24"])
    assert not may_be_called("169.254.169.254", allowed=["10.8.0.0/24", "fd00::/8"])


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example/", "ftp://portal.example/", "file:///etc/passwd", "gopher://portal.example/", "//x/", "",
        "https://", "https:///x", "https://user:secret@portal.example/", "https://user@portal.example/",
        "https://portal.example:22/", "https://portal.example:0/", "https://portal.example:99999/", "https://[::1/",
        "https://portal.example/a b", "https://portal.example/\r\nX: y", "https://portal.example\\@evil.example/",
        "https://例子.example/", "https://portal.example/" + "a" * 2000, "javascript:alert(1)", "https:portal.example",
    ],
)  # fmt: skip
def test_an_odd_address_is_refused_before_anything_is_asked(url: str) -> None:
    assert isinstance(target_of(url), Refusal)
    with pytest.raises(NotCalled) as refused:
        call(url, resolver=lambda host, port: pytest.fail("asked"))
    assert refused.value.reason.message.startswith("地址")


def test_an_address_is_read_as_it_will_be_called() -> None:
    assert target_of("https://Portal.Example.:8443/a?b=1#c") == Target("https", "portal.example", 8443, "/a?b=1")
    assert target_of("http://portal.example", schemes=("http",)) == Target("http", "portal.example", 80, "/")


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["169.254.169.254"], ["::1", PUBLIC]])
def test_a_name_is_not_called_when_one_of_its_addresses_is_ours(addresses: list[str], connecting: list[Any]) -> None:
    with pytest.raises(NotCalled, match="address_not_called"):
        call("https://portal.example/", resolver=lambda host, port: addresses)
    assert connecting == []


def test_a_name_that_does_not_exist(connecting: list[Any]) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    nowhere: list[Any] = [unknown, lambda host, port: []]
    for resolver in nowhere:
        with pytest.raises(NotCalled, match="no_such_host"):
            call("https://portal.example/", resolver=resolver)
    assert connecting == []


def test_the_connection_goes_to_the_judged_address_whatever_the_name_says_later(connecting: list[Any]) -> None:
    """A name may answer with a public address first and with ours a moment later."""
    answers: Iterator[list[str]] = iter([[PUBLIC], ["127.0.0.1"]])
    with pytest.raises(NotCalled, match="no_answer"):
        call("https://portal.example/", resolver=lambda host, port: next(answers))
    assert connecting == [(PUBLIC, 443)]


@pytest.fixture
def connecting(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where a connection was tried to; none comes about."""
    tried: list[Any] = []

    def connect(address: Any, **_: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


class Neighbour:
    """A server on this machine that says `answer` to each request, or lets `act` speak."""

    def __init__(self, act: Callable[[socket.socket], None], secure: ssl.SSLContext | None = None) -> None:
        self.heard: list[bytes] = []
        self._act, self._secure = act, secure
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
                with self._secure.wrap_socket(plain, server_side=True) if self._secure else plain as line:
                    line.settimeout(5)
                    self.heard.append(line.recv(65536))
                    self._act(line)
            except OSError:
                if self._socket.fileno() < 0:
                    return

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def neighbour(settings: Any) -> Iterator[Callable[..., Neighbour]]:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    opened: list[Neighbour] = []

    def open_one(act: Callable[[socket.socket], None], secure: ssl.SSLContext | None = None) -> Neighbour:
        opened.append(Neighbour(act, secure))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def saying(text: bytes) -> Callable[[socket.socket], None]:
    return lambda line: line.sendall(text)


def ask(one: Neighbour, **options: Any) -> Any:
    return call(
        f"http://portal.example:{one.port}/x?y=1",
        schemes=("http",),
        resolver=lambda host, port: ["127.0.0.1"],
        **options,
    )


def test_an_answer_comes_back(neighbour: Callable[..., Neighbour]) -> None:
    one = neighbour(saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"))
    answer = ask(one, method="POST", body=b"{}", headers={"Content-Type": "application/json"})
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/plain", b"ok")
    assert one.heard[0].startswith(b"POST /x?y=1 HTTP/1.1\r\n")
    assert b"Host: portal.example:" in one.heard[0]


@pytest.mark.asvs("v5.0.0-15.3.2")
def test_a_redirect_is_not_followed(neighbour: Callable[..., Neighbour]) -> None:
    one = neighbour(saying(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"))
    assert ask(one).status == 302
    assert len(one.heard) == 1


def test_an_answer_is_read_only_so_far(neighbour: Callable[..., Neighbour]) -> None:
    announced = neighbour(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000))
    endless = neighbour(saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000))
    for one in (announced, endless):
        with pytest.raises(NotCalled, match="answer_too_large"):
            ask(one, most_bytes=1000)
    assert len(ask(announced, most_bytes=5000).body) == 5000


def drip(start: bytes) -> Callable[[socket.socket], None]:
    def act(line: socket.socket) -> None:
        line.sendall(start)
        while True:
            line.sendall(b"x")
            time.sleep(0.05)

    return act


@pytest.mark.parametrize(
    "act",
    [
        lambda line: line.recv(1),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        drip(b"HTTP/1.1 200 OK\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    ],
    ids=["silence", "headers that drip", "a body that drips", "a body of known size that drips"],
)
def test_an_answer_is_waited_for_only_so_long(neighbour: Callable[..., Neighbour], act: Any) -> None:
    """Each byte that drips would renew a socket's own timeout, and the drip never ends."""
    with pytest.raises(NotCalled, match="no_answer"):
        ask(neighbour(act), seconds=0.4)


@pytest.mark.parametrize(
    "answer", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"SSH-2.0-x\r\n"]
)
def test_what_is_no_answer(neighbour: Callable[..., Neighbour], answer: bytes) -> None:
    with pytest.raises(NotCalled, match="no_answer"):
        ask(neighbour(saying(answer)))


@pytest.mark.asvs("v5.0.0-12.3.2")
@pytest.mark.parametrize(("name", "is_answered"), [("portal.example", True), ("other.example", False)])
def test_the_certificate_is_that_of_the_name(
    neighbour: Callable[..., Neighbour], tmp_path: Path, name: str, is_answered: bool
) -> None:
    """Calling an address instead of the name must not mean that anybody at that address will do."""
    pem = certificate_for(name, tmp_path)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(pem)
    one = neighbour(saying(b"HTTP/1.1 204 No Content\r\n\r\n"), secure)
    options: dict[str, Any] = {
        "resolver": lambda host, port: ["127.0.0.1"],
        "trust": ssl.create_default_context(cafile=pem),
    }
    url = f"https://portal.example:{one.port}/"
    if is_answered:
        assert call(url, **options).status == 204
    else:
        with pytest.raises(NotCalled, match="no_answer"):
            call(url, **options)
        assert one.heard == []


def test_this_machine_is_not_called_by_any_name(neighbour: Callable[..., Neighbour], settings: Any) -> None:
    one = neighbour(saying(b"HTTP/1.1 200 OK\r\n\r\n"))
    settings.OUTGOING_NETWORKS = []
    for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", str(ipaddress.ip_address("127.0.0.2"))):
        with pytest.raises(NotCalled):
            call(f"http://{host}:{one.port}/", schemes=("http",))
    assert one.heard == []


CALLERS = re.compile(
    r"^\s*(?:import|from) (?:http\.client|urllib\.request|urllib3|requests|httpx|aiohttp|ftplib)\b", re.M
)


# Asks the portal's own health, on this machine.
SUPERVISOR = "ceportal/supervise.py"


@pytest.mark.asvs("v5.0.0-1.3.6")
def test_nothing_else_calls_out() -> None:
    callers = {name for name, source in sources().items() if CALLERS.search(source)}
    assert callers - {SUPERVISOR} == {"ceportal/kernel/services/outgoing.py"}
