"""`python -m tests.benches.december [--seconds 180] [--database postgresql|sqlite] [--seed N]`: the load model.

A portal as `make run` starts it, on a durable PostgreSQL (or SQLite) of its own, with people, reviewers and a platform;
the visitors come from this one process. Ends with 1 when a bound does not hold.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests.benches.december.cast import Cast
from tests.benches.december.run import hold, say, visits_of
from tests.databases import tables
from tests.databases.servers import Cluster
from tests.faults.town import Town
from tests.machine import machine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    chosen = parser.parse_args()
    django.setup()
    say(f"machine: {machine()}; {chosen.database}, {chosen.seconds:g} s, seed {chosen.seed}")
    with town_on(chosen.database) as town:
        told = town.tell(f"prepare({chosen.people}, 40)", "tests.benches.december.people")
        return hold(town, visits_of(town, Cast.of(told, town.demo["api"]), chosen.seed), chosen.seconds)


@contextmanager
def town_on(database: str) -> Iterator[Town]:
    """A portal that counts on a proxy in front of it, whose part the visitors' browsers play."""
    folder = Path(tempfile.mkdtemp(prefix="ceportal-december-", dir="/tmp"))
    folder.chmod(0o755)
    os.environ["TRUSTED_PROXY_COUNT"] = "1"
    cluster = Cluster(folder / "pg", is_durable=True) if database == "postgresql" else None
    town = None
    try:
        (folder / "portal").mkdir()
        if cluster:
            cluster.folder.mkdir()
            cluster.start()
            tables.fill(cluster.url)
        else:
            tables.copy_to(folder / "portal" / "portal.sqlite3")
        town = Town(folder, cluster.url if cluster else None, patience=900)
        yield town
    finally:
        if town:
            town.portal.sweep()
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ceportal.settings.test"
    sys.exit(main())
