"""Factories of the regulation, the ledger and what enters it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Professional
from credits.enums import Door, FieldStatus, Subject
from credits.models import HourEntry, RuleSet
from credits.services.ledger import Origin, Training, credit_claim

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
HENAN_2026 = {"total": "90", "public": "30", "professional": "60", "unit": "学时"}

_serial = count(1)


def rule_set(
    code: str = "henan-2026",
    *,
    area_code: str = "410000",
    figures: Mapping[str, str] | None = None,
    clause: str = "S4-02",
    status: str = FieldStatus.VERIFIED,
    **changes: Any,
) -> RuleSet:
    """A rule set of the given figures, by default what a year of Henan asks now."""
    defaults: dict[str, Any] = {"name": code, "year_from": 2026, "document": "测试文件"}
    made = RuleSet.objects.create(code=code, area_code=area_code, **(defaults | changes))
    for field, value in (HENAN_2026 if figures is None else figures).items():
        made.values.create(field=field, value=value, clause=clause, status=status)
    return made


def training(person: Professional, hours: str | Decimal = "8", **changes: Any) -> Training:
    """A training of a person that nobody has counted yet; professional, in October 2026, unless said otherwise."""
    defaults: dict[str, Any] = {
        "subject": Subject.PROFESSIONAL,
        "title": f"课堂观察与评价研修 {next(_serial)}",
        "started_on": date(2026, 10, 12),
        "ended_on": date(2026, 10, 13),
        "hours": Decimal(hours),
    }
    return Training(professional=person, **(defaults | changes))


def credit(person: Professional, hours: str | Decimal = "8", *, now: datetime = NOW, **changes: Any) -> HourEntry:
    """Hours in a person's account, entered through the ledger."""
    origin = Origin(Door.PLATFORM, "platform:test", f"record-{next(_serial)}")
    return credit_claim(training(person, hours, **changes), origin, by=None, now=now)
