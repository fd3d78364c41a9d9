"""Versions of the portal side by side: the code of a revision before, and web servers on a socket held for them."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.town import Town
from tests.portals import ROOT, free_port, until

PATIENCE = 120
MIGRATIONS = (":(glob)**/migrations/[0-9]*.py", ":(glob,exclude)**/*_squashed_*.py")


def revision_before() -> str:
    """From which the upgrade begins: `UPGRADE_FROM`; else the newest tag without this revision's newest migration; in a
    clone without tags the revision that wrote the newest release into CHANGELOG.md; else the last revision without that
    migration. Skips the test where there is no history.
    """
    if given := os.environ.get("UPGRADE_FROM"):
        return _git("rev-parse", "--verify", f"{given}^{{commit}}")
    try:
        newest = _git("log", "-1", "--no-renames", "--diff-filter=A", "--format=%H", "--", *MIGRATIONS)
        last = _git("rev-parse", "--verify", f"{newest}^")
        tags = _git("tag", "--list", "--merged", last, "--sort=-creatordate").split()
        return _git("rev-parse", f"{tags[0]}^{{commit}}") if tags else _released(last) or last
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("there is no history of the code here")


def _released(by: str) -> str:
    """Where the newest release that stands in CHANGELOG.md was written there; empty when that came after `by`."""
    headings = re.findall(r"^## \d\S*", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    written = _git("log", "--format=%H", "-S", headings[0], by, "--", "CHANGELOG.md").split() if headings else []
    return written[-1] if written else ""


def has_other_tables(revision: str) -> bool:
    """Whether this version has migrations that one had not."""
    return bool(_git("diff", "--no-renames", "--diff-filter=A", "--name-only", revision, "HEAD", "--", *MIGRATIONS))


def code_of(revision: str, folder: Path) -> Path:
    """What stood in the repository then, in `folder`."""
    folder.mkdir()
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "--extract"], cwd=folder, input=packed, check=True)
    return folder


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Web:
    """One web server as its unit starts it: with the socket that is held for it, or with one of its own."""

    def __init__(self, town: Town, log: Path, code: Path, held: socket.socket | None = None) -> None:
        self.town, self.log, self.held, self.code = town, log, held, code
        self.port = held.getsockname()[1] if held else free_port()
        self.log.touch()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"]
        environment = self.town.portal.environment | {"BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": "1"}
        if self.held:
            handle, environment["LISTEN_FDS"] = self.held.fileno(), "1"
            command = ["sh", "-c", f'exec 3<&{handle}; export LISTEN_PID=$$; exec "$@"', "sh", *command]
        started = self._times_started()
        with self.log.open("ab") as log:
            handles = [self.held.fileno()] if self.held else []
            self.process = subprocess.Popen(
                command, cwd=self.code, env=environment, stdout=log, stderr=log, pass_fds=handles
            )
        until(lambda: self._times_started() > started, self.log.read_text, PATIENCE)

    def _times_started(self) -> int:
        return self.log.read_text().count("Booting worker")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def restart(self, code: Path) -> None:
        """With the code that stands there."""
        self.stop()
        self.code = code
        self.start()
