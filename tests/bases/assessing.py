"""A round of assessment by a short sheet."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Organization, User
from bases.models import AssessmentRound
from bases.services.assessing import open_round
from tests.bases.teaching import NOW

SHEET = "基地自身建设情况 | 师资队伍 | 60 | 师资名单\n\n继续教育工作开展情况 ｜ 教学档案 ｜ 40 ｜ 档案目录"


def said(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": "yearly", "year": 2026, "sheet": SHEET, "excellent_from": Decimal(85), "pass_from": Decimal(60),
        "self_until": date(2026, 12, 10),
    }  # fmt: skip
    return facts | changes


def opened(bureau: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> AssessmentRound:
    return open_round(bureau, **said(**changes), by=by, now=now)
