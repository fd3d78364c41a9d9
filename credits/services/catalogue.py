"""The catalogue: ways to earn hours, and what each converts to. What did not change keeps its row and its id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record
from credits.models import Activity, Conversion
from credits.rules import conversion as rules
from credits.rules.conversion_file import (
    conversion_in,
    reasons_not_to_ask,
    reasons_not_to_convert,
    reasons_not_to_stand_together,
    rows_in,
)
from credits.rules.regulation_file import reasons_not_to_offer
from credits.selectors.conversions import as_conversion


@transaction.atomic
def load_activities(entries: Sequence[dict[str, Any]]) -> int:
    """The catalogue in the order of the file. An activity that is no longer in it stays, for what it was used for."""
    refuse_if_any(reasons_not_to_offer(entries))
    refuse_if_any(reason for entry in entries for reason in reasons_not_to_ask(entry))
    changed = 0
    for position, entry in enumerate(entries, start=1):
        columns = {
            "name": entry["name"],
            "explanation": entry.get("explanation", ""),
            "is_attended": entry.get("attended", True),
            "evidence": entry["evidence"],
            "asks": entry.get("asks", []),
            "labels": entry.get("labels", {}),
            "leaves_out": entry.get("leaves_out", []),
            "artefact": entry.get("artefact", ""),
            "clause": entry["clause"],
            "status": entry.get("status", "verified"),
            "position": position,
        }
        if not Activity.objects.filter(code=entry["code"], **columns).exists():
            Activity.objects.update_or_create(code=entry["code"], defaults=columns)
            changed += 1
    return changed


@transaction.atomic
def load_conversions(groups: Sequence[Any], *, now: datetime) -> int:
    """Conversions as in `credits.rules.conversion_file`. One that is no longer in the file stays, for what it decided.

    Raises `Refused` with every reason found; nothing is written then.
    """
    names = dict(Activity.objects.values_list("code", "name"))
    entries = rows_in(groups)
    refuse_if_any(reasons_not_to_convert(entries, names))
    given = [conversion_in(entry, names[entry["activity"]]) for entry in entries]
    held = {row.code: as_conversion(row) for row in Conversion.objects.all()}
    codes = {each.code for each in given}
    refuse_if_any(reasons_not_to_stand_together([*given, *(row for row in held.values() if row.code not in codes)]))
    changed = [each for each in given if held.get(each.code) != each]
    for each in changed:
        _keep(each, held.get(each.code), now)
    return len(changed)


def _keep(given: rules.Conversion, held: rules.Conversion | None, now: datetime) -> None:
    """Write one conversion, and in the trail what it said before and says now."""
    row, _ = Conversion.objects.update_or_create(code=given.code, defaults=_columns(given))
    record("conversion.load", row, by=None, now=now, before=_said(held) if held else {}, after=_said(given))


def _columns(given: rules.Conversion) -> dict[str, Any]:
    columns = {name: value for name, value in given.__dict__.items() if name not in {"code", "activity"}}
    return columns | {
        "activity_id": given.activity,
        "by_rank": " ".join(map(rules.plain, given.by_rank)),
        "exclusions": list(given.exclusions),
        "evidence": list(given.evidence),
    }


def _said(given: rules.Conversion) -> dict[str, Any]:
    return {
        "years": [given.year_from, given.year_to],
        "area": given.area_code,
        "per": given.basis,
        "amounts": [rules.plain(each) for each in (given.amount, *given.by_rank, given.beyond) if each is not None],
        "unit": given.unit,
        "clause": given.clause,
        "status": given.status,
    }
