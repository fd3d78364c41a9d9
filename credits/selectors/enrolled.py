"""Who enrolled in an announced class, as rows of its roster (S2-13, S3-07)."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from accounts.fields import id_in_clear
from bases.enums import Result
from bases.models import TrainingClass
from bases.selectors.classes import enrolled
from credits.rules.rosters import RosterLine

_BATCH = 500


def assessed_and_not(training_class: TrainingClass) -> tuple[int, int]:
    """How many of those enrolled have a result, and how many have none."""
    results = list(enrolled(training_class).values_list("result", flat=True))
    return sum(1 for result in results if result), results.count("")


def lines_of_enrolled(training_class: TrainingClass) -> Iterator[list[RosterLine]]:
    """Everybody with a result, in the order they enrolled; the days they signed in stand as the remark."""
    rows: Iterator[tuple[int, Any]] = enumerate(
        enrolled(training_class).exclude(result="").iterator(chunk_size=_BATCH), 1
    )
    while batch := list(islice(rows, _BATCH)):
        yield [
            RosterLine(
                number,
                id_in_clear(row.professional.id_sealed, ref=row.professional.ref),
                row.professional.name,
                training_class.hours,
                row.result == Result.PASSED,
                f"签到 {row.days} 天",
            )
            for number, row in batch
        ]
