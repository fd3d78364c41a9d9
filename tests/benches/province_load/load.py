"""Who comes to a whole province's portal in its last week, and what they cost by a measurement of `make december`."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benches.december.model import DAY, VISITORS, WEEK
from tests.benches.province_load.queueing import Kind

# All assumed (docs/operations/scale.md, The load).
PEOPLE, DECLARATIONS_A_YEAR, IN_THE_LAST_WEEK = 1_000_000, 2, 0.4
# For one declaration two decisions within ten working days of eight hours: 5.6 a second, which beside 4.4 declarations
# a second in the busiest hour is 37 where 29 declare.
MIX = VISITORS | {"review": 37}
HOUR = 3600.0
# Parts that a request waits for; what the clock does for it later is reckoned apart.
IN_LINE, LATER = ("nginx", "web", "database"), ("worker", "beat", "broker")


@dataclass(frozen=True)
class Cost:
    """Of a visitor of one kind: requests, seconds of processor by part, requests by patience (milliseconds)."""

    name: str
    requests: float
    seconds: dict[str, float]
    patience: dict[str, float]

    def of(self, *parts: str) -> float:
        return sum(self.seconds.get(part, 0.0) for part in parts)

    def kinds(self) -> list[tuple[Kind, float]]:
        """Each class of its requests, with how many of them a visit has; a request costs as much as another."""
        service = self.of(*IN_LINE) / self.requests
        return [
            (Kind(f"{self.name}:{bound}", service, int(bound) / 1000), number)
            for bound, number in self.patience.items()
        ]


@dataclass(frozen=True)
class Province:
    """`idle`: processors that the clock takes by itself."""

    costs: dict[str, Cost]
    idle: float
    source: str

    @classmethod
    def of(cls, path: Path) -> "Province":
        """By what the bench has left. Raises `KeyError` where a kind of visitor is missing."""
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        costs = {
            name: Cost(name, cost["requests"], cost["seconds"], cost["patience"])
            for name, cost in found["kinds"].items()
        }
        idle = sum(found["idle"].get(part, 0.0) for part in (*IN_LINE, *LATER))
        return cls({name: costs[name] for name in MIX}, idle, found["from"])

    def kinds(self) -> tuple[list[Kind], list[float]]:
        """Classes of requests, and how many of each a visitor has on the average."""
        all_of_them = sum(MIX.values())
        found = [
            (kind, number * MIX[name] / all_of_them)
            for name, cost in self.costs.items()
            for kind, number in cost.kinds()
        ]
        return [kind for kind, _ in found], [number for _, number in found]

    def a_visit(self, *parts: str) -> float:
        """Seconds of processor of the average visitor, by these parts."""
        return sum(cost.of(*parts) * MIX[name] for name, cost in self.costs.items()) / sum(MIX.values())


def visitors() -> list[float]:
    """A second, by the hour of the week."""
    hours = [day * share for day in WEEK for share in DAY]
    declarations = PEOPLE * DECLARATIONS_A_YEAR * IN_THE_LAST_WEEK
    all_of_them = declarations * sum(MIX.values()) / MIX["declare"]
    return [all_of_them * hour / sum(hours) / HOUR for hour in hours]


def requests(
    province: Province, rate: float, begins: float, lasts: float, chance: random.Random
) -> Iterator[tuple[float, Kind]]:
    """Of `rate` visitors a second (Poisson), each request without regard to the others of its visit."""
    kinds, weights = province.kinds()
    moment, each = begins, rate * sum(weights)
    while each and (moment := moment + chance.expovariate(each)) < begins + lasts:
        yield moment, chance.choices(kinds, weights)[0]
