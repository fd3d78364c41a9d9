"""The negative control (rule b of the fault tests) of X1, X2, X3, X6: under the same faults the naive way loses what
was acknowledged.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from tests.databases.servers import Broker
from tests.faults.naive import SECONDS, make_sheet
from tests.faults.test_killed import lost_and_doubled
from tests.portals import ROOT, until

SHEETS = 12
pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="has no database")


class Worker:
    """A Celery worker with two pool children, which tells of itself by the files it leaves."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "celery", "--app", "tests.faults.naive", "--quiet", "worker"]
        command += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        environment = os.environ | {"NAIVE_BROKER": broker.url, "WORK_DIR": str(folder)}
        with (folder.parent / "naive.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def done(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if not path.stat().st_size)

    def at_work(self) -> list[int]:
        """The processes that are at a sheet."""
        return [int(word) for path in self.folder.iterdir() if (word := path.read_text(encoding="ascii"))]

    def kill_a_child(self) -> None:
        os.kill(self.at_work()[0], signal.SIGKILL)

    def kill_all(self) -> None:
        """As a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def queue(broker: Broker) -> Iterator[Callable[[int], str]]:
    """Queues a sheet "in the request" and tells the caller that it is done. The portal's own app stays current."""
    with Celery("caller", set_as_current=False, broker=broker.url) as caller:
        yield lambda number: str(caller.send_task(make_sheet.name, [number]) and number)


@pytest.mark.parametrize("kill", [Worker.kill_a_child, Worker.kill_all], ids=["pool child", "celery main"])
def test_a_task_queued_in_the_request_is_lost(
    kill: Callable[[Worker], None], broker: Broker, queue: Callable[[int], str], tmp_path: Path
) -> None:
    """Control of X1 and X2."""
    acknowledged = [queue(number) for number in range(SHEETS)]
    folder = tmp_path / "done"
    folder.mkdir()
    first = Worker(broker, folder)
    workers = [first]
    try:
        until(first.at_work, "nothing was begun")
        kill(first)
        if first.process.poll() is not None:
            workers.append(Worker(broker, folder))
        last = acknowledged[-1]
        queue(SHEETS)
        until(lambda: str(SHEETS) in first.done(), lambda: f"the queue behind {last} was not worked off")
        with redis.Redis(unix_socket_path=str(broker.socket)) as client:
            assert client.llen("celery") == 0
        time.sleep(3 * SECONDS)  # what the other child may still be at
        lost, doubled = lost_and_doubled(acknowledged, first.done())
    finally:
        for worker in workers:
            if worker.process.poll() is None:
                worker.kill_all()
    assert lost, "the trial would show nothing"
    assert not doubled


def test_what_stands_in_the_queue_alone_is_gone_with_a_broker_that_comes_back_empty(
    broker: Broker, queue: Callable[[int], str], tmp_path: Path
) -> None:
    """Control of X6. All that was acknowledged; who asks the broker afterwards finds a queue that was worked off."""
    acknowledged = [queue(number) for number in range(SHEETS)]
    broker.kill()
    for kept in broker.folder.glob("append*"):
        shutil.rmtree(kept)
    broker.start()
    folder = tmp_path / "done"
    folder.mkdir()
    worker = Worker(broker, folder)
    try:
        until(lambda: answers(broker), "the broker did not come back")
        queue(SHEETS)
        until(lambda: str(SHEETS) in worker.done(), "the queue was not worked off")
        with redis.Redis(unix_socket_path=str(broker.socket)) as client:
            assert (client.llen("celery"), client.hlen("unacked")) == (0, 0)
    finally:
        worker.kill_all()
    assert lost_and_doubled(acknowledged, worker.done())[0] == sorted(acknowledged)


def answers(broker: Broker) -> bool:
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.mark.deep
def test_a_task_over_its_time_is_taken_for_done(broker: Broker, tmp_path: Path) -> None:
    """Control of X3. Whoever is ended at the limit has been acknowledged before it began; nobody hears of it."""
    folder = tmp_path / "done"
    folder.mkdir()
    with Celery("caller", set_as_current=False, broker=broker.url) as caller:
        caller.send_task(make_sheet.name, [1, 30], time_limit=1)
        caller.send_task(make_sheet.name, [2])
    worker = Worker(broker, folder)
    try:
        until(lambda: worker.done() == ["2"], "the queue was not worked off")
        until(lambda: worker.at_work() == [] or not alive(worker.at_work()[0]), "it was not ended")
        time.sleep(1)
        with redis.Redis(unix_socket_path=str(broker.socket)) as client:
            assert (client.llen("celery"), client.hlen("unacked")) == (0, 0)
        assert worker.done() == ["2"]
    finally:
        worker.kill_all()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
