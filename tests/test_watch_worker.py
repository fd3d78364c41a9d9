"""deploy/watch_worker.py, which says to systemd whether the worker is to be started anew; what it asks is a server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.portals import ROOT, free_port

SECONDS, EVERY = 1.0, 0.1
RESTARTED, LEFT_ALONE = 0, 1


def watched(port: int) -> int:
    command = [sys.executable, "deploy/watch_worker.py", str(SECONDS), str(EVERY)]
    environment = os.environ | {"ALLOWED_HOSTS": "portal.example,other.example", "BIND": f"127.0.0.1:{port}"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode


@pytest.fixture
def says() -> Iterator[Callable[[list[list[str]]], int]]:
    """Serves a /readyz whose looks name these parts, one after the other, the last for ever; gives its port."""
    servers = []

    def serve(looks: list[list[str]]) -> int:
        class Readyz(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert (self.path, self.headers["Host"]) == ("/readyz", "portal.example")
                degraded = looks.pop(0) if len(looks) > 1 else looks[0]
                body = json.dumps({"status": "degraded" if degraded else "ok", "degraded": degraded}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """It is asked in silence."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Readyz)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return int(server.server_address[1])

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_worker_that_is_silent_all_along_is_started_anew(says: Callable[[list[list[str]]], int]) -> None:
    began = time.monotonic()
    assert watched(says([["worker"]])) == RESTARTED
    assert time.monotonic() - began >= SECONDS


def test_one_that_comes_back_is_left_alone(says: Callable[[list[list[str]]], int]) -> None:
    assert watched(says([["worker"], ["worker", "outbox"], [], ["worker"]])) == LEFT_ALONE


def test_for_another_part_or_without_an_answer_nobody_is_restarted(says: Callable[[list[list[str]]], int]) -> None:
    assert watched(says([["broker"]])) == LEFT_ALONE
    assert watched(says([["beat", "outbox"]])) == LEFT_ALONE
    assert watched(free_port()) == LEFT_ALONE
