"""A base with a plan, a class, and who is in it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Organization, User
from bases.models import PlanItem, TrainingClass
from bases.rules import classes as rules
from bases.rules.directory import DISCLOSED
from bases.services.classes import open_class, plan, start_class
from bases.services.disclosing import disclose

NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
OTHER = {"kind": "public", "form": "face", "public_kind": "", "trade": None}


def planned(base: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> PlanItem:
    said: dict[str, Any] = {
        "year": now.year, "title": "公需科目面授", "subject": "public", "months": "11 月", "hours": Decimal(12),
        "people": 200,
    }  # fmt: skip
    return plan(base, **(said | changes), by=by, now=now)


def content(**changes: Any) -> rules.ClassPlan:
    said: dict[str, Any] = {
        "title": "应急管理公需科目面授班", "code": "GX-01", "subject": "public", "started_on": date(2026, 11, 21),
        "ended_on": date(2026, 11, 22), "hours": Decimal(12), "capacity": 100,
        "disclosed": {name: f"{label}写在这里" for name, (label, _) in rules.DISCLOSED.items()},
    }  # fmt: skip
    return rules.ClassPlan(**(said | changes))


def on_paper(base: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> TrainingClass:
    item = PlanItem.objects.filter(organization=base).first() or planned(base, by, now=now)
    return start_class(item, content(**changes), OTHER, by=by, now=now)


def opened(base: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> TrainingClass:
    """The base is on this year's list already."""
    disclose(base, {name: label for name, (label, _) in DISCLOSED.items()}, by=by, now=now)
    return open_class(on_paper(base, by, now=now, **changes), by=by, now=now)


def typed(item: PlanItem, **changes: Any) -> dict[str, Any]:
    """The form of a class as a browser sends it."""
    plain = content()
    said: dict[str, Any] = {
        "plan_item": item.pk, "title": plain.title, "code": plain.code, "kind": "public", "form": "face",
        "subject": "public", "public_kind": "", "trade": "", "started_on": "2026-11-21", "ended_on": "2026-11-22",
        "hours": "12", "capacity": "100", "is_free": "on", **plain.disclosed,
    }  # fmt: skip
    return said | changes
