"""Assessing bases: the sheet, its points and grades, and what follows from them (S0-17, S0-18, S2-09).

The groups, the grades and what follows are told of 《河南省专业技术人员继续教育基地考核评估办法（试行）》, whose
text was not seen (bases/sheets/assessment.yaml says so): that is why a bureau may change all that is a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bases.enums import AssessmentKind, Grade
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

CLAUSE = "S0-17"
GROUPS = ("基地自身建设情况", "继续教育工作开展情况", "基地所属管理部门评价情况")
WHOLE = Decimal(100)
MOST_LINES, TITLE_LIMIT, WORDS_LIMIT = 40, 120, 500
_PARTS = 4


@dataclass(frozen=True)
class Indicator:
    """A line of the sheet: worth `most` points at best, shown by `evidence`."""

    group: str
    title: str
    most: Decimal
    evidence: str

    def __str__(self) -> str:
        return " | ".join((self.group, self.title, f"{self.most.normalize():f}", self.evidence))


@dataclass(frozen=True)
class Consequence:
    """What grades bring about: a ground of `rules.standing` for removal, or a recommendation."""

    words: str
    ground: str = ""


def read_sheet(text: str) -> tuple[list[Indicator], list[Refusal]]:
    """One indicator a line: 内容 | 指标 | 分值 | 佐证材料. What is wrong is told by the number of the line."""
    found, wrong = list[Indicator](), list[str]()
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    for number, line in lines:
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        points = points_in(parts[2]) if len(parts) == _PARTS else None
        if len(parts) != _PARTS or parts[0] not in GROUPS or points is None or points == 0:
            wrong.append(f"第 {number} 行应写成“内容 | 指标 | 分值 | 佐证材料”，内容是三项之一，分值大于 0。")
        elif any(reasons_not_to_accept(part, field="sheet", label="指标", limit=TITLE_LIMIT) for part in parts[1::2]):
            wrong.append(f"第 {number} 行的指标和佐证材料请填写，各不超过 {TITLE_LIMIT} 个字。")
        else:
            found.append(Indicator(parts[0], parts[1], points, parts[3]))
    if not wrong and (whole := sum((each.most for each in found), Decimal(0))) != WHOLE:
        wrong.append(f"各项分值合计应为 100，现在是 {whole.normalize():f}。")
    if len(lines) > MOST_LINES:
        wrong.append(f"指标最多 {MOST_LINES} 项。")
    return found, [Refusal("sheet", message, field="sheet", clause=CLAUSE) for message in wrong]


def points_in(text: str) -> Decimal | None:
    """Points in halves, 0 to 100; None for anything else."""
    try:
        points = Decimal(text) if text.isascii() and len(text) <= 5 else Decimal(-1)
    except InvalidOperation:
        return None
    return points if points.is_finite() and 0 <= points <= WHOLE and points * 2 % 1 == 0 else None


def reasons_not_to_open(
    kind: str, year: int, *, self_until: date, excellent_from: Decimal, pass_from: Decimal, fulls: Sequence[int],
    today: date,
) -> Iterator[Refusal]:  # fmt: skip
    """Why a round cannot be opened so. `fulls` are the years with a 综合评估 before: it comes every second year."""
    if kind not in AssessmentKind.values:
        yield Refusal("kind", "请选择年度考核或综合评估。", field="kind")
    if year not in (today.year, today.year - 1):
        yield Refusal("year", f"只能考核 {today.year - 1} 或 {today.year} 年度。", field="year")
    if kind == AssessmentKind.FULL and year - 1 in fulls:
        yield Refusal("too_soon", f"综合评估两年一次，{year - 1} 年度刚评估过。", field="kind", clause=CLAUSE)
    if self_until <= today:
        yield Refusal("self_until", "自评截止日期请填写今天以后。", field="self_until")
    if not 0 < pass_from < excellent_from <= WHOLE:
        yield Refusal("grades", "优秀线应高于合格线，都在 100 分以内。", field="excellent_from")


def reasons_not_to_score(points: Sequence[Decimal | None], sheet: Sequence[Indicator]) -> Iterator[Refusal]:
    """Each indicator has its points, none more than it is worth. Fields are `point_0` and on."""
    for number, (given, indicator) in enumerate(zip(points, sheet, strict=True)):
        if given is None or not 0 <= given <= indicator.most:
            message = f"“{indicator.title}”请填写 0 到 {indicator.most.normalize():f} 分，以 0.5 为一档。"
            yield Refusal("points", message, field=f"point_{number}", clause=CLAUSE)


def reasons_not_to_say(words: str, *, label: str) -> list[Refusal]:
    flat = words.replace("\r", " ").replace("\n", " ")
    return reasons_not_to_accept(flat, field="words", label=label, limit=WORDS_LIMIT)


def grade_of(total: Decimal, *, excellent_from: Decimal, pass_from: Decimal) -> Grade:
    if total >= excellent_from:
        return Grade.EXCELLENT
    return Grade.PASSED if total >= pass_from else Grade.FAILED


def consequence(kind: str, year: int, grades: Mapping[int, str]) -> Consequence | None:
    """What follows of the grade of `year`, with those of other years of the same kind beside it (S0-17, S0-18)."""
    grade, before = grades.get(year), grades.get(year - 1)
    if kind == AssessmentKind.FULL:
        if grade == Grade.FAILED:
            return Consequence("综合评估不合格，应启动退出程序", "failed_evaluation")
        return Consequence("综合评估优秀，列入优先推荐名单") if grade == Grade.EXCELLENT else None
    if grade == before == Grade.FAILED:
        return Consequence("连续两年考核不合格，应启动退出程序", "failed_twice")
    return Consequence("连续两年优秀，列入优先推荐名单") if grade == before == Grade.EXCELLENT else None
