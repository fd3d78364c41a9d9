"""What held about a person on a day, read from the changes that were recorded (A19).

A change tells what held `before` and `after` it, from `effective_on` on. It may be recorded long after it took effect,
so changes are read in the order in which they took effect, and what they say of a day wins over what stands today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Change:
    effective_on: date
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def value_on(day: date, changes: Sequence[Change], present: Mapping[str, Any]) -> Mapping[str, Any]:
    """`changes` of one thing, in the order they took effect; `present` holds where none of them says otherwise."""
    told = [change for change in changes if change.effective_on <= day and change.after]
    if told:
        return {**present, **told[-1].after}
    later = next((change for change in changes if change.effective_on > day and change.before), None)
    return {**present, **later.before} if later else present


def values_in_turn(changes: Sequence[Change], present: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Everything that ever held, the oldest first, as far as it was recorded."""
    told = [change for change in changes if change.after]
    if not told:
        return [present]
    first = [{**present, **told[0].before}] if told[0].before else []
    return first + [{**present, **change.after} for change in told]
