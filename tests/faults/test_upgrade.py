"""Two web servers that take requests from one socket held by another, as systemd does, restarted one after the other
under load, as an upgrade does (X25): no request fails.

`UPGRADE_FROM=REVISION` has the servers begin with that revision's code beside the tables of this one.
"""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.faults.town import Town
from tests.nginx import NGINX, nginx_before
from tests.portals import ROOT, free_port, until

pytestmark = [pytest.mark.deep, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]
HANDS, PATIENCE = 4, 120
FORM = b"login=nobody&password=not-a-word"


class Web:
    """One web server as its unit starts it: with the socket that is held for it, or with one of its own."""

    def __init__(self, town: Town, log: Path, held: socket.socket | None = None, code: Path = ROOT) -> None:
        self.town, self.log, self.held, self.code = town, log, held, code
        self.port = held.getsockname()[1] if held else free_port()
        self.log.touch()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"]
        environment = self.town.portal.environment | {
            "BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": "1", "WEB_GRACEFUL_SECONDS": "60",
            "REDIS_URL": "redis://127.0.0.1:9/0",
        }  # fmt: skip
        if self.held:
            handle, environment["LISTEN_FDS"] = self.held.fileno(), "1"
            command = ["sh", "-c", f'exec 3<&{handle}; export LISTEN_PID=$$; exec "$@"', "sh", *command]
        started = self.times_started()
        with self.log.open("ab") as log:
            handles = [self.held.fileno()] if self.held else []
            self.process = subprocess.Popen(
                command, cwd=self.code, env=environment, stdout=log, stderr=log, pass_fds=handles
            )
        until(lambda: self.times_started() > started, self.log.read_text, PATIENCE)

    def times_started(self) -> int:
        return self.log.read_text().count("Booting worker")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def restart(self) -> None:
        """With the code of this version."""
        self.stop()
        self.code = ROOT
        self.start()


def code_of_before(folder: Path) -> Path:
    """The revision that `UPGRADE_FROM` names; this one without it."""
    revision = os.environ.get("UPGRADE_FROM")
    if not revision:
        return ROOT
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "--extract"], cwd=folder, input=packed, check=True)
    return folder


def load(port: int, ended: Event, told: Counter[str]) -> Callable[[], None]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def ask(body: bytes | None) -> str:
        try:
            path = "/sign-in/" if body else "/institutions/"
            with urllib.request.urlopen(f"https://127.0.0.1:{port}{path}", body, timeout=60, context=context) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as error:
            return str(error.code)
        except OSError as error:
            return type(error).__name__

    def work() -> None:
        turn = 0
        while not ended.is_set():
            turn += 1
            told[ask(FORM if turn % 4 == 0 else None)] += 1
            time.sleep(0.02)

    return work


def lived_through(port: int, harm: Callable[[], object]) -> Counter[str]:
    """How every request ended while harm was done; a form without its token is refused with 403, which is an answer."""
    ended, told = Event(), Counter[str]()
    hands = [Thread(target=load(port, ended, told), daemon=True) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    time.sleep(2)
    harm()
    time.sleep(2)
    ended.set()
    for hand in hands:
        hand.join()
    sys.stdout.write(f"{dict(told)}\n")
    return told


def test_an_upgrade_of_one_after_the_other_fails_nobody(town: Town, tmp_path: Path) -> None:
    held = socket.create_server(("127.0.0.1", 0), backlog=2048)
    before = tmp_path / "before"
    before.mkdir()
    code = code_of_before(before)
    first, second = (Web(town, tmp_path / name, held, code) for name in ("first.log", "second.log"))
    try:
        with nginx_before(first.port) as port:
            told = lived_through(port, lambda: [one.restart() for one in (first, second)])
        assert set(told) == {"200", "403"}, told
        assert min(told.values()) > HANDS
    finally:
        for one in (first, second):
            one.stop()
        held.close()


def test_negative_control_a_single_one_restarted_fails_some(town: Town, tmp_path: Path) -> None:
    alone = Web(town, tmp_path / "alone.log")
    try:
        with nginx_before(alone.port) as port:
            assert lived_through(port, alone.restart)["502"]
    finally:
        alone.stop()
