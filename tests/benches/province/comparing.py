"""The pages of two provinces looked at in turns, so that a busy machine troubles both alike, and what must hold."""

import statistics
import sys
from collections.abc import Callable, Sequence

from tests.benches.province.children import Watch

# Times its own time in the small province; seconds of the report; MB that a tenfold export may hold more.
BOUND, REPORT_SECONDS, EXPORT_MB = 1.5, 2.0, 25
REPORT = "/statistics/"
# What came out above the bound or near it is looked at again three times, some time apart, on both sides and however it
# comes out: what else the machine does only ever adds to a look, and does it for a second or for many.
NEAR, LOOKS, MORE_LOOKS, TIMES_MORE, WORST = 1.3, 5, 15, 3, 25
# Of a page that takes this long, three looks are enough.
SLOW, OF_SLOW = 5.0, 3
Times = dict[str, tuple[float, float]]


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def pages(small: Watch, large: Watch) -> int:
    """1 when a page of any role has grown by more than the bound. Each by the quickest of its looks."""
    shown = [page for page in small.pages if page in large.pages]
    say(f"{len(shown)} pages of {len({page.split()[0] for page in shown})} roles")
    spent = {page: _in_turns(small, large, page, min, LOOKS) for page in shown}
    grown = [page for page in shown if _ratio(spent, page) > NEAR]
    for _ in range(TIMES_MORE):
        for page in grown:
            again = _in_turns(small, large, page, min, MORE_LOOKS)
            spent[page] = min(spent[page][0], again[0]), min(spent[page][1], again[1])
    above = sum(_ratio(spent, page) > BOUND for page in shown)
    _tell(spent, sorted(shown, key=lambda page: -_ratio(spent, page))[: max(WORST, above)])
    held = [
        _holds("pages-worst", max(_ratio(spent, page) for page in shown), BOUND),
        _holds("pages-grown", above, 0),
    ]
    return int(not all(held))


def desk(small: Watch, large: Watch) -> int:
    """The same of the desks of a whole province, by the median; 1 too when report or export do not hold."""
    spent = {page: _in_turns(small, large, page, statistics.median, LOOKS + 2) for page in small.pages}
    _tell(spent, small.pages)
    held = [_holds(page, _ratio(spent, page), BOUND) for page in small.pages]
    if REPORT in spent:
        held.append(_holds("report-seconds", spent[REPORT][1], REPORT_SECONDS))
    export = large.measure("export")
    say(
        f"an export of {export['rows']:,} rows: {export['seconds']:.0f} s, at most {export['long']:.0f} MB;"
        f" of the first ten thousand: {export['short']:.0f} MB"
    )
    held.append(_holds("export-grown-MB", export["long"] - export["short"], EXPORT_MB))
    return int(not all(held))


def _in_turns(
    small: Watch, large: Watch, page: str, of_many: Callable[[Sequence[float]], float], looks: int
) -> tuple[float, float]:
    """Seconds on either side, after a look at each that warms up."""
    slowest = max(side.look(page) for side in (small, large))
    times: dict[Watch, list[float]] = {small: [], large: []}
    for turn in range(OF_SLOW if slowest > SLOW else looks):
        for side in (small, large) if turn % 2 else (large, small):
            times[side].append(side.look(page))
    return of_many(times[small]), of_many(times[large])


def _ratio(spent: Times, page: str) -> float:
    before, after = spent[page]
    return after / before


def _tell(spent: Times, shown: Sequence[str]) -> None:
    for page in shown:
        before, after = (1000 * seconds for seconds in spent[page])
        say(f"{_ratio(spent, page):6.2f}  {page:<56} {before:8.1f} {after:9.1f} ms")


def _holds(name: str, value: float, most: float) -> bool:
    say(f"ratio {name} {value:.3g} needs at most {most:g}{'' if value <= most else '  SHORT'}")
    return value <= most
