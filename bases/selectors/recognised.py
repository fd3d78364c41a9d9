"""For what an institution is recognised."""

from bases.models import Recognition
from bases.rules.recognition import Recognised


def recognitions_of(organization_id: int) -> list[Recognised]:
    """Every recognition of an institution, of all years, as the rule reads it."""
    rows = Recognition.objects.filter(organization=organization_id)
    return [
        Recognised(area, year, frozenset(subjects), trade, ended_on)
        for area, year, subjects, trade, ended_on in rows.values_list(
            "area_id", "year", "subjects", "trade", "ended_on"
        )
    ]
