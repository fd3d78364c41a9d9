"""Some machines with some cores each; who comes waits in the line of the machine it is given to, first come first
served, and is told to come back when it has waited too long once a core is free (`ceportal.kernel.rules.shedding`).

Machines take turns, as nginx gives requests out. Seconds throughout.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapreplace
from itertools import cycle

# What it costs a core to tell somebody to come back: assumed, some milliseconds of Python before the session is read.
TURNING_AWAY = 0.003


@dataclass(frozen=True)
class Kind:
    """`service`: mean seconds of a core; `patience`: what such a request may have waited."""

    name: str
    service: float
    patience: float = math.inf


@dataclass
class Told:
    """How it went with those of a stretch."""

    waits: list[float] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    away: dict[str, int] = field(default_factory=dict)
    busy: float = 0.0

    def share_away(self, *names: str) -> float:
        """Of the kinds of these names, or of all."""
        chosen = names or tuple(self.asked)
        asked = sum(self.asked.get(name, 0) for name in chosen)
        return sum(self.away.get(name, 0) for name in chosen) / asked if asked else 0.0

    def p95(self) -> float:
        """Of the wait of those that were answered."""
        waits = sorted(self.waits)
        return waits[max(0, math.ceil(0.95 * len(waits)) - 1)] if waits else 0.0

    def mean_wait(self) -> float:
        return sum(self.waits) / len(self.waits) if self.waits else 0.0


@dataclass
class Machines:
    """`cores` in all, shared out as evenly as they go; their lines outlast a stretch."""

    cores: int
    machines: int
    chance: random.Random

    def __post_init__(self) -> None:
        if not 0 < self.machines <= self.cores:
            raise ValueError(f"{self.cores} cores in {self.machines} machines")
        each, more = divmod(self.cores, self.machines)
        self.free = [[0.0] * (each + (number < more)) for number in range(self.machines)]
        # A machine with one core more is given so many more.
        self.turns = cycle([number for number, cores in enumerate(self.free) for _ in cores])

    def live(self, coming: Iterable[tuple[float, Kind]]) -> Told:
        """In the order of their moments. Times of service are exponential."""
        told = Told()
        for moment, kind in coming:
            line = self.free[next(self.turns)]
            begins = max(moment, line[0])
            wait = begins - moment
            told.asked[kind.name] = told.asked.get(kind.name, 0) + 1
            if wait > kind.patience:
                told.away[kind.name] = told.away.get(kind.name, 0) + 1
                takes = TURNING_AWAY
            else:
                told.waits.append(wait)
                takes = self.chance.expovariate(1 / kind.service)
            told.busy += takes
            heapreplace(line, begins + takes)
        return told


def erlang_c(cores: int, offered: float) -> float:
    """The share of those who wait at all where nobody gives up, of Poisson arrivals and exponential service; `offered`:
    arrivals times service (Erlang, 1917).
    """
    if offered >= cores:
        return 1.0
    blocked = 1.0
    for number in range(1, cores + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - offered / cores * (1 - blocked))
