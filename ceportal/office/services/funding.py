"""A unit's record of a year: written, and put right as often as needed, each time in the trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record
from ceportal.office.models import FundingRecord
from ceportal.office.rules.funding import reasons_not_to_record

_SAID = ("rate", "payroll", "set_aside", "spent", "carried_in")


@transaction.atomic
def record_funding(unit: Organization, year: int, said: Mapping[str, Any], *, by: User, now: datetime) -> FundingRecord:
    """In the place of what was said of that year before."""
    facts = {name: said[name] for name in _SAID}
    refuse_if_any(reasons_not_to_record(payroll=said["payroll"], set_aside=said["set_aside"], spent=said["spent"]))
    made, _ = FundingRecord.objects.update_or_create(unit=unit, year=year, defaults=facts | {"by": by, "at": now})
    told = {name: str(value) for name, value in facts.items()}
    record("funding.write", made, by=by, now=now, after={"year": year} | told)
    return made
