"""What a year asks and why it stands as it does, as the command and the interface tell it: JSON values alone, hours as
decimal strings, every number with its clause and how sure it is.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from ceportal.kernel.rules.citations import citation
from credits.enums import ObligationKind
from credits.rules.explaining import Explanation, Gap, Item, Window
from credits.rules.requirements import Ground, Requirements, Threshold
from credits.rules.ruleset import fields_of
from credits.rules.ways import Way


def told(asked: Requirements | None) -> dict[str, Any]:
    """JSON values. A field that does not apply is absent; a year without any rule has no rule set and no fields."""
    if asked is None:
        return {"unit": None, "rule_set": None, "fields": {}}
    fields = {
        name: {"value": str(field.value), "clause": field.clause, "status": field.status}
        for name, field in fields_of(asked).items()
    }
    return {"unit": asked.unit, "rule_set": asked.rule_set, "fields": fields}


def told_why(explanation: Explanation, *, is_own: bool) -> dict[str, Any]:
    """The explanation of a year. Why less is asked of a person (an illness, a birth) is told to nobody but them."""
    asked = explanation.requirements
    return {
        "year": explanation.year,
        "as_of": explanation.as_of.isoformat(),
        "rule_set": asked.rule_set if asked else None,
        "document": asked.document if asked else None,
        "unit": asked.unit if asked else None,
        "area": asked.area_code if asked else None,
        "level": asked.level if asked else None,
        "trade": asked.trade if asked else None,
        "is_obliged": explanation.is_obliged,
        "obligation": _ground(asked.ground, is_own=is_own) if asked and asked.ground else None,
        "is_met": explanation.is_met,
        "missing": _hours(explanation.missing),
        "awaited": _hours(explanation.awaited),
        "thresholds": [_threshold(bar) for bar in explanation.thresholds],
        "entries": [_entry(item) for item in explanation.items],
        "gaps": [_gap(gap) for gap in explanation.gaps],
        "deadline": _deadline(explanation.window),
    }


def _ground(ground: Ground, *, is_own: bool) -> dict[str, Any]:
    told = {"kind": ground.kind, "label": str(ObligationKind(ground.kind).label), "clause": ground.clause}
    return told | ({"reason": ground.words, "document": ground.document} if is_own else {})


def _threshold(bar: Threshold) -> dict[str, Any]:
    return {
        "kind": bar.kind,
        "label": bar.label,
        "need": _hours(bar.need),
        "have": _hours(bar.have),
        "missing": _hours(bar.missing),
        "is_met": bar.is_met,
        "clause": bar.clause,
        "basis": citation(bar.clause),
        "document": bar.document,
        "status": bar.status,
        "reduced_from": None if bar.reduced_from is None else _hours(bar.reduced_from),
    }


def _entry(item: Item) -> dict[str, Any]:
    return {
        "ref": item.ref,
        "title": item.title,
        "subject": item.subject,
        "public_kind": item.public_kind,
        "way": item.way,
        "started_on": _day(item.started_on),
        "ended_on": _day(item.ended_on),
        "hours_asked": _hours(item.asked),
        "hours_counted": _hours(item.counted),
        "fate": item.fate.value,
        "label": str(item.fate.label),
        "reasons": [{"message": reason.words, "clause": reason.clause} for reason in item.reasons],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "subject": str(gap.subject),
        "missing": _hours(gap.missing),
        "message": gap.words,
        "clause": gap.clause,
        "ways": [_way(way) for way in gap.ways],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "code": way.code,
        "name": way.name,
        "hours": way.hours,
        "is_automatic": way.is_automatic,
        "offered_by": list(way.names),
        "clause": way.clause,
        "status": way.status,
    }


def _deadline(window: Window) -> dict[str, Any]:
    return {
        "on": window.last_day.isoformat(),
        "message": window.words,
        "clause": window.clause,
        "is_open": window.is_open,
        "working_days_left": max(0, window.days_left),
        "is_provisional": window.is_provisional,
        "has_exception": window.has_exception,
    }


def _hours(hours: Decimal) -> str:
    return f"{hours:.1f}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
