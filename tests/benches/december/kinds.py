"""What one visitor of each kind costs: each kind alone, before anything else, by seconds of processor.

Written as JSON for `tests.benches.province_load`, which reckons a province from it.
"""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

from ceportal.kernel.rules.shedding import patience
from tests.benches.december.book import Answer
from tests.benches.december.processors import Meter, in_words, less
from tests.benches.december.visits import Visits

# Who needs what others have done comes after them.
ORDER = ("declare", "post", "look", "collect", "review", "check")
LANES = 3


async def measured(visits: Visits, meter: Meter, *, each: int, rest: float) -> dict[str, Any]:
    """`each` visitors of a kind, then `rest` seconds in which the clock does what they left to it.

    `idle`: seconds of processor a second by part while nobody is there, which is taken off the others.
    """
    idle = await _idle(meter, 2 * rest)
    return {"idle": idle, "kinds": {kind: await _kind(visits, meter, kind, each, rest, idle) for kind in ORDER}}


async def _idle(meter: Meter, seconds: float) -> dict[str, float]:
    before = meter.read()
    await asyncio.sleep(seconds)
    return {part: spent / seconds for part, spent in less(meter.read(), before).items()}


async def _kind(
    visits: Visits, meter: Meter, kind: str, each: int, rest: float, idle: dict[str, float]
) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    before, began, asked = meter.read(), loop.time(), len(visits.book.answers)
    for start in range(0, each, LANES):
        await asyncio.gather(*(visits.come(kind) for _ in range(min(LANES, each - start))))
    await asyncio.sleep(rest)
    took, answers = loop.time() - began, visits.book.answers[asked:]
    spent = {part: max(0.0, all_of_it - idle[part] * took) for part, all_of_it in less(meter.read(), before).items()}
    return {
        "visits": each,
        "requests": len(answers) / each,
        "seconds": {part: round(seconds / each, 5) for part, seconds in spent.items()},
        "patience": dict(_by_patience(answers, each)),
    }


def _by_patience(answers: list[Answer], each: int) -> dict[str, float]:
    """Requests of a visit by the milliseconds that such a one may have waited."""
    counted = Counter(patience(answer.method, answer.path) for answer in answers)
    return {str(bound): number / each for bound, number in sorted(counted.items())}


def told(found: dict[str, Any]) -> str:
    """A line a kind."""
    lines = [f"nobody there: {', '.join(f'{part} {load:.3f}' for part, load in found['idle'].items())} processors"]
    for kind, cost in found["kinds"].items():
        lines.append(f"a visitor there to {kind}: {cost['requests']:.1f} requests; "
                     f"{in_words(cost['seconds'], cost['requests'], digits=3)}")  # fmt: skip
    return "\n".join(lines)


def keep(found: dict[str, Any], where: Path, *, said: str) -> None:
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(json.dumps({"from": said, **found}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
