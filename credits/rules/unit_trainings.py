"""When a training that a unit ran may be registered for all its people at once (S2-05, S3-04, S3-07)."""

from collections.abc import Collection, Iterator
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.enums import PaperKind
from credits.rules.planned import NamedPlan
from credits.rules.rosters import ClassFacts

CLAUSE = "S3-04"
ASSESSMENT_LIMIT, MOST_PAPERS = 100, 30
# What has to be kept beside the notice.
KEPT = (PaperKind.COURSEWARE, PaperKind.PICTURE)


def reasons_not_to_run(facts: ClassFacts, named: NamedPlan, assessment: str) -> Iterator[Refusal]:
    """Why it does not fit the line of the plan under which it was run."""
    if not named.is_in_force:
        yield Refusal("plan_changed", "这一项不在现行的备案计划中，请重新选择。", field="plan_item", clause=CLAUSE)
    if facts.ended_on.year != named.year:
        message = f"这是 {named.year} 年度的计划，培训应在 {named.year} 年结束。"
        yield Refusal("plan_of_other_year", message, field="ended_on", clause=CLAUSE)
    if facts.started_on < named.started_on:
        message = f"计划于 {named.started_on.isoformat()} 开始，实际不能更早；提前举办的，请先调整计划。"
        yield Refusal("before_plan", message, field="started_on", clause=CLAUSE)
    if facts.hours > named.hours:
        message = f"计划每人 {_plain(named.hours)} 学时，不能登记更多。"
        yield Refusal("over_plan", message, field="hours", clause=CLAUSE)
    yield from reasons_not_to_accept(assessment, field="assessment", label="考核方式", limit=ASSESSMENT_LIMIT)


def reasons_not_to_keep_paper(kind: str, *, count: int) -> Iterator[Refusal]:
    if kind not in PaperKind.values:
        yield Refusal("kind", "请选择材料的种类。", field="kind")
    if count >= MOST_PAPERS:
        yield Refusal("too_many", f"一次培训最多留存 {MOST_PAPERS} 份材料。", field="document")


def reasons_not_to_send(kinds: Collection[str], *, has_notice: bool) -> Iterator[Refusal]:
    """What the unit must keep before anybody looks at it (S3-07)."""
    if not has_notice:
        yield Refusal("document_missing", "请上传培训通知（照片或 PDF）。", field="document", clause="S3-07")
    if missing := [str(kind.label) for kind in KEPT if kind not in kinds]:
        message = f"还没有留存{'、'.join(missing)}，请先上传。"
        yield Refusal("papers_missing", message, clause="S3-07")


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
