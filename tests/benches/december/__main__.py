"""`python -m tests.benches.december [--seconds 180] [--database postgresql|sqlite] [--seed N]`: the load model.

A portal as `make run` starts it, with the clock and the leases of an installed one, on a durable PostgreSQL (or SQLite)
of its own, behind nginx with the limits of deploy/nginx.conf where it is installed; with people, reviewers and a
platform. The visitors come from this one process, each from an address of its own. Ends with 1 when a bound does not
hold. What each kind of visitor cost is left in `--measurements` for `make simulate-province`.
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
from django.utils import timezone

from tests.benches.december.book import Book
from tests.benches.december.cast import Cast
from tests.benches.december.kinds import keep
from tests.benches.december.processors import Meter
from tests.benches.december.run import Stage, hold
from tests.benches.december.saying import say
from tests.benches.december.visits import Visits
from tests.databases import tables
from tests.databases.servers import Cluster
from tests.faults.town import Town
from tests.machine import machine
from tests.nginx import NGINX, Front, front_of, trusting

# As installed: the defaults of a portal that is not told otherwise (README, Settings).
CLOCK_SECONDS, CLAIM_LEASE_SECONDS = 15, 120
MEASUREMENTS = Path(os.environ.get("DATA_DIR", "var")) / "december.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--measurements", type=Path, default=MEASUREMENTS)
    chosen = parser.parse_args()
    django.setup()
    said = f"machine: {machine()}; {chosen.database}, {chosen.seconds:g} s, seed {chosen.seed}"
    say(said)
    with town_on(chosen.database) as (town, meter, front):
        say(settings_of(town, front))
        told = town.tell(f"prepare({chosen.people}, 40)", "tests.benches.december.people")
        visits = Visits(
            front.port if front else town.portal.port, Cast.of(told, town.demo["api"]), Book(),
            random.Random(chosen.seed), tls=trusting() if front else None,
        )  # fmt: skip
        ended, cost = hold(Stage(town, visits, meter, CLOCK_SECONDS), chosen.seconds)
        keep(cost, chosen.measurements, said=f"{said}; {timezone.now():%Y-%m-%d %H:%M}")
    return ended


def settings_of(town: Town, front: Front | None) -> str:
    given = town.portal.environment
    before = "nginx by deploy/nginx.conf with its limits" if front else "no nginx: the visitors write its header"
    return (
        f"settings: {given['DJANGO_SETTINGS_MODULE']} with demo data, {given['WEB_WORKERS']} web workers of"
        f" {given['WEB_THREADS']} threads, {given['WORKER_PROCESSES']} processes of the worker, CLOCK_SECONDS"
        f" {given['CLOCK_SECONDS']}, CLAIM_LEASE_SECONDS {given['CLAIM_LEASE_SECONDS']}; {before}"
    )


@contextmanager
def town_on(database: str) -> Iterator[tuple[Town, Meter, Front | None]]:
    """A portal that counts on a proxy in front of it; where no nginx is installed the visitors play its part."""
    folder = Path(tempfile.mkdtemp(prefix="ceportal-december-", dir="/tmp"))
    folder.chmod(0o755)
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
        town = Town(
            folder, cluster.url if cluster else None, patience=900, TRUSTED_PROXY_COUNT="1", WEB_WORKERS="2",
            WEB_THREADS="3", WORKER_PROCESSES="2", CLOCK_SECONDS=str(CLOCK_SECONDS),
            CLAIM_LEASE_SECONDS=str(CLAIM_LEASE_SECONDS),
        )  # fmt: skip
        if NGINX:
            with front_of(town.portal.port) as front:
                yield town, meter_of(town, cluster, front), front
        else:
            yield town, meter_of(town, cluster, None), None
    finally:
        if town:
            town.portal.sweep()
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def meter_of(town: Town, cluster: Cluster | None, front: Front | None) -> Meter:
    """SQLite works within whoever asks it."""
    leaders = {part: town.portal.leader_of(part) for part in ("web", "worker", "beat", "broker")}
    if cluster and cluster.process:
        leaders["database"] = cluster.process.pid
    return Meter(leaders | ({"nginx": front.leader} if front else {}))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ceportal.settings.test"
    sys.exit(main())
