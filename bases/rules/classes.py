"""When a base may announce a class, and what may be done with one (S0-16, S1-14, S2-13, S4-05; A16, A27)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bases.enums import ClassState
from bases.rules.recognition import Recognised, reasons_not_to_teach
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept

# What everybody must be able to read of a class before it opens, with how much room there is for it.
DISCLOSED: Mapping[str, tuple[str, int]] = {
    "scope": ("招生对象", 300),
    "content": ("培训内容", 500),
    "lecturers": ("授课教师", 300),
    "place": ("培训地点", 100),
    "facilities": ("设施", 300),
    "fees": ("收费项目和标准", 300),
    "contact": ("咨询电话", 120),
}
SUBJECTS = {"public": "公需科目", "professional": "专业科目"}
MOST_HOURS, MOST_PEOPLE, MONTHS_LIMIT, CODE_LIMIT, REASON_LIMIT = Decimal(200), 100_000, 60, 40, 300
# From this year on a class of the professional subject needs the word of the industry authority (S4-05).
CONSENT_FROM = 2025
_HOURS = re.compile(r"[0-9]{1,3}(\.[05])?", re.ASCII)


@dataclass(frozen=True)
class ClassPlan:
    """A class as it is announced; `disclosed` holds the items of `DISCLOSED`."""

    title: str
    code: str
    subject: str
    started_on: date
    ended_on: date
    hours: Decimal
    capacity: int
    disclosed: Mapping[str, str]


def hours_in(text: str) -> Decimal | None:
    """Hours in steps of a half, as they are typed; None for anything else."""
    found = Decimal(text) if _HOURS.fullmatch(text) else Decimal(0)
    return found if 0 < found <= MOST_HOURS else None


def reasons_not_to_plan(title: str, subject: str, months: str, hours: Decimal | None, people: int) -> Iterator[Refusal]:
    """Why a line cannot stand in a yearly plan."""
    yield from reasons_not_to_accept(title, field="title", label="培训名称", limit=TITLE_LIMIT)
    yield from reasons_not_to_accept(months, field="months", label="时间", limit=MONTHS_LIMIT)
    yield from _about_subject(subject)
    if hours is None:
        yield _no_hours()
    if not 0 < people <= MOST_PEOPLE:
        yield Refusal("people", f"人数请填写 1 到 {MOST_PEOPLE}。", field="people")


def reasons_not_to_announce(plan: ClassPlan, *, plan_year: int, today: date) -> Iterator[Refusal]:
    """Why a class cannot be put on paper so: everything that must be disclosed, days that fit, hours in halves."""
    yield from reasons_not_to_accept(plan.title, field="title", label="培训班名称", limit=TITLE_LIMIT)
    yield from reasons_not_to_accept(plan.code, field="code", label="班次编号", limit=CODE_LIMIT)
    yield from _about_subject(plan.subject)
    yield from reasons_of_days(plan.started_on, plan.ended_on, today=today)
    if plan.ended_on.year != plan_year:
        message = f"这个班在 {plan.ended_on.year} 年结束，请选择 {plan.ended_on.year} 年度计划中的一项。"
        yield Refusal("other_year", message, field="plan_item", clause="S0-16")
    if hours_in(f"{plan.hours.normalize():f}") is None:
        yield _no_hours()
    if not 0 < plan.capacity <= MOST_PEOPLE:
        yield Refusal("capacity", f"人数请填写 1 到 {MOST_PEOPLE}。", field="capacity")
    for name, (label, limit) in DISCLOSED.items():
        flat = plan.disclosed.get(name, "").replace("\r", " ").replace("\n", " ")
        for reason in reasons_not_to_accept(flat, field=name, label=label, limit=limit):
            yield Refusal(reason.code, reason.message, field=name, clause="S1-14")


def reasons_of_days(started_on: date, ended_on: date, *, today: date) -> Iterator[Refusal]:
    if ended_on < started_on:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")
    if started_on < today:
        yield Refusal("begun", "开始日期已经过去。培训班要在开班前公布。", field="started_on", clause="S1-14")


def consent_clause(subject: str, year: int) -> str:
    """By which clause the authority's word is asked for; empty where the base opens by itself."""
    return "S4-05" if subject == "professional" and year >= CONSENT_FROM else ""


