"""A run within the portal's settings: lays the register down, serves it, holds the trials."""

import os

from tests.benches.posting import trials
from tests.benches.posting.register import build
from tests.benches.posting.servers import served
from tests.benches.posting.trials import say


def main(*, small: int, rounds: int, batches: int) -> int:
    """How the process ends: 1 when a bound does not hold."""
    people = build(small)
    with served(dict(os.environ), "small") as place:
        held = [
            *trials.against_the_limit(place, people, rounds),
            *trials.against_the_framework(place, people, rounds),
            *trials.with_many_at_once(place, max(batches // 100, 3)),
            *trials.in_memory(place, people, batches),
        ]
    for ratio in held:
        say(ratio)
    return int(not all(ratio.holds for ratio in held))
