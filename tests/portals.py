"""The portal as `make run` starts it: real processes, in a folder of their own, looked at from outside."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60
SUPERVISOR = (sys.executable, "-m", "ceportal.supervise")
PARTS = MappingProxyType({"broker": b"broker.sock", "web": b"gunicorn", "worker": b"worker", "beat": b"run/beat"})


def until(true: Callable[[], object], what: str | Callable[[], object], patience: float = PATIENCE) -> None:
    """Ask again and again until it is so; `what` is said when patience ends."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, what() if callable(what) else what
        time.sleep(0.1)


def free_port() -> int:
    """Below the ports that connections start from: a client that asks while nobody listens would meet itself."""
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


class Portal:
    """One start of the portal on `data` with what stands in `code`; what it prints goes to `data.out`."""

    def __init__(
        self,
        data: Path,
        command: tuple[str, ...] = SUPERVISOR,
        *,
        port: int | None = None,
        code: Path = ROOT,
        **settings: str,
    ) -> None:
        self.data, self.port, self.command, self.settings = data, port or free_port(), command, settings
        self.code = code
        self.output = data.with_suffix(".out")
        self.environment = _bare_environment() | {
            "DATA_DIR": str(data), "PORT": str(self.port), "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev",
            "CEPORTAL_DEMO": "0", "CLOCK_SECONDS": "3", **settings,
        }  # fmt: skip
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=code, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def again(self, code: Path | None = None) -> "Portal":
        """Another start on the same folder, at the same port; with other `code` if need be."""
        return Portal(self.data, self.command, port=self.port, code=code or self.code, **self.settings)

    def logged(self, part: str) -> str:
        """The end of what `part` has written."""
        return (self.data / "log" / f"{part}.log").read_text(encoding="utf-8", errors="replace")[-6000:]

    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until_ready(self, patience: float = PATIENCE) -> "Portal":
        """One that does not become ready is ended: nobody else would."""
        try:
            until(
                lambda: "The portal is ready" in self.printed() or self.process.poll() is not None,
                self.printed,
                patience,
            )
            assert self.process.poll() is None, self.printed()
        except AssertionError:
            self.sweep()
            raise
        return self

    def health(self) -> dict[str, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return {}
        finally:
            connection.close()
        assert body.startswith(b"{"), f"{status} {body.decode(errors='replace')}\n{self.logged('web')}"
        return dict(json.loads(body))

    def processes(self, mark: bytes = b"") -> dict[int, bytes]:
        """Everything alive that was started for this folder, whoever its parent is by now, by command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            except OSError:
                continue
            if command and bytes(self.data) in command + environment and mark in command:
                found[int(folder.name)] = command
        return found

    def leader_of(self, part: str) -> int:
        """The process the supervisor started for `part`: the leader of its own session. Raises `StopIteration`."""
        return next(pid for pid in self.processes(PARTS[part]) if _session(pid) == pid and pid != self.process.pid)

    def forked_by(self, part: str) -> list[int]:
        """What the leader of `part` has forked."""
        leader = self.leader_of(part)
        return [pid for pid in self.processes() if pid != leader and _session(pid) == leader]

    def has_all_parts(self) -> bool:
        """Each part is there, and web and worker have forked."""
        sessions = {pid: (_session(pid), command) for pid, command in self.processes().items()}
        leading = {pid: command for pid, (session, command) in sessions.items() if session == pid}
        leaders = {part: pid for part, mark in PARTS.items() for pid, command in leading.items() if mark in command}
        following = {session for pid, (session, _) in sessions.items() if session != pid}
        return set(leaders) == set(PARTS) and {leaders["web"], leaders["worker"]} <= following

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def nothing_is_left(self) -> None:
        self.process.wait(PATIENCE)
        until(lambda: not self.processes(), lambda: f"left behind: {self.processes()}", patience=20)

    def sweep(self) -> None:
        """Kill whatever is left."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def _bare_environment() -> dict[str, str]:
    """Without what belongs to the run of the tests: its database, its broker, its make."""
    ours = {"DATABASE_URL", "REDIS_URL", "MAKEFLAGS", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in ours}
