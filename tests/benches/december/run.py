"""The trial: find the peak, live through the week at it, then three times as much, then as always."""

import asyncio
import random
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.benches.december.book import Book, Sum, slowest, summed
from tests.benches.december.cast import Cast
from tests.benches.december.model import arrivals, steady, week
from tests.benches.december.visits import Visits
from tests.faults.town import Town

P95, P95_OVERLOADED = 1.0, 2.0
FIRST_RATE, STEP, MOST_STEPS = 0.5, 1.5, 9
TIMES = 3
# Seconds within which all is as before, and the windows in which it is looked for.
BACK_WITHIN, WINDOW = 60, 10


@dataclass(frozen=True)
class Shares:
    """How the seconds of a run are spent: one step of the search, the week, the overload."""

    step: float
    week: float
    over: float

    @classmethod
    def of(cls, seconds: float) -> "Shares":
        return cls(step=max(10.0, seconds * 0.08), week=seconds * 0.35, over=max(30.0, seconds * 0.25))


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def let_come(visits: Visits, coming: Iterable[tuple[float, str]]) -> float:
    """Everybody at their moment; gives when it began, once the last has left."""
    began, there = time.monotonic(), set[asyncio.Task[None]]()
    for moment, what in coming:
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        task = asyncio.create_task(visits.come(what))
        there.add(task)
        task.add_done_callback(there.discard)
    if there:
        await asyncio.wait({*there})
    return began


async def trial(visits: Visits, seconds: float) -> list[str]:
    """Ratios as lines; the book holds the rest."""
    shares, chance = Shares.of(seconds), visits.chance
    await let_come(visits, arrivals(steady(shares.step, FIRST_RATE), chance))
    peak = await find_peak(visits, shares.step)
    at_peak = await at(visits, arrivals(week(shares.week, peak), chance), "the week, its busiest hour at the peak")
    over = await at(visits, arrivals(steady(shares.over, TIMES * peak), chance), f"{TIMES} times the peak")
    back = await come_back(visits, peak / 2)
    pages = summed(visits.book.answers)
    return [
        ratio("december-peak-visitors-a-second", peak, at_least=0.1),
        ratio("december-p95-of-the-week", at_peak.p95, at_most=P95),
        ratio("december-p95-at-three-times", over.p95, at_most=P95_OVERLOADED),
        ratio("december-other-than-429-503", pages.failed + sum(visits.book.odd.values()), at_most=0),
        ratio("december-without-retry-after", pages.without_word, at_most=0),
        ratio("december-seconds-until-as-always", back, at_most=BACK_WITHIN),
    ]


async def find_peak(visits: Visits, step: float) -> float:
    """The highest rate of some, each half as high again as the one before, at which pages hold their bound."""
    held = 0.0
    for number in range(MOST_STEPS):
        rate = FIRST_RATE * STEP**number
        found = await at(visits, arrivals(steady(step, rate), visits.chance), f"{rate:.2f} visitors a second")
        if found.p95 > P95 or found.turned_away or found.failed:
            break
        held = rate
    return held or FIRST_RATE


async def at(visits: Visits, coming: Iterable[tuple[float, str]], name: str) -> Sum:
    began = await let_come(visits, coming)
    found = summed(visits.book.since(began))
    say(f"{name}: {found}")
    return found


async def come_back(visits: Visits, rate: float) -> float:
    """Seconds after the overload until a window of pages is quick and nobody is turned away."""
    began = time.monotonic()
    while time.monotonic() - began < BACK_WITHIN + WINDOW:
        found = await at(visits, arrivals(steady(WINDOW, rate), visits.chance), "afterwards")
        if found.pages and found.p95 <= P95 and not found.turned_away:
            break
    return max(0.0, time.monotonic() - began - WINDOW)


def ratio(name: str, value: float, *, at_most: float | None = None, at_least: float = 0.0) -> str:
    holds = value <= at_most if at_most is not None else value >= at_least
    bound = f"at most {at_most:g}" if at_most is not None else f"{at_least:g}"
    return f"ratio {name} {value:.3g} needs {bound}{'' if holds else '  SHORT'}"


def found_of(town: Town, book: Book) -> tuple[int, int]:
    """How much of what was acknowledged is lost, and how much is there twice."""
    given = [sorted(book.declared), sorted(book.decided), sorted(book.records)]
    there = town.tell(f"found(*{given!r})", "tests.benches.december.people")
    lost = sum(len(names) - there[key] for names, key in zip(given, ("declared", "decided", "records"), strict=True))
    return lost, there["doubled"] - there["records"]


def kept(town: Town, book: Book) -> list[str]:
    """Everything acknowledged is there, once."""
    lost, doubled = found_of(town, book)
    said = len(book.declared), len(book.decided), len(book.records)
    say("acknowledged: {} declarations, {} decisions, {} records".format(*said))
    return [
        ratio("december-lost", lost, at_most=0),
        ratio("december-doubled", doubled, at_most=0),
        ratio("december-reconcile", town.manage("reconcile").returncode, at_most=0),
    ]


def hold(town: Town, visits: Visits, seconds: float) -> int:
    """1 when a bound does not hold."""
    lines = asyncio.run(trial(visits, seconds))
    say(slowest(visits.book.answers))
    say(f"unexpected: {dict(visits.book.odd)}")
    lines += kept(town, visits.book)
    say("\n".join(lines))
    return int(any(line.endswith("SHORT") for line in lines))


def visits_of(town: Town, cast: Cast, seed: int) -> Visits:
    return Visits(town.portal.port, cast, Book(), random.Random(seed))
