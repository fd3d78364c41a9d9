"""A run within the portal's settings: lays the registers down, serves them, holds the trials."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

from tests.benches.posting import trials
from tests.benches.posting.callers import Caller, caller
from tests.benches.posting.register import build, platform_client
from tests.benches.posting.servers import served
from tests.benches.posting.trials import say
from tests.machine import machine
from tests.portals import ROOT

SMALL, LARGE = 200_000, 20_000_000
BATCHES = 1000


def lay(entries: int) -> None:
    """Print what a caller of this register needs to know."""
    people = build(entries)
    say(json.dumps({"people": people, "client_id": platform_client().client_id}))


def main(*, small: int, large: int, rounds: int, batches: int) -> int:
    """How the process ends: 1 when a bound does not hold."""
    say(f"machine: {machine()}; PostgreSQL durable, {trials.SIZE} records a request, {rounds} rounds")
    if (small, large, batches) != (SMALL, LARGE, BATCHES):
        say(f"REDUCED: {small:,} and {large:,} entries, {batches} batches; the bounds are for"
            f" {SMALL:,} and {LARGE:,} and {BATCHES}")  # fmt: skip
    people = build(small)
    large_url = os.environ["DATABASE_URL"].replace("/small", "/large")
    there = json.loads(_laid(large, large_url))
    with ExitStack() as servers:
        place = servers.enter_context(served(dict(os.environ), "small"))
        held = [
            *trials.against_the_limit(place, people, rounds),
            *trials.against_the_framework(place, people, rounds),
            *trials.with_many_at_once(place, max(batches // 100, 3)),
        ]
        other = servers.enter_context(served(dict(os.environ) | {"DATABASE_URL": large_url}, "large"))
        pair = caller(place.ours, platform_client()), Caller(other.ours, there["client_id"])
        held += trials.at_another_size(*pair, (people, there["people"]), rounds)
        held += trials.in_memory(place, people, batches)
    for ratio in held:
        say(ratio)
    return int(not all(ratio.holds for ratio in held))


def _laid(entries: int, url: str) -> str:
    start = f"from tests.benches.posting.run import lay; lay({entries})"
    command = [sys.executable, "-B", "manage.py", "shell", "--no-imports", "-c", start]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.splitlines()[-1]
