"""What a unit's yearly training plan must say, when it can be filed, amended and looked into (S3-04, S2-05)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from bases.enums import Finding, Funding, PlanStage
from bases.rules.classes import MOST_HOURS, MOST_PEOPLE, SUBJECTS
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept

CLAUSE = "S3-04"
MOST_ITEMS, MOST_PAPERS, MOST_BUDGET = 200, 20, 100_000_000
CONTENT_LIMIT, PLACE_LIMIT, LABEL_LIMIT, WORDS_LIMIT = 500, 100, 40, 500


@dataclass(frozen=True)
class PlannedTraining:
    """One training as a plan tells it. `hours` are those of one person, `budget` whole yuan or not said."""

    kind: str
    subject: str
    title: str
    content: str
    hours: Decimal
    started_on: date
    ended_on: date
    place: str
    people: int
    funding: str
    budget: int | None = None


def first_stage(*, is_authority: bool, has_authority: bool) -> PlanStage:
    """An authority files with the bureau of its level, another unit by its authority, one without any directly."""
    return PlanStage.AUTHORITY if has_authority and not is_authority else PlanStage.BUREAU


def reasons_not_to_begin(year: int, *, today: date) -> Iterator[Refusal]:
    if year not in (today.year, today.year + 1):
        message = f"现在只能报送 {today.year} 或 {today.year + 1} 年度的计划。"
        yield Refusal("year", message, field="year", clause=CLAUSE)


def reasons_not_to_list(item: PlannedTraining, *, year: int, today: date) -> Iterator[Refusal]:
    """Why a training cannot stand in the plan of a year. What has begun is filed too late."""
    for text, name, label, limit in (
        (item.title, "title", "培训名称", TITLE_LIMIT),
        (_flat(item.content), "content", "培训内容", CONTENT_LIMIT),
        (item.place, "place", "培训地点", PLACE_LIMIT),
    ):
        yield from reasons_not_to_accept(text, field=name, label=label, limit=limit)
    if item.subject not in SUBJECTS:
        yield Refusal("subject", "请选择公需科目或专业科目。", field="subject")
    if not 0 < item.hours <= MOST_HOURS or item.hours * 2 % 1:
        message = f"学时请填写大于 0、不超过 {MOST_HOURS} 的数，以 0.5 为一档。"
        yield Refusal("hours", message, field="hours", clause="A16")
    if not 0 < item.people <= MOST_PEOPLE:
        yield Refusal("people", f"人数请填写 1 到 {MOST_PEOPLE}。", field="people")
    if item.funding not in Funding.values:
        yield Refusal("funding", "请选择经费来源。", field="funding")
    if item.budget is not None and not 0 <= item.budget <= MOST_BUDGET:
        yield Refusal("budget", f"经费预算请填写不超过 {MOST_BUDGET} 的整数，单位是元。", field="budget")
    yield from _about_the_days(item, year, today)


def reasons_not_to_change(item: PlannedTraining | None, filed: PlannedTraining | None, *, today: date) -> list[Refusal]:
    """Why a line of a plan in force cannot be changed, or dropped (`item` None): that training has begun."""
    if filed is None or filed.started_on > today or item == filed:
        return []
    return [Refusal("begun", f"“{filed.title}”已经开始，备案的内容不能再改，也不能删去。", clause=CLAUSE)]


def reasons_not_to_file(
    items: Mapping[UUID, PlannedTraining], filed: Mapping[UUID, PlannedTraining], *, has_paper: bool, today: date
) -> Iterator[Refusal]:
    """Why a plan cannot be handed in now. `filed` are the lines in force that it amends."""
    if not items:
        yield Refusal("no_items", "计划里还没有培训项目，请先添加。", clause=CLAUSE)
    elif items == filed:
        yield Refusal("unchanged", "与已备案的计划完全相同，没有需要报送的调整。")
    for line, item in items.items():
        if item.started_on <= today and filed.get(line) != item:
            message = (
                f"“{item.title}”定于{day_words(item.started_on)}开始。计划须在培训开始前报送，请改期或删去这一项。"
            )
            yield Refusal("begun", message, clause=CLAUSE)
    for line, item in filed.items():
        if line not in items:
            yield from reasons_not_to_change(None, item, today=today)
    if not has_paper:
        yield Refusal("document_missing", "请上传盖章的计划文件（照片或 PDF）。", field="document", clause=CLAUSE)


def changed_lines(items: Mapping[UUID, PlannedTraining], filed: Mapping[UUID, PlannedTraining]) -> dict[UUID, str]:
    """How an amendment differs from what is in force, by line: 新增, 调整 or 删去."""
    found = {line: "新增" if line not in filed else "调整" for line, item in items.items() if filed.get(line) != item}
    return found | {line: "删去" for line in filed if line not in items}


def reasons_not_to_attach(label: str, *, count: int) -> Iterator[Refusal]:
    yield from reasons_not_to_accept(label, field="label", label="附件名称", limit=LABEL_LIMIT)
    if count >= MOST_PAPERS:
        yield Refusal("too_many", f"一份计划最多 {MOST_PAPERS} 个附件。", field="document")


def reasons_not_to_inspect(
    finding: str, words: str, mend_by: date | None, *, is_filed: bool, today: date
) -> Iterator[Refusal]:
    """Why what was found cannot be told so."""
    if not is_filed:
        yield Refusal("not_filed", "只能检查现行的、已备案的计划。", clause=CLAUSE)
    if finding not in Finding.values:
        yield Refusal("finding", "请选择检查结论。", field="finding")
    yield from reasons_not_to_accept(_flat(words), field="words", label="检查情况", limit=WORDS_LIMIT)
    if finding == Finding.MEND and (mend_by is None or mend_by <= today):
        yield Refusal("mend_by", "要求整改的，请填写今天以后的整改期限。", field="mend_by")


def reasons_not_to_answer(answer: str, *, is_answered: bool) -> Iterator[Refusal]:
    if is_answered:
        yield Refusal("answered", "整改情况已经答复过了。")
    yield from reasons_not_to_accept(_flat(answer), field="answer", label="整改情况", limit=WORDS_LIMIT)


def _about_the_days(item: PlannedTraining, year: int, today: date) -> Iterator[Refusal]:
    if item.ended_on < item.started_on:
        yield Refusal("days", "结束日期早于开始日期，请核对。", field="ended_on")
    if item.started_on.year != year or item.ended_on.year != year:
        message = f"这是 {year} 年度的计划，开始和结束日期都要在 {year} 年之内；跨年的请分成两项。"
        yield Refusal("other_year", message, field="started_on", clause="A7")
    elif item.started_on <= today:
        message = "计划须在培训开始前报送，请填写今天以后的开始日期。"
        yield Refusal("begun", message, field="started_on", clause=CLAUSE)


def _flat(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
