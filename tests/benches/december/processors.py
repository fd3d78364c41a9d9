"""Seconds of processor that each part of a running portal has spent, by what /proc says of its processes."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# What a request costs a portal; the others are the visitors themselves, and what rings for the clock.
PORTAL = ("nginx", "web", "worker", "beat", "broker", "database")
Spent = Mapping[str, float]


@dataclass(frozen=True)
class Meter:
    """`leaders` by part: the process that started the others of it."""

    leaders: Mapping[str, int]

    def read(self) -> dict[str, float]:
        """Since each began. What a process ended with is its parent's, so that none is forgotten or counted twice."""
        ticks, children = _processes()
        spent = {part: _of(leader, ticks, children) / TICKS for part, leader in self.leaders.items()}
        return spent | {"visitors": time.process_time()}


def less(later: Spent, earlier: Spent) -> dict[str, float]:
    return {part: later[part] - earlier[part] for part in later}


def of_portal(spent: Spent) -> float:
    """All but the visitors' own program."""
    return sum(spent.get(part, 0.0) for part in PORTAL)


def in_words(spent: Spent, requests: float, *, digits: int = 1) -> str:
    parts = ", ".join(f"{part} {seconds:.{digits}f}" for part, seconds in spent.items())
    each = f"{1000 * of_portal(spent) / requests:.0f} ms" if requests else "nothing asked"
    return f"seconds of processor: {parts}; the portal's a request: {each}"


def _processes() -> tuple[dict[int, int], dict[int, list[int]]]:
    """Ticks of each process (its own, and its children's that have ended), and who are whose children."""
    ticks, children = dict[int, int](), defaultdict[int, list[int]](list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()
        except OSError:
            continue
        ticks[int(folder.name)] = sum(int(field) for field in fields[11:15])
        children[int(fields[1])].append(int(folder.name))
    return ticks, children


def _of(leader: int, ticks: Mapping[int, int], children: Mapping[int, list[int]]) -> int:
    return ticks.get(leader, 0) + sum(_of(child, ticks, children) for child in children.get(leader, []))
