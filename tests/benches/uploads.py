"""Honest scans through the checks of the store, two hands at once: how many are taken, and how fast."""

import resource
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refused
from tests import factories as make
from tests.kernel.keeping import keep
from tests.kernel.scans import Scan, scan
from tests.machine import machine

ACCEPTED, P95_SECONDS, HANDS = 0.995, 2.0, 2


@dataclass(frozen=True)
class Outcome:
    kind: str
    size: int
    seconds: float
    refusal: str


def processor() -> float:
    """Seconds of processor that this process and its children have used."""
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def told(name: str, outcomes: list[Outcome]) -> str:
    taken = [outcome.seconds for outcome in outcomes]
    size = statistics.median(outcome.size for outcome in outcomes)
    refused = sum(bool(outcome.refusal) for outcome in outcomes)
    return (
        f"{name:<22}{len(outcomes):>6}{refused:>9}{size / 1024:>12.0f}"
        f"{statistics.median(taken):>11.2f}{p95(taken):>8.2f}{max(taken):>8.2f}"
    )


def bound(name: str, value: float, limit: float, *, is_most: bool, unit: str) -> bool:
    """Print how a bound stands; whether it holds."""
    holds = value <= limit if is_most else value >= limit
    sign = "<=" if is_most else ">="
    sys.stdout.write(f"bound  {name} {sign} {limit:g} {unit}: {value:.4g} {unit}  {'holds' if holds else 'SHORT'}\n")
    return holds


def measured(count: int) -> list[Outcome]:
    """Scans are made a handful at a time, outside the clock."""
    owner = make.user("量时间的人")

    def hand_in(made: Scan) -> Outcome:
        began, refusal = time.monotonic(), ""
        try:
            keep(made.data, owner, name=made.name, claimed=made.claimed)
        except Refused as refused:
            refusal = refused.reasons[0].message
        return Outcome(made.kind, len(made.data), time.monotonic() - began, refusal)

    outcomes: list[Outcome] = []
    used = 0.0
    with ThreadPoolExecutor(HANDS) as hands:
        for start in range(0, count, 20):
            made = [scan(number) for number in range(start, min(start + 20, count))]
            before = processor()
            outcomes += hands.map(hand_in, made)
            used += processor() - before
    sys.stdout.write(f"processor: {used / count:.2f} s a file\n")
    return outcomes


def report(outcomes: list[Outcome]) -> bool:
    sys.stdout.write(f"machine: {machine()}; {HANDS} hands at once\n")
    sys.stdout.write("kind                   files  refused   median KB   median s   p95 s   max s\n")
    for kind in dict.fromkeys(outcome.kind for outcome in outcomes):
        sys.stdout.write(told(kind, [outcome for outcome in outcomes if outcome.kind == kind]) + "\n")
    sys.stdout.write(told("all", outcomes) + "\n")
    for outcome in outcomes:
        if outcome.refusal:
            sys.stdout.write(f"refused: {outcome.kind}, {outcome.size} bytes: {outcome.refusal}\n")
    accepted = sum(not outcome.refusal for outcome in outcomes) / len(outcomes)
    holds = bound("accepted", accepted * 100, ACCEPTED * 100, is_most=False, unit="%")
    return bound("p95", p95([o.seconds for o in outcomes]), P95_SECONDS, is_most=True, unit="s") and holds


def main(count: int = 500) -> int:
    """How the process ends: 1 when a bound does not hold."""
    return 0 if report(measured(count)) else 1
