"""Who comes when: the last week of a province's year, squeezed into some seconds, and what each visitor is there for.

Open loop: people come when their hour strikes, whether or not those before them have been answered.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

# Of a working day's visits, what share falls into each hour from midnight (assumed; the evening peak of who declares
# after work stands beside the one of the morning).
DAY = (1, 1, 0, 0, 0, 0, 1, 3, 8, 12, 13, 9, 5, 6, 9, 11, 10, 7, 5, 8, 10, 9, 6, 3)
# The seven days before midnight of 31 December: it grows to the end (S3-05), the week-end rests less than usual.
WEEK = (0.5, 0.6, 0.8, 0.5, 0.5, 0.9, 1.0)
# Of a hundred visitors, how many are there for what.
VISITORS = {"declare": 29, "look": 33, "review": 15, "check": 14, "post": 5, "collect": 4}


@dataclass(frozen=True)
class Stretch:
    """`rate` visitors a second from `begins` on for `lasts` seconds."""

    begins: float
    lasts: float
    rate: float


def week(lasts: float, busiest: float) -> list[Stretch]:
    """Its 168 hours in `lasts` seconds; `busiest` is the rate in the busiest of them."""
    hours = [day * share for day in WEEK for share in DAY]
    each, top = lasts / len(hours), max(hours)
    return [Stretch(number * each, each, busiest * share / top) for number, share in enumerate(hours)]


def steady(lasts: float, rate: float) -> list[Stretch]:
    return [Stretch(0.0, lasts, rate)]


def arrivals(stretches: list[Stretch], chance: random.Random) -> Iterator[tuple[float, str]]:
    """Seconds from the beginning, and what for: each comes without regard to the others (Poisson)."""
    kinds, weights = zip(*VISITORS.items(), strict=True)
    for stretch in stretches:
        moment = stretch.begins
        while stretch.rate and (moment := moment + chance.expovariate(stretch.rate)) < stretch.begins + stretch.lasts:
            yield moment, chance.choices(kinds, weights)[0]