def reasons_not_to_open(
    state: str, *, subject: str, started_on: date, ended_on: date, recognised: Sequence[Recognised],
    has_disclosed: bool, has_consent: bool, today: date,
) -> Iterator[Refusal]:  # fmt: skip
    """Why a class cannot be opened to everybody now."""
    if state not in {ClassState.DRAFT, ClassState.ASKED}:
        yield Refusal("not_draft", f"这个班现在是“{ClassState(state).label}”，不能再公布。")
        return
    if not has_disclosed:
        message = "贵单位还没有公开培训范围、收费项目和标准等信息。请先填写“公开信息”，再公布培训班。"
        yield Refusal("not_disclosed", message, clause="S1-14")
    yield from reasons_of_days(started_on, ended_on, today=today)
    yield from reasons_not_to_teach(recognised, subject=subject, label=SUBJECTS[subject], ended_on=ended_on)
    if (clause := consent_clause(subject, ended_on.year)) and not has_consent:
        yield Refusal("no_consent", "专业科目的培训班须经行业主管部门同意。请先提交办班申请。", clause=clause)


def reasons_not_to_enrol(
    state: str, *, started_on: date, taken: int, capacity: int, today: date, wanted: int = 1
) -> Iterator[Refusal]:
    """Why so many places cannot be taken: all of them, or none."""
    if state != ClassState.OPEN:
        yield Refusal("not_open", f"这个班现在是“{ClassState(state).label}”，不能报名。")
    elif started_on < today:
        yield Refusal("begun", "这个班已经开班，报名已截止。")
    elif taken >= capacity:
        yield Refusal("full", f"这个班招 {capacity} 人，已经报满。")
    elif taken + wanted > capacity:
        yield Refusal("full", f"这个班只剩 {capacity - taken} 个名额，您选了 {wanted} 人。请减少人数。")


def reasons_not_to_change(state: str, *, is_assessed: bool, reason: str) -> Iterator[Refusal]:
    """Why an open class cannot be moved or cancelled."""
    if state != ClassState.OPEN:
        yield Refusal("not_open", f"这个班现在是“{ClassState(state).label}”，不能调整。")
    elif is_assessed:
        yield Refusal("assessed", "考核结果已经登记，不能再调整。")
    flat = reason.replace("\r", " ").replace("\n", " ")
    yield from reasons_not_to_accept(flat, field="reason", label="原因", limit=REASON_LIMIT)


def reasons_not_to_assess(state: str, *, ended_on: date, today: date) -> Iterator[Refusal]:
    """Hours are for who passed, and that is known when the class is over (S2-13)."""
    if state != ClassState.OPEN:
        yield Refusal("not_open", f"这个班现在是“{ClassState(state).label}”，不能登记考核结果。")
    elif ended_on > today:
        yield Refusal("not_over", "培训班还没有结束，结束后再登记考核结果。", clause="S2-13")


def reasons_not_to_attend(state: str, *, started_on: date, ended_on: date, day: date, today: date) -> Iterator[Refusal]:
    if state != ClassState.OPEN:
        yield Refusal("not_open", f"这个班现在是“{ClassState(state).label}”，不能签到。")
    elif not started_on <= day <= ended_on:
        yield Refusal("outside", "这一天不在培训班的日期之内。", field="day")
    elif day > today:
        yield Refusal("to_come", "这一天还没有到。", field="day")


def completion_number(year: int, serial: int, mark: str) -> str:
    """2026-000042-9F3C: counted, and not to be guessed from the one before."""
    return f"{year}-{serial:06d}-{mark[:4].upper()}"


def _about_subject(subject: str) -> Iterator[Refusal]:
    if subject not in SUBJECTS:
        yield Refusal("subject", "请选择公需科目或专业科目。", field="subject")


def _no_hours() -> Refusal:
    return Refusal("hours", f"学时请填写大于 0、不超过 {MOST_HOURS} 的数，以 0.5 为一档。", field="hours", clause="A16")
