"""The trial: what each kind of visitor costs, the peak, the week at it, then three times as much, then as always."""

import asyncio
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.benches.december import kinds
from tests.benches.december.book import Book, Sum, slowest, summed
from tests.benches.december.model import arrivals, steady, week
from tests.benches.december.outcome import Due, after_all, ratio, reviews_in_time
from tests.benches.december.processors import Meter, in_words, less, of_portal
from tests.benches.december.saying import say
from tests.benches.december.visits import Visits
from tests.faults.town import Town

P95, P95_OVERLOADED = 1.0, 2.0
FIRST_RATE, STEP, MOST_STEPS = 0.5, 1.5, 9
TIMES = 3
# Seconds within which all is as before, and the windows in which it is looked for.
BACK_WITHIN, WINDOW = 60, 10
# Reviews that run over their limit while there is three times too much.
REVIEWS = 20


@dataclass(frozen=True)
class Shares:
    """How the seconds of a run are spent: one step of the search, the week, the overload; and how many visitors of each
    kind are measured alone.
    """

    step: float
    week: float
    over: float
    each: int

    @classmethod
    def of(cls, seconds: float) -> "Shares":
        return cls(
            step=max(10.0, seconds * 0.08),
            week=seconds * 0.35,
            over=max(30.0, seconds * 0.25),
            each=max(3, min(24, int(seconds / 40))),
        )


@dataclass
class Stage:
    """The portal, who visits it, and what its processes spend."""

    town: Town
    visits: Visits
    meter: Meter
    clock: float

    async def at(self, coming: Iterable[tuple[float, str]], name: str) -> Sum:
        before = self.meter.read()
        began = await let_come(self.visits, coming)
        found, spent = summed(self.visits.book.since(began)), less(self.meter.read(), before)
        say(
            f"{name}: {found}; {in_words(spent, found.asked)}; {of_portal(spent) / (time.monotonic() - began):.2f} busy"
        )
        return found


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


async def trial(stage: Stage, seconds: float) -> tuple[list[str], dict[str, object]]:
    """Ratios as lines, and what each kind of visitor cost; the book holds the rest."""
    shares, chance = Shares.of(seconds), stage.visits.chance
    await let_come(stage.visits, arrivals(steady(shares.step, FIRST_RATE), chance))
    cost = await kinds.measured(stage.visits, stage.meter, each=shares.each, rest=stage.clock)
    say(kinds.told(cost))
    peak = await find_peak(stage, shares.step)
    at_peak = await stage.at(arrivals(week(shares.week, peak), chance), "the week, its busiest hour at the peak")
    due = Due.within(stage.town, REVIEWS, shares.over)
    over = await stage.at(arrivals(steady(shares.over, TIMES * peak), chance), f"{TIMES} times the peak")
    back = await come_back(stage, peak / 2)
    pages = summed(stage.visits.book.answers)
    return [
        ratio("december-peak-visitors-a-second", peak, at_least=0.1),
        ratio("december-p95-of-the-week", at_peak.p95, at_most=P95),
        ratio("december-p95-at-three-times", over.p95, at_most=P95_OVERLOADED),
        ratio("december-pages-turned-away-to-machines", over.pages_to_machines, below=1),
        ratio("december-other-than-429-503", pages.failed + sum(stage.visits.book.odd.values()), at_most=0),
        ratio("december-without-retry-after", pages.without_word, at_most=0),
        ratio("december-seconds-until-as-always", back, at_most=BACK_WITHIN),
        *reviews_in_time(stage.town, due),
    ], cost


async def find_peak(stage: Stage, step: float) -> float:
    """The highest rate of some, each half as high again as the one before, at which pages hold their bound."""
    held = 0.0
    for number in range(MOST_STEPS):
        rate = FIRST_RATE * STEP**number
        found = await stage.at(arrivals(steady(step, rate), stage.visits.chance), f"{rate:.2f} visitors a second")
        if found.p95 > P95 or found.turned_away or found.failed:
            break
        held = rate
    return held or FIRST_RATE


async def come_back(stage: Stage, rate: float) -> float:
    """Seconds after the overload until a window of pages is quick and nobody is turned away."""
    began = time.monotonic()
    while time.monotonic() - began < BACK_WITHIN + WINDOW:
        found = await stage.at(arrivals(steady(WINDOW, rate), stage.visits.chance), "afterwards")
        if found.pages and found.p95 <= P95 and not found.turned_away:
            break
    return max(0.0, time.monotonic() - began - WINDOW)


def hold(stage: Stage, seconds: float) -> tuple[int, dict[str, object]]:
    """1 when a bound does not hold, and what each kind of visitor cost."""
    lines, cost = asyncio.run(trial(stage, seconds))
    book: Book = stage.visits.book
    say(slowest(book.answers))
    say(f"unexpected: {dict(book.odd)}")
    lines += after_all(stage.town, book)
    say("\n".join(lines))
    sys.stdout.flush()
    return int(any(line.endswith("SHORT") for line in lines)), cost
