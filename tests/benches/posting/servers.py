"""What is measured: the web server as `make run` starts it, on a durable PostgreSQL and a broker of their own."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases.servers import Broker, Cluster
from tests.portals import ROOT, free_port, until

NO_LIMIT = "1000000000/minute"
PEERS = "tests.benches.posting.peer_settings"


@dataclass
class Place:
    """Two servers on one database: ours, and one that answers for the peers."""

    environment: dict[str, str]
    ours: int
    peers: int
    workers: list[int]


@contextmanager
def cluster(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a portal whose database lies in `folder` and outlasts the run."""
    data = folder / "portal"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "pg").mkdir(exist_ok=True)
    for above in (folder, *folder.parents):
        if not above.stat().st_mode & 0o001:
            raise SystemExit(f"{above} is closed to the user PostgreSQL runs as: choose another folder with --folder")
    postgres = Cluster(folder / "pg", is_durable=True)
    postgres.start()
    try:
        yield os.environ | {
            "DATABASE_URL": postgres.url,
            "DATA_DIR": str(data),
            "CEPORTAL_DEMO": "0",
            "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev",
            "API_RECORD_RATE": NO_LIMIT,
            "API_REQUEST_RATE": NO_LIMIT,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    finally:
        postgres.stop()


@contextmanager
def served(environment: dict[str, str], name: str) -> Iterator[Place]:
    """`name` is that of the folder in which their broker lies."""
    folder = Path(environment["DATA_DIR"], name)
    folder.mkdir(exist_ok=True)
    broker = Broker(folder)
    broker.socket.unlink(missing_ok=True)
    broker.start()
    environment = environment | {"REDIS_URL": broker.url}
    ours, peers = free_port(), free_port()
    processes = [
        _web(environment | {"PORT": str(ours)}),
        _web(environment | {"PORT": str(peers), "DJANGO_SETTINGS_MODULE": PEERS}),
    ]
    try:
        for port in (ours, peers):
            until(lambda port=port: _answers(port), "no web server", 120)
        yield Place(environment, ours, peers, _forked_by(processes[0].pid))
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        broker.stop()


def resident(pid: int) -> float:
    """MB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _web(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    path = Path(environment["DATA_DIR"], f"web-{environment['PORT']}.log")
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"]
    with path.open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _forked_by(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
