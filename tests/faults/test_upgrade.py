"""Two web servers behind nginx, restarted one after the other under load, as an upgrade does (X25): nobody notices."""

import signal
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

from tests.faults.test_slow_clients import NGINX, nginx_before
from tests.faults.town import Town
from tests.portals import ROOT, free_port, until

pytestmark = [pytest.mark.deep, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]
HANDS, PATIENCE = 4, 120
FORM = b"login=nobody&password=not-a-word"


class Web:
    """One web server as its unit starts it."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.port, self.log = town, free_port(), folder / "web.log"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"]
        environment = self.town.portal.environment | {
            "BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": "1", "REDIS_URL": "redis://127.0.0.1:9/0",
        }  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        until(self.answers, lambda: self.log.read_text(), PATIENCE)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()


def load(port: int, ended: Event, told: Counter[str]) -> Callable[[], None]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def ask(body: bytes | None) -> str:
        try:
            path = "/sign-in/" if body else "/help/"
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
    first, second = Web(town, tmp_path), Web(town, tmp_path)
    try:
        with nginx_before(first.port, second.port) as port:
            told = lived_through(port, lambda: [one.restart() for one in (first, second)])
        assert set(told) == {"200", "403"}, told
        assert min(told.values()) > HANDS
    finally:
        for one in (first, second):
            one.stop()


def test_negative_control_a_single_one_restarted_fails_some(town: Town, tmp_path: Path) -> None:
    alone = Web(town, tmp_path)
    try:
        with nginx_before(alone.port) as port:
            assert lived_through(port, alone.restart)["502"]
    finally:
        alone.stop()
