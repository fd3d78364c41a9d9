"""What stands in the portal after the visitors have left, against what they were told; as lines with their bounds."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.benches.december.book import Book
from tests.benches.december.saying import say
from tests.faults.town import Town

ROOM = "tests.benches.december.people"
# Seconds in which the clock, that rings every fifteen, marks what ran over its limit, and in which a sheet is there.
MARKED_WITHIN, SHEET_WITHIN = 60, 300


def ratio(
    name: str, value: float, *, at_most: float | None = None, at_least: float = 0.0, below: float | None = None
) -> str:
    """A line that ends with SHORT where the bound does not hold."""
    if below is not None:
        holds, bound = value < below, f"less than {below:g}"
    elif at_most is not None:
        holds, bound = value <= at_most, f"at most {at_most:g}"
    else:
        holds, bound = value >= at_least, f"{at_least:g}"
    return f"ratio {name} {value:.3g} needs {bound}{'' if holds else '  SHORT'}"


@dataclass(frozen=True)
class Due:
    """Reviews that nobody does, and the moment (of this process) at which the last of them is over its limit."""

    refs: list[str]
    ends: float

    @classmethod
    def within(cls, town: Town, count: int, seconds: float) -> "Due":
        """The first in a sixth of the next `seconds`, the last in five sixths."""
        refs = town.tell(f"fall_due({count}, {seconds / 6}, {seconds * 5 / 6})", ROOM)
        return cls(refs, time.monotonic() + seconds * 5 / 6)


def reviews_in_time(town: Town, due: Due) -> list[str]:
    """Each is marked as over its limit, soon, and told of once."""
    time.sleep(max(0.0, due.ends + MARKED_WITHIN - time.monotonic()))
    found: dict[str, Any] = town.tell(f"overdue({due.refs!r})", ROOM)
    late = found["late"] or [0.0]
    say(f"{found['marked']} of {len(due.refs)} reviews over their limit marked: median {median(late):.1f} s after it,"
        f" slowest {late[-1]:.1f} s; {found['once']} told of exactly once")  # fmt: skip
    return [
        ratio("december-overdue-not-marked", len(due.refs) - found["marked"], at_most=0),
        ratio("december-overdue-not-told-once", len(due.refs) - found["once"], at_most=0),
        ratio("december-overdue-marked-after-seconds", late[-1], at_most=MARKED_WITHIN),
    ]


def found_of(town: Town, book: Book) -> tuple[int, int]:
    """How much of what was acknowledged is lost, and how much is there twice."""
    given = [sorted(book.declared), sorted(book.decided), sorted(book.records)]
    there = town.tell(f"found(*{given!r})", ROOM)
    lost = sum(len(names) - there[key] for names, key in zip(given, ("declared", "decided", "records"), strict=True))
    return lost, there["doubled"] - there["records"]


def sheets_of(town: Town, book: Book) -> dict[str, Any]:
    """Of whose year was met, once every certificate is there or `SHEET_WITHIN` has passed."""
    ends = time.monotonic() + SHEET_WITHIN
    while (there := town.tell(f"sheets({book.met!r})", ROOM))["people"] < len(book.met) and time.monotonic() < ends:
        time.sleep(5)
    return dict(there)


def after_all(town: Town, book: Book) -> list[str]:
    """Everything acknowledged is there, once; who met the year has one certificate, and some have fetched theirs."""
    lost, doubled = found_of(town, book)
    there, proved = sheets_of(town, book), town.manage("reconcile")
    if proved.returncode:
        say(proved.stdout + proved.stderr)
    said = len(book.declared), len(book.decided), len(book.records), len(book.met), len(book.sheets)
    say("acknowledged: {} declarations, {} decisions, {} records, {} years met; {} certificates fetched".format(*said))
    say(f"certificates: {there['sheets']} of {there['people']} people, the slowest {there['slowest']:.0f} s after")
    return [
        ratio("december-lost", lost, at_most=0),
        ratio("december-doubled", doubled, at_most=0),
        ratio("december-certificates-missing", len(book.met) - there["people"], at_most=0),
        ratio("december-certificates-doubled", there["sheets"] - there["people"], at_most=0),
        ratio("december-certificates-fetched", len(book.sheets), at_least=1),
        ratio("december-reconcile", proved.returncode, at_most=0),
    ]
