"""How often the oracle is asked: some hundreds of times in every run, `MANY` times before a release.

The oracle is the regulation said a second time, as plainly as it can be: `law`, `days` and `hours` read
`credits/regulation/*.yaml` by themselves and import nothing of the portal.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

SOME, MANY = 200, 12_500
TRIALS = pytest.mark.parametrize(
    "trials",
    [
        pytest.param(SOME, id="some"),
        pytest.param(MANY, id="many", marks=(pytest.mark.deep, pytest.mark.timeout(3600))),
    ],
)


def agree(body: Callable[..., None], trials: int, **strategies: SearchStrategy[Any]) -> None:
    """Ask `body` as many times as said, with made-up questions: fewer than that is a failure too."""
    asked = 0

    @settings(max_examples=trials, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(**strategies)
    def ask(**question: Any) -> None:
        nonlocal asked
        asked += 1
        body(**question)

    ask()
    assert asked >= trials
