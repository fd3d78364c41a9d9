"""What a year asks, found by walking from the nearest place outwards, and what somebody is short of.

Hours are counted in whole half-hours, so that no fraction and no rounding of the portal's is repeated here.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "credits" / "regulation"
LEVELS_MEANT = {
    "正高级": ("正高级", "高级"),
    "副高级": ("副高级", "高级"),
    "高级": ("副高级", "高级"),
    "中级": ("中级",),
    "助理级": ("助理级", "初级"),
    "员级": ("员级", "初级"),
    "初级": ("助理级", "初级"),
    "无": ("无",),
}
DAYS_OF_THE_YEAR = {"deadline"}
THRESHOLDS = ("total", "public", "public_compulsory", "professional", "elective")


class Said(NamedTuple):
    """One figure as the regulation has it, and the set it stands in."""

    value: str
    clause: str
    status: str
    rule_set: str


def rule_sets() -> list[dict[str, Any]]:
    """Every rule set of every file."""
    return [entry for path in sorted(FOLDER.glob("*.yaml")) for entry in _entries(path) if "values" in entry]


def what_is_asked(
    sets: Sequence[Mapping[str, Any]], area: str, year: int, level: str, trade: str = ""
) -> dict[str, Said]:
    """Every field that applies; nothing at all where no total is set."""
    said: dict[str, Said] = {}
    for one in _nearest_first(sets, area, year, level, trade):
        for field, entry in one["values"].items():
            if field not in said:
                value, clause = str(entry[0]), entry[1]
                status = entry[2] if len(entry) == 3 else one["status"]
                if field in DAYS_OF_THE_YEAR and value:
                    value = f"{year}-{value}"
                said[field] = Said(value, clause, status, one["code"])
    kept = {field: one for field, one in said.items() if one.value != ""}
    return kept if "total" in kept else {}


def missing(asked: Mapping[str, Said], held: Mapping[str, int]) -> dict[str, int]:
    """Half-hours short of each threshold that is asked for, none of which helps another (A1)."""
    need = {name: halves_in(asked[name].value) for name in THRESHOLDS if name in asked}
    if "professional" not in need and "professional_ratio" in asked:
        above, below = map(int, asked["professional_ratio"].value.split("/"))
        need["professional"] = -(-need["total"] * above // below)
    has = {**held, "total": held["public"] + held["professional"] + held["elective"]}
    return {name: max(0, halves - has[name]) for name, halves in need.items()}


def halves_in(text: str) -> int:
    """86.5 hours are 173 half-hours."""
    whole, _, rest = text.partition(".")
    return int(whole) * 2 + (1 if rest == "5" else 0)


def _entries(path: Path) -> list[dict[str, Any]]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _nearest_first(
    sets: Sequence[Mapping[str, Any]], area: str, year: int, level: str, trade: str
) -> Iterator[Mapping[str, Any]]:
    """County, city, province, country, the portal's own; in one place a trade's before everybody's, then a level's."""
    county, city, province = area, area[:4] + "00", area[:2] + "0000"
    around = [county, city, province, "CN", "*"] if area != "CN" else ["CN", "*"]
    for number, place in enumerate(around):
        if place in around[:number]:
            continue
        for of_a_trade in (True, False):
            for of_a_level in (True, False):
                for one in sets:
                    is_kind = bool(one.get("trade")) is of_a_trade and bool(one.get("levels")) is of_a_level
                    if one["area"] == place and is_kind and _speaks_to(one, year, level, trade):
                        yield one


def _speaks_to(one: Mapping[str, Any], year: int, level: str, trade: str) -> bool:
    first, last = one["years"]
    if year < first or (last is not None and year > last):
        return False
    if one.get("trade") and one["trade"] != trade:
        return False
    return not one.get("levels") or any(name in one["levels"] for name in LEVELS_MEANT[level])
