"""A unit's people and their year: who has met it, what is missing, who may be reminded, what follows (S3-09)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from accounts.enums import TitleLevel, UnitNature
from ceportal.kernel.rules.refusal import Refusal
from credits.rules.requirements import Threshold

SHOW = {"": "全部", "behind": "未达标", "met": "已达标"}
# Nobody is reminded of a year again before so much time has passed, whoever asks for it.
REST = timedelta(days=7)
MOST_REMINDED = 20_000
MOST_MARKED = 100
DEPARTMENT_LIMIT = 60
# Public institutions are bound by S3-09, enterprises and associations go by it.
_BOUND = (UnitNature.INSTITUTION, UnitNature.GOVERNMENT)


class State(StrEnum):
    """How somebody's year stands."""

    MET = "已达标"
    BEHIND = "未达标"
    EASED = "另有安排"
    NO_RULE = "没有学时规定"


@dataclass(frozen=True)
class Asked:
    """A year; people by the start of their name, their unit's or their department; their level; met or not;
    `organization` is the ref of the one unit that is meant.
    """

    year: int
    name: str = ""
    unit: str = ""
    department: str = ""
    level: str = ""
    show: str = ""
    organization: str = ""


def scope_words(asked: Asked) -> str:
    """Whom a list is narrowed to, for somebody who did not narrow it."""
    level = f"{TitleLevel(asked.level).label}职称" if asked.level else ""
    beginnings = (("单位名称", asked.unit), ("姓名", asked.name))
    parts = [
        SHOW[asked.show] if asked.show else "", level, f"部门为“{asked.department}”" if asked.department else "",
        "只有一个单位" if asked.organization else "",
        *(f"{label}以“{said}”开头" for label, said in beginnings if said),
    ]  # fmt: skip
    return "，".join(part for part in parts if part) or "全部人员"


def state_of(*, is_met: bool, has_rule: bool, is_obliged: bool) -> State:
    if is_met:
        return State.MET
    if not has_rule:
        return State.NO_RULE
    return State.BEHIND if is_obliged else State.EASED


def missing_words(thresholds: Sequence[Threshold]) -> str:
    """专业科目差 12 学时；… : each threshold that is not met; the total only where nothing else is missing."""
    short = [each for each in thresholds if not each.is_met]
    parts = [each for each in short if each.kind != "total"] or short
    return "；".join(f"{each.label}差 {each.missing.normalize():f} 学时" for each in parts)


def consequence(state: State, nature: str) -> str:
    """What follows of a year for appraisal, in the words of the document (S3-09)."""
    if state == State.MET:
        return "可以评聘、评优"
    if state != State.BEHIND:
        return "按有关规定执行"
    words = "不能评聘专业技术职务；年度考核不得确定为优秀等次"
    return words if nature in _BOUND else f"{words}（参照执行）"


def reasons_not_to_remind(people: int) -> Iterator[Refusal]:
    if people == 0:
        yield Refusal("nobody_behind", "筛选出的人员中没有未达标的，不需要提醒。")
    elif people > MOST_REMINDED:
        yield Refusal("too_many_people", f"一次最多提醒 {MOST_REMINDED} 人，现在超过了。请先按部门或姓名筛选。")


def reasons_not_to_mark(people: int, department: str) -> Iterator[Refusal]:
    """Of putting so many people into a department. An empty one takes them out of theirs."""
    if people == 0:
        yield Refusal("nobody_chosen", "请先在名单左侧勾选人员。")
    elif people > MOST_MARKED:
        yield Refusal("too_many_people", f"一次最多设置 {MOST_MARKED} 人的部门。")
    if len(department) > DEPARTMENT_LIMIT or not department.isprintable():
        yield Refusal("department", f"部门名称最多 {DEPARTMENT_LIMIT} 个字，不能有无法显示的字符。", field="department")


def reminder(year: int, missing: str, until: str) -> str:
    """The message to somebody behind."""
    return f"您 {year} 年度的继续教育学时还没有达标：{missing}。请在{until}前学完并申报。"
