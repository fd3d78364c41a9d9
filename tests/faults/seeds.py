"""Where the fault tests have their chance from: one number for a run, printed by each test that draws, and given again
by FAULT_SEED to repeat what failed.
"""

import os
import random
import sys
from collections.abc import Mapping

import pytest

THREE, TWENTY = 3, 20
# Which of the twenty stands in a test's name, the same in each process of a run; its seed is drawn when it begins.
by_twenty_seeds = pytest.mark.parametrize("seed", range(TWENTY), indirect=True)


def number_of(environment: Mapping[str, str]) -> int:
    """What FAULT_SEED says, or any below 2³²."""
    return int(environment.get("FAULT_SEED") or random.SystemRandom().randrange(2**32))


NUMBER = number_of(os.environ)


def drawn(number: int, count: int) -> list[int]:
    """So many seeds by `number`: of a larger count the first ones are the same."""
    chance = random.Random(number)
    return [chance.randrange(2**32) for _ in range(count)]


def said() -> int:
    """The number of this run, which from now on stands in what the test prints."""
    sys.stdout.write(f"FAULT_SEED={NUMBER}\n")
    return NUMBER
