"""Loading the regulation from its files: what changed is written, what did not keeps its row and its id."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from ceportal.kernel.selectors.calendar import published_years
from ceportal.kernel.selectors.data_files import read_yaml
from ceportal.kernel.services.calendar import estimate_years, import_notice
from ceportal.kernel.services.statutory_days import statutory_years
from credits.rules.regulation_file import days_in
from credits.services.catalogue import load_activities, load_conversions
from credits.services.rule_sets import load_rule_sets

FOLDER = Path(__file__).resolve().parent.parent / "regulation"
CATALOGUE, CONVERSIONS, CALENDAR = "activities.yaml", "conversions.yaml", "calendar.yaml"


@transaction.atomic
def load_regulation(folder: Path = FOLDER, *, now: datetime) -> dict[str, int]:
    """Everything in `folder`, or nothing of it. How many rows of each kind changed."""
    entries = [entry for path in rule_files(folder) for entry in read_yaml(path)]
    return {
        "rule_sets": load_rule_sets(entries, now=now),
        "activities": load_activities(read_yaml(folder / CATALOGUE)),
        "conversions": load_conversions(read_yaml(folder / CONVERSIONS), now=now),
        "calendar": load_calendar(read_yaml(folder / CALENDAR), now=now),
    }


def rule_files(folder: Path) -> list[Path]:
    """Those of `folder` that hold rule sets."""
    return sorted(path for path in folder.glob("*.yaml") if path.name not in {CATALOGUE, CONVERSIONS, CALENDAR})


@transaction.atomic
def load_calendar(notices: dict[int, dict[str, str]], *, now: datetime) -> int:
    """The published notices that nobody has imported yet, and of all other years the statutory days.

    What stands as published stays: a bureau may have put a notice right since.
    """
    known = published_years()
    changed = sum(
        import_notice(
            year,
            rest=days_in(year, notice["rest"]),
            worked=days_in(year, notice["worked"]),
            document=notice["document"],
            source_url=notice["url"],
            now=now,
        )
        for year, notice in sorted(notices.items())
        if year not in known
    )
    return changed + estimate_years(statutory_years(), now=now)
