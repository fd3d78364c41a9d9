"""Loading the regulation from its files: what changed is written, what did not keeps its row and its id."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from ceportal.kernel.rules.dated import DatedRule
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.selectors.calendar import published_years
from ceportal.kernel.services.calendar import estimate_years, import_notice
from ceportal.kernel.services.statutory_days import statutory_years
from ceportal.kernel.services.trail import record
from credits.models import Activity, RuleSet, RuleValue
from credits.rules.regulation_file import days_in, reasons_not_to_offer, reasons_not_to_read, rule_in
from credits.rules.ruleset import LEVELS, reasons_not_to_combine, reasons_not_to_load
from credits.selectors.regulation import as_rule

FOLDER = Path(__file__).resolve().parent.parent / "regulation"
CATALOGUE, CALENDAR = "activities.yaml", "calendar.yaml"


@transaction.atomic
def load_regulation(folder: Path = FOLDER, *, now: datetime) -> dict[str, int]:
    """Everything in `folder`, or nothing of it. How many rule sets, activities and calendar years changed."""
    files = sorted(path for path in folder.glob("*.yaml") if path.name not in {CATALOGUE, CALENDAR})
    entries = [entry for path in files for entry in _read(path)]
    return {
        "rule_sets": load_rule_sets(entries, now=now),
        "activities": load_activities(_read(folder / CATALOGUE)),
        "calendar": load_calendar(_read(folder / CALENDAR), now=now),
    }


@transaction.atomic
def load_rule_sets(entries: Sequence[Any], *, now: datetime) -> int:
    """Rule sets as in `credits.rules.regulation_file`. Raises `Refused` with every reason found; nothing is written."""
    refuse_if_any(reason for entry in entries for reason in reasons_not_to_read(entry))
    given = [rule_in(entry) for entry in entries]
    known = RuleSet.objects.prefetch_related("values")
    others = [as_rule(row) for row in known.exclude(code__in=[rule.code for rule in given])]
    refuse_if_any(reasons_not_to_load([*given, *others]))
    refuse_if_any(reasons_not_to_combine([*given, *others]))
    held = {row.code: as_rule(row) for row in known}
    changed = [rule for rule in given if held.get(rule.code) != rule]
    for rule in changed:
        _keep(rule, held.get(rule.code), now)
    return len(changed)


@transaction.atomic
def load_activities(entries: Sequence[dict[str, Any]]) -> int:
    """The catalogue in the order of the file. An activity that is no longer in it stays, for what it was used for."""
    refuse_if_any(reasons_not_to_offer(entries))
    changed = 0
    for position, entry in enumerate(entries, start=1):
        columns = {
            "name": entry["name"],
            "explanation": entry.get("explanation", ""),
            "is_attended": entry.get("attended", True),
            "evidence": entry["evidence"],
            "clause": entry["clause"],
            "status": entry.get("status", "verified"),
            "position": position,
        }
        if not Activity.objects.filter(code=entry["code"], **columns).exists():
            Activity.objects.update_or_create(code=entry["code"], defaults=columns)
            changed += 1
    return changed


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


def _keep(rule: DatedRule, held: DatedRule | None, now: datetime) -> None:
    """Write one rule set, and in the trail what it said before and says now."""
    row, _ = RuleSet.objects.update_or_create(
        code=rule.code,
        defaults={
            "name": rule.name,
            "area_code": rule.area_code,
            "trade": rule.trade,
            "levels": [level for level in LEVELS if level in rule.levels],
            "year_from": rule.year_from,
            "year_to": rule.year_to,
            "document": rule.document,
            "note": rule.note,
        },
    )
    _keep_figures(row, rule)
    before = _said(held) if held else {}
    record("rule_set.load", row, by=None, now=now, before=before, after=_said(rule))


def _keep_figures(row: RuleSet, rule: DatedRule) -> None:
    """Figures that are new, that say something else, and that are gone; the others keep their rows untouched."""
    held = {value.field: value for value in row.values.all()}
    gone = [value.pk for field, value in held.items() if field not in rule.figures]
    RuleValue.objects.filter(pk__in=gone).delete()
    values = [held.get(field) or RuleValue(rule_set=row, field=field) for field in rule.figures]
    for value in values:
        figure = rule.figures[value.field]
        value.value, value.clause, value.status = figure.text, figure.clause, figure.status
    RuleValue.objects.bulk_create([value for value in values if value.pk is None])
    RuleValue.objects.bulk_update([value for value in values if value.pk], ["value", "clause", "status"])


def _said(rule: DatedRule) -> dict[str, Any]:
    figures = {field: [figure.text, figure.clause, figure.status] for field, figure in sorted(rule.figures.items())}
    return {"years": [rule.year_from, rule.year_to], "area": rule.area_code, "figures": figures}


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
