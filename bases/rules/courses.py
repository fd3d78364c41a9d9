"""What is filed of an online course: its code and length, who teaches it, and by whose word it is offered (S4-06)."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bases.enums import CourseApproval
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.sheets import Cell, CellKind
from ceportal.kernel.rules.text import TITLE_LIMIT, comparable, reasons_not_to_accept

SHEET, GUIDE = "课程", "填写说明"
MOST_LINES = 2000
MOST_HOURS = Decimal(90)
CODE_LIMIT, LECTURER_LIMIT, DOCUMENT_LIMIT = 64, 300, 120
SUBJECTS = {"公需": "public", "公需科目": "public", "专业": "professional", "专业科目": "professional"}
# The fields of a course, as columns of the template and of the form.
COLUMNS = {
    "code": "课程编号",
    "title": "课程名称",
    "subject": "科目",
    "hours": "学时",
    "lecturer": "授课人简介",
    "approval": "审核方式",
    "document": "审核或推荐文号",
}
LIMITS = {"code": CODE_LIMIT, "title": TITLE_LIMIT, "lecturer": LECTURER_LIMIT, "document": DOCUMENT_LIMIT}
_HOURS = re.compile(r"[0-9]{1,2}(\.[05])?", re.ASCII)


@dataclass(frozen=True)
class CourseLine:
    """A course as it is filed. `subject` is `public` or `professional`, `approval` one of `CourseApproval`."""

    code: str
    title: str
    subject: str
    hours: Decimal
    lecturer: str
    approval: str
    document: str


@dataclass(frozen=True)
class Succession:
    """From `from_on` on the new version holds, through `last_on` the one before."""

    last_on: date
    from_on: date


def succession(year: int, *, today: date) -> Succession:
    """When a changed course takes over within its year: today, for a year to come on its first day."""
    start = max(today, date(year, 1, 1))
    return Succession(start - timedelta(days=1), start)


def reasons_not_to_change(year: int, *, today: date) -> Iterator[Refusal]:
    """What was credited names a version; of a year gone by none is changed any more."""
    if year < today.year:
        message = f"{year} 年度已经结束，已登记的课程不能再改，只能登记新课程。"
        yield Refusal("year_over", message, field="year", clause="S4-06")


def reasons_against_validity(valid_until: date | None, *, year: int) -> Iterator[Refusal]:
    if valid_until is not None and valid_until.year != year:
        message = f"备案按年度，有效期请填写 {year} 年之内的日期；全年有效的不用填。"
        yield Refusal("other_year", message, field="valid_until", clause="S4-06")


def course_key(source: str, code: str) -> str:
    """64 hex digits by which one speaker's course is known, however its code is written."""
    return hashlib.sha256(f"{source}\x1f{comparable(code)}".encode()).hexdigest()


def reasons_not_to_file(said: Mapping[str, str]) -> Iterator[Refusal]:
    """Every fault of a course as it is typed, by its field; `said` holds all of `COLUMNS`, outer blanks off."""
    for name, limit in LIMITS.items():
        yield from reasons_not_to_accept(said[name], field=name, label=COLUMNS[name], limit=limit)
    if said["subject"] not in SUBJECTS:
        yield Refusal("subject", "科目请填写“公需”或“专业”。", field="subject")
    if not are_hours(said["hours"]):
        message = f"学时请填写大于 0、不超过 {MOST_HOURS} 的数，以 0.5 为一档，例如 2 或 1.5。"
        yield Refusal("hours", message, field="hours", clause="A16")
    if said["approval"] not in CourseApproval.labels:
        choices = "、".join(f"“{label}”" for label in CourseApproval.labels)
        yield Refusal("approval", f"审核方式请填写以下之一：{choices}。", field="approval", clause="S4-06")


def are_hours(text: str) -> bool:
    """Whether `text` is the length of a course in steps of a half, in plain digits."""
    return _HOURS.fullmatch(text) is not None and 0 < Decimal(text) <= MOST_HOURS


def line_of(said: Mapping[str, str]) -> CourseLine:
    """A course without faults."""
    approvals = {choice.label: choice.value for choice in CourseApproval}
    return CourseLine(
        code=said["code"],
        title=said["title"],
        subject=SUBJECTS[said["subject"]],
        hours=Decimal(said["hours"]),
        lecturer=said["lecturer"],
        approval=approvals[said["approval"]],
        document=said["document"],
    )


def reasons_not_to_take(cells: Mapping[str, Cell]) -> Iterator[Refusal]:
    """Cells that hold neither text nor a number."""
    for name, cell in cells.items():
        if cell.kind in {CellKind.FORMULA, CellKind.OTHER}:
            message = f"“{COLUMNS[name]}”是公式、日期或错误值，请改为直接填写的文字。"
            yield Refusal("cell_kind", message, field=name)


def reasons_against_heading(names: Collection[str]) -> Iterator[Refusal]:
    """The columns of the template, all of them, in whatever order."""
    if missing := [label for label in COLUMNS.values() if label not in names]:
        message = f"第一行缺少这些列：{'、'.join(missing)}。请下载模板，把内容填进去再上传。"
        yield Refusal("heading", message, field="file")


def guide() -> list[str]:
    """How the template is filled in."""
    return [
        "每行一门课程，请不要改动第一行的列名。整份表格有一处不对就都不登记，改正后重新上传。",
        f"课程编号：与平台报送学时时的 course_code 一致，最多 {CODE_LIMIT} 个字。",
        "科目：填“公需”或“专业”。学时：课程的长度，以 0.5 为一档。",
        f"审核方式（三选一）：{'；'.join(CourseApproval.labels)}。",
        "授课人简介：应与课程简介中的一致。已登记过的课程再次上传，内容有变动的成为新版本，从当天起适用。",
    ]
