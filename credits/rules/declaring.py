"""When hours may be declared, and how a declaration moves (S0-12 to S0-14, S2-13, S4-10, S4-18; A7, A8, A17, A25)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts.enums import Move
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept
from credits.enums import DeclarationState as State
from credits.enums import PublicKind, Subject
from credits.rules.claiming import Worked, reasons_not_to_claim, work_out
from credits.rules.conversion import Learnt
from credits.rules.details import Details, plain, reasons_not_to_keep_details, reasons_not_to_leave_unsaid
from credits.rules.doubts import OURS, Thresholds
from credits.rules.evidence import missing_labels
from credits.rules.planned import NamedPlan, reasons_not_to_keep_why, reasons_not_to_leave_unplanned
from credits.rules.plausibility import PERSON_DAY
from credits.rules.typed import reasons_not_to_keep_day, reasons_not_to_keep_hours
from credits.rules.window import CLOSED, Opening, YearLimits, reasons_of_another_year, reasons_of_the_time

MOVES: Mapping[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.AT_EMPLOYER,
    (State.RETURNED, Move.SUBMIT): State.AT_EMPLOYER,
    (State.AT_EMPLOYER, Move.APPROVE): State.AT_AUTHORITY,
    (State.AT_AUTHORITY, Move.APPROVE): State.APPROVED,
    (State.AT_EMPLOYER, Move.RETURN): State.RETURNED,
    (State.AT_AUTHORITY, Move.RETURN): State.RETURNED,
    (State.AT_EMPLOYER, Move.REJECT): State.REJECTED,
    (State.AT_AUTHORITY, Move.REJECT): State.REJECTED,
    (State.DRAFT, Move.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Move.WITHDRAW): State.WITHDRAWN,
    (State.AT_EMPLOYER, Move.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Move.REVERSE): State.REVERSED,
}
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
UNDER_REVIEW = frozenset({State.AT_EMPLOYER, State.AT_AUTHORITY})
# From these a new declaration may be made with the same content (A25).
RENEWABLE = frozenset({State.REJECTED, State.WITHDRAWN})
# What stands in the way of counting the same training again.
LIVE = frozenset({State.AT_EMPLOYER, State.AT_AUTHORITY, State.APPROVED})
# Reasons that are about the moment, not about what was filled in: answered 409 (inputs.md B39, B41).
OF_THE_MOMENT = frozenset({"year_closed", "deadline_passed", "no_rule", "other_year", "no_such_move"})
MOST_DRAFTS = 50
REMARK_LIMIT = 300
CERTIFICATE_NO_LIMIT = 60


@dataclass(frozen=True)
class Limits(YearLimits):
    """What the regulation of one year and place asks of a declaration; each figure with its clause.

    `trade` is the person's, where it has rules of its own. Where a day's ceiling does not refuse, what is above it is
    shown to whoever reviews; so is what is above `person_day`, the most of a day over all sources (decision 7). Whoever
    approves has had each file of evidence open for `dwell_seconds`.
    """

    per_day: Decimal = Decimal(8)
    per_day_clause: str = "A17"
    per_day_refuses: bool = True
    person_day: Decimal = PERSON_DAY
    asks_compulsory: bool = False
    compulsory_clause: str = ""
    asks_elective: bool = False
    employer_days: int = 5
    authority_days: int = 5
    authority_days_clause: str = "S0-20"
    authority_starts_at_declaration: bool = False
    doubts: Thresholds = OURS
    dwell_seconds: int = 5
    trade: str = ""


@dataclass(frozen=True)
class DeclarationFacts:
    """A declaration as the rules see it. `twins` names own declarations of the same training that count or may,
    `artefact_twins` those of the same paper, patent …

    `asks`, `labels` and `leaves_out` are its activity's; `worked` what its hours come to. `asked_year` is the year it
    was begun for, where one was chosen.
    """

    state: State
    activity: str = ""
    is_attended: bool = True
    title: str = ""
    organiser: str = ""
    certificate_no: str = ""
    remark: str = ""
    subject: str = ""
    public_kind: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    asked_year: int | None = None
    hours: Decimal | None = None
    was_passed: bool | None = None
    payer: str = ""
    evidence_count: int = 0
    evidence_labels: tuple[str, ...] = ()
    reviewer: str = ""
    is_approved: bool = True
    twins: tuple[str, ...] = ()
    artefact_twins: tuple[str, ...] = ()
    is_promised: bool = True
    asks: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    leaves_out: tuple[str, ...] = ()
    details: Details = field(default_factory=dict)
    plan: NamedPlan | None = None
    unplanned: str = ""
    worked: Worked | None = None

    def called(self, name: str, label: str) -> str:
        """What a column is called in this activity."""
        return plain(self.labels.get(name, label))


def reasons_not_to_move(state: str, move: Move) -> Iterator[Refusal]:
    """The table says no."""
    if (State(state), move) not in MOVES:
        yield Refusal("no_such_move", f"这项申报现在是“{State(state).label}”，不能{move.label}。")


def reasons_not_to_edit(state: str) -> Iterator[Refusal]:
    if State(state) not in EDITABLE:
        yield Refusal("not_editable", f"这项申报现在是“{State(state).label}”，内容不能再改。")


def reasons_not_to_keep(facts: DeclarationFacts) -> Iterator[Refusal]:
    """Why these values cannot even stand in a draft. What is still empty is no reason."""
    for value, name, label, limit in _texts(facts):
        if value:
            yield from reasons_not_to_accept(value, field=name, label=label, limit=limit)
    if facts.hours is not None:
        yield from reasons_not_to_keep_hours(facts.hours)
    for day, name in ((facts.started_on, "started_on"), (facts.ended_on, "ended_on")):
        if day is not None:
            yield from reasons_not_to_keep_day(day, field=name)
    if facts.started_on and facts.ended_on and facts.ended_on < facts.started_on:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")
    yield from reasons_not_to_keep_details(facts.details)
    yield from reasons_not_to_keep_why(facts.unplanned)


def reasons_not_to_submit(
    facts: DeclarationFacts, *, today: date, limits: Limits | None, opening: Opening = CLOSED
) -> Iterator[Refusal]:
    """Everything that is missing or wrong, in the order of the page. `limits` is of the year of the end date.

    None for `limits` means that no rule is known for that year; `opening` is what lets this one in after it closed.
    """
    yield from _about_the_person(facts)
    yield from reasons_not_to_keep(facts)
    yield from _about_the_training(facts, limits)
    yield from reasons_not_to_leave_unsaid(facts.asks, facts.details, facts.labels)
    yield from reasons_not_to_leave_unplanned(facts.activity, facts.plan, facts.unplanned, ended_on=facts.ended_on)
    yield from _about_the_time(facts, today, limits, opening)
    yield from _about_the_hours(facts, limits)
    yield from _about_the_proof(facts)


def reasons_of_artefacts(twins: Iterable[str]) -> Iterator[Refusal]:
    """`twins` are declared already of the same paper, patent, book, project or certificate."""
    for twin in twins:
        message = f"您已用同一成果或证书申报过：{twin}。同一成果只计一次，换一个年度也不再计。"
        yield Refusal("artefact_before", message, field="title", clause="A29")


def reasons_not_to_withdraw(state: str, *, was_decided: bool) -> Iterator[Refusal]:
    """Withdrawn until the first decision of the round; `was_decided` says whether somebody has already decided.

    With no other reviewer at the employer a declaration waits at the authority from the start (A24): still undecided.
    """
    if state == State.AT_AUTHORITY and not was_decided:
        return
    yield from reasons_not_to_move(state, Move.WITHDRAW)


def reasons_not_to_recognise(hours: Decimal, *, claimed: Decimal) -> Iterator[Refusal]:
    """A reviewer may recognise fewer hours than claimed, never more."""
    yield from reasons_not_to_keep_hours(hours, field="hours")
    if hours.is_finite() and hours > claimed:
        yield Refusal("more_than_claimed", f"认定学时不能超过申报的 {claimed.normalize():f} 学时。", field="hours")


def days_of(started_on: date, ended_on: date) -> int:
    return (ended_on - started_on).days + 1


def ceiling(started_on: date, ended_on: date, limits: Limits) -> Decimal:
    """The most hours an attended training of that span can give (A17)."""
    return limits.per_day * days_of(started_on, ended_on)


def year_note(started_on: date | None, ended_on: date | None) -> str:
    """What to tell about a training that spans New Year (A7); empty for others."""
    if not started_on or not ended_on or started_on.year >= ended_on.year:
        return ""
    return f"这次学习跨年，按结束日期计入 {ended_on.year} 年度。"


def _texts(facts: DeclarationFacts) -> tuple[tuple[str, str, str, int], ...]:
    return (
        (facts.title, "title", "学习内容或名称", TITLE_LIMIT),
        (facts.organiser, "organiser", "主办单位", TITLE_LIMIT),
        (facts.certificate_no, "certificate_no", "证书编号", CERTIFICATE_NO_LIMIT),
        (facts.remark.replace("\r\n", " ").replace("\n", " "), "remark", "补充说明", REMARK_LIMIT),
    )


def _about_the_person(facts: DeclarationFacts) -> Iterator[Refusal]:
    if not facts.is_approved:
        yield Refusal("not_approved", "您的注册还没有核准，核准后才能提交；已填的内容会保留。")
    elif not facts.reviewer:
        message = "您所在的地区还没有负责审核的人社部门，暂不能提交；已填的内容会保留。"
        yield Refusal("no_reviewer", message, clause="S1-13")


def _about_the_training(facts: DeclarationFacts, limits: Limits | None) -> Iterator[Refusal]:
    if not facts.activity:
        yield Refusal("no_activity", "请选择学习方式。", field="activity")
    if not facts.title.strip():
        yield Refusal("no_title", f"请填写{facts.called('title', '学习内容或名称')}。", field="title")
    if not facts.organiser.strip():
        yield Refusal("no_organiser", f"请填写{facts.called('organiser', '主办单位')}。", field="organiser")
    if not facts.subject:
        yield Refusal("no_subject", "请选择是公需科目还是专业科目。", field="subject")
    elif facts.subject == Subject.ELECTIVE and limits is not None and not limits.asks_elective:
        message = "您所在地方这一年度没有选修科目的要求，请选择公需科目或专业科目。"
        yield Refusal("no_elective", message, field="subject")
    asks_kind = limits is not None and limits.asks_compulsory and facts.subject == Subject.PUBLIC
    if limits and asks_kind and facts.public_kind not in PublicKind.values:
        message = "请选择是必修课还是选修课：您所在地方对必修课有单独要求。"
        yield Refusal("no_public_kind", message, field="public_kind", clause=limits.compulsory_clause)
    for twin in facts.twins:
        message = f"您已申报过同一次学习：{twin}。同一次学习只计一次。"
        yield Refusal("declared_before", message, field="title", clause="A29")
    yield from reasons_of_artefacts([twin for twin in facts.artefact_twins if twin not in facts.twins])


def _about_the_time(facts: DeclarationFacts, today: date, limits: Limits | None, opening: Opening) -> Iterator[Refusal]:
    """Of what ended in a year that is shut it is no matter for which year it was begun."""
    if not facts.started_on and "started_on" not in facts.leaves_out:
        yield Refusal("no_start", f"请填写{facts.called('started_on', '开始日期')}。", field="started_on")
    if not facts.ended_on:
        yield Refusal("no_end", f"请填写{facts.called('ended_on', '结束日期')}。", field="ended_on")
        return
    shut = list(reasons_of_the_time(facts.ended_on, today=today, limits=limits, opening=opening))
    yield from shut or reasons_of_another_year(facts.ended_on, facts.asked_year)


def _about_the_hours(facts: DeclarationFacts, limits: Limits | None) -> Iterator[Refusal]:
    if facts.hours is None:
        yield Refusal("no_hours", "请填写学时。", field="hours_claimed")
        return
    yield from reasons_not_to_claim(facts.hours, facts.worked or work_out(None, _learnt(facts, limits)))


def _learnt(facts: DeclarationFacts, limits: Limits | None) -> Learnt:
    """For an activity that nothing converts: its days alone bound it."""
    start, end = facts.started_on, facts.ended_on
    return Learnt(
        days=days_of(start, end) if start and end else None,
        is_attended=facts.is_attended,
        per_day=limits.per_day if limits else None,
        per_day_clause=limits.per_day_clause if limits else "",
        per_day_refuses=limits is not None and limits.per_day_refuses,
    )


def _about_the_proof(facts: DeclarationFacts) -> Iterator[Refusal]:
    if "was_passed" not in facts.leaves_out:
        yield from _about_the_result(facts)
    if not facts.payer and "payer" not in facts.leaves_out:
        yield Refusal("no_payer", "请选择费用由谁承担。", field="payer", clause="S4-18")
    standard = facts.worked.standard if facts.worked else None
    if not facts.evidence_count:
        yield Refusal("no_evidence", "请至少上传一份佐证材料。", field="files", clause="default")
    elif standard and (missing := missing_labels(standard.evidence, facts.evidence_labels)):
        message = f"{standard.unit_name}的认定标准还要求提供{'、'.join(missing)}，请上传。"
        yield Refusal("no_own_evidence", message, field="files", clause="S0-19")
    if not facts.is_promised:
        yield Refusal("not_promised", "请阅读并勾选承诺。", field="promise", clause="S4-16")


def _about_the_result(facts: DeclarationFacts) -> Iterator[Refusal]:
    if facts.was_passed is None:
        yield Refusal("no_result", "请选择是否考核合格。", field="was_passed", clause="S2-13")
    elif not facts.was_passed:
        message = "学时在培训合格后才能计入。没有合格的学习不能申报。"
        yield Refusal("not_passed", message, field="was_passed", clause="S2-13")
