"""The yearly report as workbook, on paper, fixed and published."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.services.trail import record
from ceportal.office.enums import By
from ceportal.office.models import FixedReport
from ceportal.office.rules.reports import IN_WORKBOOK, ON_PAPER, content_of, digest_of, in_workbook, on_paper, told
from ceportal.office.selectors.classes_held import Held, classes_by_form, classes_by_kind_and_interest, funding_planned
from ceportal.office.selectors.funding import funding_kept
from ceportal.office.selectors.statistics import (
    Asked,
    Row,
    Scope,
    counted_at,
    rows_by,
    rows_by_nature,
    total_of,
    years_of,
)


def report_of(scope: Scope, asked: Asked, by: str, *, unit: Organization, now: datetime) -> dict[str, Any]:
    """All the report says, for paper and for fixing; `unit` is in whose name."""
    at = counted_at() or now
    facts = [
        ("统计单位", unit.name),
        ("统计范围", asked.place.name + ("本级" if asked.own else "及以下")),
        ("统计年度", f"{asked.year} 年度"),
        ("数字截至", f"{timezone.localtime(at):%Y-%m-%d %H:%M}"),
    ]
    rows = [[row.label, *on_paper(row.figures)] for row in rows_by(scope, asked, by)]
    total = [["合计", *on_paper(total_of(scope, asked))]]
    heading = dict(By.choices)[by]
    natures = [[label, nature, *on_paper(figures)] for label, nature, figures in rows_by_nature(scope, asked)]
    kinds, interest = classes_by_kind_and_interest(scope, asked)
    tables = [
        (f"按{heading}", (heading, *ON_PAPER), [*rows, *total]),
        ("按地区和单位性质", ("地区", "单位性质", *ON_PAPER), natures),
        ("历年对比", ("年度", *ON_PAPER), _lines(years_of(scope, asked))),
        ("办班种类", ("种类", "班次", "学时", "人数"), _held(kinds)),
        ("办班形式", ("形式", "班次", "学时", "人数"), _held(classes_by_form(scope, asked))),
        ("办班公益性", ("公益性", "班次", "学时", "人数"), _held(interest)),
        ("计划经费", ("经费来源", "培训项目", "人数", "预算（元）"), _funding(scope, asked)),
        ("教育经费", ("提取比例", "单位", "工资总额（元）", "应提取", "已提取", "已使用"), _kept(scope, asked)),
    ]
    return content_of(title=f"{asked.place.name}{asked.year}年度继续教育情况统计", facts=facts, tables=tables)


def sheets_of(
    scope: Scope, asked: Asked, by: str, content: dict[str, Any]
) -> list[tuple[str, list[list[str]], list[int]]]:
    """The tables of `content` for a workbook, the first with every measure."""
    heading = dict(By.choices)[by]
    rows = [[row.label, *in_workbook(row.figures)] for row in rows_by(scope, asked, by)]
    whole = [[heading, *IN_WORKBOOK], *rows, ["合计", *in_workbook(total_of(scope, asked))]]
    others = [(table["name"], [table["heading"], *table["rows"]]) for table in content["tables"][1:]]
    about = [["项目", "内容"], *content["facts"], *(["统计口径", words] for words in content["method"])]
    sheets = [(f"按{heading}", whole), *others, ("说明", about)]
    return [(name, lines, [20, *[12] * (len(lines[0]) - 1)]) for name, lines in sheets]


@transaction.atomic
def fix_report(content: dict[str, Any], *, asked: Asked, unit: Organization, by: User, now: datetime) -> FixedReport:
    """Keep the report as it stands now, under its digest."""
    made = FixedReport.objects.create(
        organization=unit, area=asked.place, year=asked.year, title=content["title"], content=content,
        digest=digest_of(content), made_by=by, made_at=now,
    )  # fmt: skip
    record("report.fix", made, by=by, now=now, after={"year": asked.year, "digest": made.digest})
    return made


@transaction.atomic
def publish_report(report: FixedReport, *, by: User, now: datetime) -> None:
    """Show it to everybody from now on. Raises `MovedOn` when it is published already."""
    rows = FixedReport.objects.filter(pk=report.pk, published_at__isnull=True)
    if not rows.update(published_at=now, published_by=by):
        raise MovedOn([Refusal("published", "这份统计报告已经公布。")])
    record("report.publish", report, by=by, now=now, after={"digest": report.digest})


def _lines(rows: list[Row]) -> list[list[str]]:
    return [[row.label, *on_paper(row.figures)] for row in rows]


def _held(found: list[Held]) -> list[list[str]]:
    return [[held.label, told(held.classes), told(held.hours), told(held.people)] for held in found]


def _funding(scope: Scope, asked: Asked) -> list[list[str]]:
    found = funding_planned(scope, asked)
    return [[row.label, told(row.trainings), told(row.people), told(row.yuan)] for row in found]


def _kept(scope: Scope, asked: Asked) -> list[list[str]]:
    return [
        [row.label, told(row.units), *map(told, (row.payroll, row.due, row.set_aside, row.spent))]
        for row in funding_kept(scope, asked)
    ]
