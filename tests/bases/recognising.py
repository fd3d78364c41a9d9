"""What a unit says when it applies to be a base, of a teacher, and what the province plans as a seminar."""

from decimal import Decimal
from typing import Any

from bases.rules.teachers import SeminarPlan

SAID: dict[str, Any] = {
    "kind": "municipal_base", "year": 2026, "subjects": ["public"], "trade": "", "site_name": "", "url": "",
}  # fmt: skip
TEACHER: dict[str, Any] = {
    "name": "李老师", "institution": "河南大学", "title": "教授", "fields": "课程标准、课堂评价", "trade": None,
    "is_full_time": False, "is_shared": True, "has_agreed": True,
}  # fmt: skip
SEMINAR = SeminarPlan(
    level="provincial", year=2026, title="黄河流域生态保护高级研修班", funding="fiscal", quota=60, hours=Decimal(40),
    months="12 月，6 天", document="豫人社函〔2026〕66号",
)  # fmt: skip
