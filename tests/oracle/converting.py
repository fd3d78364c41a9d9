"""How many hours an activity converts to and how many may be claimed, worked out in half-hours from the row itself.

A row is an entry of `conversions.yaml`. What is done is `done`: days, courses, characters, rank; `used` half-hours of
the year are claimed already. A candidate bounds nothing, and what nobody counts is bounded by the days alone.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from tests.oracle.law import FOLDER, halves_in

MOST_OF_ONE = 180
# What each basis is counted by, in steps: a thousand characters are ten times a hundred.
_COUNTED = {"day": "days", "course": "courses", "exam": "courses"}


def rows() -> list[dict[str, Any]]:
    """Every row of the file, with what its group says once."""
    groups = yaml.safe_load((FOLDER / "conversions.yaml").read_text(encoding="utf-8"))
    return [
        {**{key: value for key, value in group.items() if key != "rows"}, **row}
        for group in groups
        for row in group["rows"]
    ]


def converted(row: Mapping[str, Any], done: Mapping[str, int], unit_allows: int | None) -> int | None:
    """The half-hours of what was done; None where nobody counts, or where something to count by is not told."""
    if row["per"] in ("organiser", "reviewer"):
        return None
    each = _each(row, done)
    if each is None:
        return None
    if unit_allows is not None:
        each = min(each, unit_allows)
    added = _halves(row.get("addition")) or 0
    if row["per"] == "thousand":
        if not done.get("characters"):
            return None
        return each * done["characters"] // 1000 + added
    counted_by = _COUNTED.get(row["per"])
    times = done.get(counted_by, 0) if counted_by else 1
    return each * times + added if times > 0 else None


def most(
    row: Mapping[str, Any],
    done: Mapping[str, int],
    *,
    is_attended: bool,
    used: int,
    unit_allows: int | None = None,
    unit_caps: int | None = None,
) -> int | None:
    """The most half-hours that may be claimed now; None where only the form itself says."""
    is_law, total = row["status"] != "candidate", converted(row, done, unit_allows)
    is_counted = row["per"] not in ("organiser", "reviewer")
    bounds = []
    if is_attended and done.get("days", 0) > 0 and not (is_law and is_counted):
        bounds.append(16 * done["days"] + (_halves(row.get("addition")) or 0))
    if is_law and total is not None:
        bounds.append(min(total, MOST_OF_ONE))
    if unit_allows is not None and (total is not None or not is_counted):
        bounds.append(_units_own(row, done, unit_allows, is_attended=is_attended))
    caps = [cap for cap in (_halves(row.get("cap")) if is_law else None, unit_caps) if cap is not None]
    if caps:
        bounds.append(max(0, min(caps) - used))
    return min(bounds, default=None)


def _units_own(row: Mapping[str, Any], done: Mapping[str, int], allows: int, *, is_attended: bool) -> int:
    """Where the rule counts, the unit's amount in its place; where it does not, that much a day or once."""
    added = _halves(row.get("addition")) or 0
    if row["per"] == "thousand":
        return allows * done["characters"] // 1000 + added
    if row["per"] in _COUNTED:
        return allows * done[_COUNTED[row["per"]]] + added
    if row["per"] in ("organiser", "reviewer"):
        return allows * max(done.get("days", 0), 0) if is_attended else allows
    return allows + added


def _each(row: Mapping[str, Any], done: Mapping[str, int]) -> int | None:
    ranks = row.get("by_rank")
    if not ranks:
        return _halves(row.get("amount"))
    rank = done.get("rank")
    if not rank:
        return None
    return _halves(ranks[rank - 1] if rank <= len(ranks) else row.get("beyond")) or 0


def _halves(value: Any) -> int | None:
    return None if value is None else halves_in(str(value))
