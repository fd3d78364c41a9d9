"""Two hundred clients that send half a request and wait, take a large answer a few bytes at a time, or keep their
connection and say nothing (X19): behind nginx the others hardly notice, and a web server that faces the network itself
is frozen by the first two. (The third freezes servers that give each connection a thread; gunicorn does not.)
"""

import http.client
import math
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from statistics import median
from threading import Event, Thread

import pytest

from tests.faults.town import Town
from tests.nginx import NGINX, nginx_before, trusting

SLOW, ROUNDS, PATIENCE = 200, 5, 5
# Seconds of a measurement: several rounds of the clock, which takes its share of the processors.
MEASURED = 6.0
# What others may lose, and what a shared machine adds by itself, in seconds.
SHARE, NOISE = 1.2, 0.002
# The largest answer to who has not signed in: half a megabyte, of which a line with segments and a window as small as
# these holds a part. Read so many bytes a second.
LARGE, SEGMENT, WINDOW, BYTES_A_SECOND = "/static/vendor/echarts.simple.min.js", 536, 2048, 8
Connect = Callable[[], socket.socket]
pytestmark = [pytest.mark.deep, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]


def half_sent(one: socket.socket, number: int) -> None:
    """Half of them stop within the head, half within the body."""
    head = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
    one.sendall(head if number % 2 else head + b"\r\nlogin=")


def slow_reading(one: socket.socket, _: int) -> None:
    one.sendall(f"GET {LARGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())


def idle(one: socket.socket, _: int) -> None:
    """Answered, and kept."""
    assert answered(one, "keep-alive") == http.HTTPStatus.OK


KINDS = {"half-sent": half_sent, "slow readers": slow_reading, "idle": idle}


def to(port: int, *, by_tls: bool = False, is_narrow: bool = False) -> Connect:
    """Slow clients have a narrow line."""

    def connect() -> socket.socket:
        plain = socket.socket()
        plain.settimeout(PATIENCE)
        if is_narrow:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        plain.connect(("127.0.0.1", port))
        return trusting().wrap_socket(plain) if by_tls else plain

    return connect


@pytest.mark.parametrize("kind", KINDS)
def test_two_hundred_slow_clients_cost_the_others_less_than_a_fifth(town: Town, kind: str) -> None:
    with nginx_before(town.portal.port) as port:
        connect, slow = to(port, by_tls=True), to(port, by_tls=True, is_narrow=True)
        without, among = [], []
        for _ in range(ROUNDS):
            without.append(p95(connect))
            with held(slow, kind):
                among.append(p95(connect))
    sys.stdout.write(f"p95 without {in_ms(without)}, with {SLOW} {kind} {in_ms(among)}\n")
    assert median(among) <= median(without) * SHARE + NOISE


@pytest.mark.parametrize("kind", ["half-sent", "slow readers"])
def test_negative_control_without_nginx_they_freeze_the_portal(town: Town, kind: str) -> None:
    connect = to(town.portal.port)
    assert p95(connect, seconds=1) < PATIENCE
    with held(to(town.portal.port, is_narrow=True), kind), pytest.raises(OSError, match="timed out"):
        p95(connect, seconds=0)
    town.wait_until_whole()


class StaysWithIt(BaseHTTPRequestHandler):
    """One thread for all, which waits for the next request of whom it has answered."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def test_negative_control_who_stays_with_a_connection_is_frozen_by_an_idle_one() -> None:
    with HTTPServer(("127.0.0.1", 0), StaysWithIt) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        connect = to(server.server_port)
        assert p95(connect, seconds=1) < PATIENCE
        with held(connect, "idle", count=1), pytest.raises(OSError, match="timed out"):
            p95(connect, seconds=0)
        server.shutdown()


@contextmanager
def held(connect: Connect, kind: str, count: int = SLOW) -> Iterator[None]:
    slow, ended = [], Event()
    reader = Thread(target=sip, args=(slow, ended))
    try:
        for number in range(count):
            slow.append(connect())
            KINDS[kind](slow[-1], number)
        if kind == "slow readers":
            reader.start()
        yield
    finally:
        ended.set()
        if reader.is_alive():
            reader.join()
        for one in slow:
            with suppress(OSError):
                one.close()


def sip(slow: list[socket.socket], ended: Event) -> None:
    """A few bytes of each every second; who was dropped for it has had its answer."""
    while not ended.wait(1.0):
        for one in slow:
            with suppress(OSError):
                one.settimeout(0.01)
                one.recv(BYTES_A_SECOND)


def in_ms(times: list[float]) -> str:
    """The median, and each."""
    return f"{1000 * median(times):.1f} ms ({', '.join(f'{1000 * each:.0f}' for each in times)})"


def answered(one: socket.socket, then: str) -> int:
    one.sendall(f"GET /help/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: {then}\r\n\r\n".encode())
    answer = http.client.HTTPResponse(one)
    answer.begin()
    answer.read()
    return answer.status


def p95(connect: Connect, *, seconds: float = MEASURED) -> float:
    times, ends = [], time.monotonic() + seconds
    while not times or time.monotonic() < ends:
        began = time.perf_counter()
        with closing(connect()) as one:
            assert answered(one, "close") == http.HTTPStatus.OK
        times.append(time.perf_counter() - began)
    return sorted(times)[max(0, math.ceil(0.95 * len(times)) - 1)]
