"""What stands in the province's list of teachers, and of a high-level seminar (S0-15, S0-16, S1-09, S4-13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bases.enums import ClassKind, SeminarFunding, SeminarLevel
from bases.rules.classes import MONTHS_LIMIT, MOST_HOURS
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept

KEPT = {"name": ("姓名", 50), "institution": ("单位", 100), "title": ("职称或职务", 60), "fields": ("专长", 200)}
TEACHES_LIMIT, DOCUMENT_LIMIT, SUMMARY_LIMIT, MOST_QUOTA = 120, 120, 1000, 1000


@dataclass(frozen=True)
class SeminarPlan:
    """A project as the bureau plans it. `hours` are those of one person."""

    level: str
    year: int
    title: str
    funding: str
    quota: int
    hours: Decimal
    months: str
    document: str


def reasons_not_to_keep(said: dict[str, str], *, has_agreed: bool) -> Iterator[Refusal]:
    """Everybody reads it once a class names them, so they have to know."""
    for name, (label, limit) in KEPT.items():
        yield from reasons_not_to_accept(said[name], field=name, label=label, limit=limit)
    if not has_agreed:
        yield Refusal("not_agreed", "请先取得教师本人同意：列入师资库的内容会随培训班公开。", field="has_agreed")


def reasons_not_to_name(teaches: str, *, is_cancelled: bool) -> Iterator[Refusal]:
    if is_cancelled:
        yield Refusal("cancelled", "这个班已取消，不用再安排教师。")
    yield from reasons_not_to_accept(teaches, field="teaches", label="讲授内容", limit=TEACHES_LIMIT)


def reasons_not_to_plan_seminar(plan: SeminarPlan, *, this_year: int) -> Iterator[Refusal]:
    if plan.level not in SeminarLevel.values:
        yield Refusal("level", "请选择国家级或省级。", field="level")
    if plan.funding not in SeminarFunding.values:
        yield Refusal("funding", "请选择经费来源。", field="funding", clause="S0-15")
    if plan.year not in (this_year, this_year + 1):
        yield Refusal("year", f"现在只能下达 {this_year} 或 {this_year + 1} 年度的项目。", field="year")
    for text, name, label, limit in (
        (plan.title, "title", "项目名称", TITLE_LIMIT),
        (plan.months, "months", "时间", MONTHS_LIMIT),
        (plan.document, "document", "下达文件", DOCUMENT_LIMIT),
    ):
        yield from reasons_not_to_accept(text, field=name, label=label, limit=limit)
    if not 0 < plan.quota <= MOST_QUOTA:
        message = f"高级研修小规模、重特色，人数请填写 1 到 {MOST_QUOTA}。"
        yield Refusal("quota", message, field="quota", clause="S0-15")
    if not 0 < plan.hours <= MOST_HOURS or plan.hours * 2 % 1:
        message = f"学时请填写大于 0、不超过 {MOST_HOURS} 的数，以 0.5 为一档。"
        yield Refusal("hours", message, field="hours", clause="A16")


def reasons_not_to_hold_as(
    *, kind: str, hours: Decimal, capacity: int, of: SeminarPlan, is_closed: bool
) -> Iterator[Refusal]:
    """Why a class is not the one by which the project is held."""
    if is_closed:
        yield Refusal("closed", "项目已经结项。")
    if kind != ClassKind.ADVANCED:
        yield Refusal("kind", "请选择种类是“高级研修班”的培训班。", field="training_class")
    if hours != of.hours:
        message = f"项目计划每人 {of.hours.normalize():f} 学时，这个班是 {hours.normalize():f} 学时。"
        yield Refusal("hours", message, field="training_class", clause="S4-13")
    if capacity > of.quota:
        yield Refusal(
            "quota", f"项目计划 {of.quota} 人，这个班招 {capacity} 人。", field="training_class", clause="S4-13"
        )


def reasons_not_to_close(
    summary: str, people: int, *, quota: int, has_paper: bool, is_closed: bool
) -> Iterator[Refusal]:
    """Why the closing report cannot be taken so."""
    if is_closed:
        yield Refusal("closed", "项目已经结项。")
    flat = summary.replace("\r", " ").replace("\n", " ")
    yield from reasons_not_to_accept(flat, field="summary", label="结项总结", limit=SUMMARY_LIMIT)
    if not 0 < people <= quota:
        yield Refusal("people", f"结业人数请填写 1 到 {quota}。", field="people", clause="S4-13")
    if not has_paper:
        yield Refusal("document_missing", "请上传结项报告（照片或 PDF）。", field="document")
