"""A sample is drawn, counted and fixed as a report of its own (S1-13)."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.office.models import FixedReport
from ceportal.office.rules import sampling as rules
from ceportal.office.rules.reports import content_of
from ceportal.office.selectors.statistics import Asked, Scope, counted_at, counted_seen_by, total_of
from ceportal.office.services.reports import fix_report

_SEED_BYTES = 8


@transaction.atomic
def draw_sample(scope: Scope, asked: Asked, size: int, *, unit: Organization, by: User, now: datetime) -> FixedReport:
    """`size` people of the place and year, by a seed that nobody chose. Raises `Refused`."""
    keys = list(counted_seen_by(scope, asked).order_by("professional_id").values_list("pk", flat=True))
    refuse_if_any(rules.reasons_not_to_draw(size=size, people=len(keys)))
    seed = secrets.token_hex(_SEED_BYTES)
    numbers = rules.drawn(len(keys), size, seed)
    rows = counted_seen_by(scope, asked).filter(pk__in=[keys[number - 1] for number in numbers])
    found = list(rows.values_list("standing", "public", "professional_hours"))
    whole, people = total_of(scope, asked), len(keys)
    facts = [
        ("统计单位", unit.name),
        ("统计范围", f"{asked.place.name}及以下"),
        ("统计年度", f"{asked.year} 年度"),
        ("总体和样本", f"{people} 人中随机抽取 {size} 人"),
        ("随机种子", seed),
        ("抽取时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        ("数字截至", f"{timezone.localtime(counted_at() or now):%Y-%m-%d %H:%M}"),
    ]
    standings = rules.lines_of([standing for standing, *_ in found], people, whole.people)
    hours = []
    for label, values, total in (
        ("公需科目", [public for _, public, _ in found], whole.sums["public"]),
        ("专业科目", [professional for *_, professional in found], whole.sums["professional_hours"]),
    ):
        mean = rules.average_of(values, people)
        hours.append([label, f"{mean.found}", f"{mean.low} 至 {mean.high}", f"{total / people:.1f}"])
    tables = [
        ("完成情况", ("情况", "样本人数", "样本比例（%）", "95% 置信区间（%）", "全体统计（%）"), standings),
        ("人均学时", ("科目", "样本平均", "95% 置信区间", "全体平均"), hours),
        ("抽中的编号", ("编号",), [["、".join(map(str, numbers))]]),
    ]
    content = content_of(title=f"{asked.place.name}{asked.year}年度继续教育抽样统计", facts=facts, tables=tables)
    content["method"] = [*rules.METHOD, *content["method"]]
    return fix_report(content, asked=asked, unit=unit, by=by, now=now)
