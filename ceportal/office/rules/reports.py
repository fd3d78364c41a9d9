"""The yearly report as tables of text: the same in the workbook, on paper, and in what is fixed and published."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ceportal.office.rules.counting import MEASURES, Figures

# What is put on paper; the workbook holds every measure besides.
ON_PAPER = (
    "人数", "应学", "达标", "在途", "落后", "不作要求", "达标率（%）", "人次", "公需学时", "专业学时", "审核次数",
    "平均工作日", "超期率（%）", "退回", "不通过", "抽查", "有误", "虚假",
)  # fmt: skip
IN_WORKBOOK = (*ON_PAPER, *(measure.label for measure in MEASURES))
# Columns of sums in yuan.
_MONEY = frozenset({"预算（元）", "工资总额（元）", "应提取", "已提取", "已使用"})
_NUMBER = re.compile(r"—|-?\d+(\.\d+)?%?")
METHOD = (
    "人数是已核准注册、当年在册的专业技术人员；应学不含免修、由外地管理、离职等不作要求的人员。",
    "达标按规则集判定；在途是未达标但已满应学总学时一半的，落后是不足一半的。",
    "学时和人次按计入年度账户的记录统计，已撤销和待核实的不计；审核、退回、不予通过按申报年度统计。",
    "平均工作日按法定工作日计算，受理当日不计；地区是年度账户所属地区，职称系列是当前登记的系列。",
)


@dataclass(frozen=True)
class Column:
    """A column on the page: `standing` leads to the people it counts (`all`: everybody), `measure` to those of whom it
    is added up, nothing to none.
    """

    heading: str
    read: Callable[[Figures], Decimal | int | None]
    standing: str = ""
    is_rate: bool = False
    measure: str = ""


def _added(heading: str, measure: str) -> Column:
    return Column(heading, lambda figures: figures.of(measure), measure=measure)


ON_PAGE: tuple[tuple[str, tuple[Column, ...]], ...] = (
    (
        "人员和完成情况",
        (
            Column("人数", lambda figures: figures.total, "all"),
            Column("应学", lambda figures: figures.obliged, "obliged"),
            Column("已达标", lambda figures: figures.met, "met"),
            Column("在途", lambda figures: figures.half, "half"),
            Column("落后", lambda figures: figures.less, "less"),
            Column("不作要求", lambda figures: figures.excused, "excused"),
            Column("达标率", lambda figures: figures.rate, is_rate=True),
        ),
    ),
    (
        "学时、形式和经费来源",
        (
            _added("人次", "times"),
            _added("公需学时", "public"),
            _added("专业学时", "professional_hours"),
            _added("网络", "online_times"),
            _added("面授", "face_times"),
            _added("折算", "conversion_times"),
            _added("外省和历史", "outside_times"),
            _added("单位承担", "paid_by_unit"),
            _added("个人承担", "paid_by_person"),
            _added("共同承担", "paid_by_both"),
            _added("免费", "paid_by_none"),
        ),
    ),
    (
        "审核和抽查",
        (
            _added("审核次数", "reviews"),
            Column("平均工作日", lambda figures: figures.review_average),
            _added("超期", "late"),
            Column("超期率", lambda figures: figures.late_rate, is_rate=True),
            _added("退回补正", "returned"),
            _added("不予通过", "rejected"),
            _added("抽查", "drawn"),
            _added("认定有误", "wrong"),
            _added("弄虚作假", "untrue"),
        ),
    ),
)


def on_paper(figures: Figures) -> list[str]:
    """The cells of a row, in the order of `ON_PAPER`."""
    sums = figures.sums
    people = (figures.total, figures.obliged, figures.met, figures.half, figures.less, figures.excused)
    reviews = (sums["reviews"], figures.review_average, figures.late_rate, sums["returned"], sums["rejected"])
    learned = (figures.rate, figures.times, sums["public"], sums["professional_hours"])
    return [told(value) for value in (*people, *learned, *reviews, sums["drawn"], sums["wrong"], sums["untrue"])]


def in_workbook(figures: Figures) -> list[str]:
    return [*on_paper(figures), *(told(figures.sums[measure.name]) for measure in MEASURES)]


def told(value: Decimal | int | None) -> str:
    """A number without idle zeros; nothing is a dash."""
    return "—" if value is None else f"{Decimal(value).normalize():f}"


def content_of(
    *,
    title: str,
    facts: Sequence[tuple[str, str]],
    tables: Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]],
) -> dict[str, Any]:
    """All that a report says, as JSON: tables are a name, a heading and rows of text."""
    return {
        "title": title,
        "facts": [list(fact) for fact in facts],
        "method": list(METHOD),
        "tables": [
            {"name": name, "heading": list(heading), "rows": [list(row) for row in rows]}
            for name, heading, rows in tables
        ],
    }


def shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table of `content_of` for a page or on paper: each heading and cell with whether its column holds numbers
    alone; sums of money in threes.
    """
    cells = list(zip(*table["rows"], strict=True))
    numbers = [all(_NUMBER.fullmatch(cell) for cell in column) for column in cells]
    return {
        "name": table["name"],
        "heading": list(zip(table["heading"], numbers, strict=True)) if cells else [],
        "rows": [list(zip(map(_in_threes, table["heading"], row), numbers, strict=True)) for row in table["rows"]],
    }


def _in_threes(heading: str, cell: str) -> str:
    is_sum = heading in _MONEY and cell != "—"
    return f"{Decimal(cell):,f}" if is_sum else cell


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the content as JSON with sorted keys, without blanks, in UTF-8: anybody can compute it."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
