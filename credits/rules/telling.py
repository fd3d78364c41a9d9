"""What a year asks, as the command and the interface tell it: every number with its clause and how sure it is."""

from typing import Any

from credits.rules.requirements import Requirements
from credits.rules.ruleset import fields_of


def told(asked: Requirements | None) -> dict[str, Any]:
    """JSON values. A field that does not apply is absent; a year without any rule has no rule set and no fields."""
    if asked is None:
        return {"unit": None, "rule_set": None, "fields": {}}
    fields = {
        name: {"value": str(field.value), "clause": field.clause, "status": field.status}
        for name, field in fields_of(asked).items()
    }
    return {"unit": asked.unit, "rule_set": asked.rule_set, "fields": fields}
