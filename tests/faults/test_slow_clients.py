"""Two hundred clients that send half a request and wait (X19): behind nginx the others hardly notice, and a web server
that faces the network itself is frozen by them.
"""

import http.client
import math
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from statistics import median

import pytest

from tests.faults.town import Town
from tests.portals import ROOT, free_port, until

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SLOW, ROUNDS, PATIENCE = 200, 5, 5
# Seconds of a measurement: several rounds of the clock, which takes its share of the processors.
MEASURED = 6.0
# What others may lose, and what a shared machine adds by itself, in seconds.
SHARE, NOISE = 1.2, 0.002
pytestmark = [pytest.mark.deep, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]


def test_two_hundred_half_sent_requests_cost_the_others_less_than_a_fifth(town: Town) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with nginx_before(town.portal.port) as port:

        def connect() -> socket.socket:
            plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
            return context.wrap_socket(plain)

        without, among = [], []
        for _ in range(ROUNDS):
            without.append(p95(connect))
            with held(connect):
                among.append(p95(connect))
    sys.stdout.write(f"p95 without {in_ms(without)}, with {SLOW} half-sent {in_ms(among)}\n")
    assert median(among) <= median(without) * SHARE + NOISE


def test_negative_control_without_nginx_they_freeze_the_portal(town: Town) -> None:
    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", town.portal.port), PATIENCE)

    assert p95(connect, seconds=1) < PATIENCE
    with held(connect), pytest.raises(OSError, match="timed out"):
        p95(connect, seconds=0)
    town.wait_until_whole()


@contextmanager
def held(connect: Callable[[], socket.socket]) -> Iterator[None]:
    """Half of them stop within the head, half within the body."""
    slow = []
    for number in range(SLOW):
        one = connect()
        head = b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
        one.sendall(head if number % 2 else head + b"\r\nlogin=")
        slow.append(one)
    try:
        yield
    finally:
        for one in slow:
            with suppress(OSError):
                one.close()


def in_ms(times: list[float]) -> str:
    """The median, and each."""
    return f"{1000 * median(times):.1f} ms ({', '.join(f'{1000 * each:.0f}' for each in times)})"


def p95(connect: Callable[[], socket.socket], *, seconds: float = MEASURED) -> float:
    times, ends = [], time.monotonic() + seconds
    while not times or time.monotonic() < ends:
        began = time.perf_counter()
        with closing(connect()) as one:
            one.sendall(b"GET /help/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            answer = http.client.HTTPResponse(one)
            answer.begin()
            assert answer.status == http.HTTPStatus.OK, answer.status
            answer.read()
        times.append(time.perf_counter() - began)
    return sorted(times)[max(0, math.ceil(0.95 * len(times)) - 1)]
