"""The lines of a roster as text, to be sealed between their reading and their check, and read back as they were."""

import json
from collections.abc import Sequence
from decimal import Decimal

from accounts.rules.cells import Problem
from credits.rules.rosters import RosterLine


def written(lines: Sequence[RosterLine]) -> str:
    """ASCII alone, whatever stood in a cell."""
    return json.dumps([
        [
            line.number, line.id_number, line.name, None if line.hours is None else str(line.hours), line.was_passed,
            line.remark, [[problem.column, problem.code, problem.message] for problem in line.problems],
        ]
        for line in lines
    ])  # fmt: skip


def read_back(text: str) -> list[RosterLine]:
    return [
        RosterLine(
            number, id_number, name, None if hours is None else Decimal(hours), was_passed, remark,
            tuple(Problem(*problem) for problem in problems),
        )
        for number, id_number, name, hours, was_passed, remark, problems in json.loads(text)
    ]  # fmt: skip
