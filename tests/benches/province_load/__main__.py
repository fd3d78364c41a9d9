"""`python -m tests.benches.province_load [--measurements FILE] [--cores 16,24] [--machine-of 8] [--seed 1]`.

What a province's last week asks of how many cores, by simulation from what `make december` measured: each hour of the
week with `--minutes` of its minutes, then three times its busiest hour for as long as ten of them. In a pool are the
cores that a request needs (nginx, web, database); what the clock does for it later (worker, beat, broker) is reckoned
apart. The last line is the fewest cores at which the week holds `P95_WAIT` and `FEW_AWAY`.
"""

import argparse
import math
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benches.province_load.load import LATER, Province, requests, visitors
from tests.benches.province_load.queueing import Machines, Told

MEASURED = Path(__file__).with_name("measured.json")
TIMES, OVERLOAD = 3, 10
# What holds in the busiest hour: waits, and the share told to come back.
P95_WAIT, FEW_AWAY = 0.25, 0.001
# Of the cores that work for later, how much is used; threads of a web core; connections of beat, shells and backups.
USED, THREADS, BESIDES = 0.6, 3, 8


@dataclass(frozen=True)
class Line:
    """One number of cores: the week, its busiest hour, and three times that."""

    cores: int
    machines: int
    week: Told
    busiest: Told
    over: Told
    used: tuple[float, float, float]
    connections: int

    def holds(self) -> bool:
        return self.busiest.p95() <= P95_WAIT and self.busiest.share_away() <= FEW_AWAY

    def __str__(self) -> str:
        over_pages, over_machines = away_of(self.over)
        return (
            f"{self.cores:>5} {self.machines:>8} {self.used[0]:>8.0%} {self.used[1]:>8.0%}"
            f" {1000 * self.busiest.p95():>9.0f} ms {self.busiest.share_away():>9.2%}"
            f" {self.used[2]:>9.0%} {1000 * self.over.p95():>9.0f} ms {over_pages:>7.1%} {over_machines:>9.1%}"
            f" {self.connections:>12}"
        )


HEAD = (
    "cores machines  week:used busiest  p95 of wait  told away   3x: used  p95 of wait   pages  machines  connections"
)


def away_of(told: Told) -> tuple[float, float]:
    """The share told to come back of pages and forms, and of machines."""
    machines = [name for name in told.asked if name.startswith("post:")]
    return told.share_away(*(name for name in told.asked if name not in machines)), told.share_away(*machines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measurements", type=Path, default=MEASURED)
    parser.add_argument("--cores", help="how many, with commas; none: around what is used")
    parser.add_argument("--machine-of", type=int, default=8, help="cores of a machine")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    province = Province.of(chosen.measurements)
    cores = [int(each) for each in chosen.cores.split(",")] if chosen.cores else around(province)
    say(f"measured: {province.source}; seed {chosen.seed}, {chosen.minutes:g} minutes of each hour")
    say(of_load(province))
    say(HEAD)
    found = []
    for number in cores:
        found.append(line_of(province, number, chosen.machine_of, chosen.minutes, chosen.seed))
        say(found[-1])
    enough = next((line.cores for line in found if line.holds()), None)
    say(
        f"fewest cores with p95 of wait at most {P95_WAIT:g} s and at most {FEW_AWAY:.1%} told to come back in"
        f" the busiest hour: {enough or 'none of these'}; besides, for what the clock does: {for_later(province)}"
    )
    return 0 if enough else 1


def of_load(province: Province) -> str:
    top, each = max(visitors()), sum(province.kinds()[1])
    needed = province.a_visit("nginx", "web", "database")
    return (
        f"busiest hour: {top:.1f} visitors and {top * each:.0f} requests a second, {1000 * needed / each:.0f} ms of"
        f" processor a request (database {province.a_visit('database') / needed:.0%} of it):"
        f" {top * needed:.1f} cores busy"
    )


def around(province: Province) -> list[int]:
    """From the first that is more than busy, to twice as many."""
    busy = math.ceil(max(visitors()) * province.a_visit("nginx", "web", "database"))
    return sorted({math.ceil(busy * factor) for factor in (1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 2.0)})


def for_later(province: Province) -> int:
    """Cores of the worker, whose work may wait but has to end."""
    return max(2, math.ceil((max(visitors()) * province.a_visit(*LATER) + province.idle) / USED))


def line_of(province: Province, cores: int, machine_of: int, minutes: float, seed: int) -> Line:
    machines, lasts = math.ceil(cores / machine_of), 60 * minutes
    place, hours = Machines(cores, machines, random.Random(seed)), visitors()
    chance, week, busiest, top = random.Random(seed + 1), [], Told(), max(hours)
    for number, rate in enumerate(hours):
        told = place.live(requests(province, rate, number * lasts, lasts, chance))
        week.append(told)
        busiest = told if rate == top else busiest
    fresh, long = Machines(cores, machines, random.Random(seed)), OVERLOAD * lasts
    over = fresh.live(requests(province, TIMES * top, 0.0, long, chance))
    whole = together(week)
    used = (whole.busy / (cores * lasts * len(hours)), busiest.busy / (cores * lasts), over.busy / (cores * long))
    web = math.ceil(cores * (1 - province.a_visit("database") / province.a_visit("nginx", "web", "database")))
    return Line(cores, machines, whole, busiest, over, used, web * THREADS + 2 * for_later(province) + BESIDES)


def together(parts: Iterable[Told]) -> Told:
    found = Told()
    for part in parts:
        found.waits += part.waits
        found.busy += part.busy
        for name, number in part.asked.items():
            found.asked[name] = found.asked.get(name, 0) + number
        for name, number in part.away.items():
            found.away[name] = found.away.get(name, 0) + number
    return found


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
