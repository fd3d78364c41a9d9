"""What a base may report by a roster, and how each row of it is read (S2-04, S2-13; A13, A16, A17, A27)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from accounts.rules.cells import Problem, reasons_of_kind, reasons_of_name, reasons_of_number
from bases.rules import recognition
from bases.rules.recognition import Recognised
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.sheets import (
    BLANK,
    MEGABYTE,
    MOST_BYTES,
    MOST_ROWS,
    Cell,
)
from ceportal.kernel.rules.text import TITLE_LIMIT, person_name, reasons_not_to_accept
from credits.enums import REPORTED, PublicKind, RosterState, Subject
from credits.rules.declaring import Limits, ceiling, days_of
from credits.rules.typed import reasons_not_to_keep_day, reasons_not_to_keep_hours, reasons_not_to_read_hours

SHEET = "名单"
GUIDE = "填写说明"
ID_NUMBER, NAME, HOURS, RESULT, REMARK = "证件号码", "姓名", "学时", "考核结果", "备注"
COLUMNS = (ID_NUMBER, NAME, HOURS, RESULT, REMARK)
REQUIRED = (ID_NUMBER, NAME, RESULT)
PASSED, FAILED = "合格", "不合格"
FIELD = "file"
CODE_LIMIT, PLACE_LIMIT, REMARK_LIMIT, REASON_LIMIT = 40, 100, 100, 300
# Nothing has been written into anybody's account yet.
OPEN = frozenset({RosterState.DRAFT, RosterState.CHECKED})
AT_WORK = frozenset({RosterState.CHECKING, RosterState.CREDITING, RosterState.UNDOING})
# One wording for a number nobody has and for a name that is not its owner's (inputs.md E109, F): nothing is disclosed.
NOT_OURS = "不是本单位（所属单位）已在平台注册并核准的人员。请核对证件号码和姓名；没有注册的先注册。"
UNKNOWN_PERSON = "平台上没有证件号码和姓名都与此相符、已核准注册的人员。请核对；如果无误，本人注册并核准后自动计入。"


@dataclass(frozen=True)
class ClassFacts:
    """One class as its base reports it. `hours` is what each person gets unless the row says less."""

    title: str
    subject: str
    started_on: date
    ended_on: date
    hours: Decimal
    public_kind: str = ""
    class_code: str = ""
    place: str = ""


@dataclass(frozen=True)
class RosterLine:
    """A row as it was read. `id_number` is in clear: it is sealed before anything is kept."""

    number: int
    id_number: str = ""
    name: str = ""
    hours: Decimal | None = None
    was_passed: bool | None = None
    remark: str = ""
    problems: tuple[Problem, ...] = ()


def reasons_not_to_report(
    facts: ClassFacts,
    *,
    recognised: Sequence[Recognised] | None,
    today: date,
    limits: Limits | None,
    takes_professional: bool,
) -> Iterator[Refusal]:
    """Why hours of this class cannot be reported by its base; `recognised` None: a unit's own, reviewed afterwards."""
    yield from _about_the_words(facts)
    yield from reasons_not_to_keep_day(facts.started_on, field="started_on")
    yield from reasons_not_to_keep_hours(facts.hours, field="hours")
    if facts.ended_on < facts.started_on:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")
        return
    if facts.ended_on > today:
        message = "培训班还没有结束。结束并考核合格后再上传名单。"
        yield Refusal("not_over", message, field="ended_on", clause="S2-13")
    yield from _about_the_subject(facts, limits, takes_professional=takes_professional)
    if recognised is not None:
        yield from reasons_not_to_teach(facts, recognised)
    if limits is None:
        yield Refusal("no_rule", f"{facts.ended_on.year} 年度还没有学时规定，暂不能上传。", field="ended_on")
    elif limits.per_day_refuses and facts.hours.is_finite() and facts.hours > _most(facts, limits):
        most = _most(facts, limits)
        days = days_of(facts.started_on, facts.ended_on)
        message = f"共 {days} 天，每天最多 {_plain(limits.per_day)} 学时，每人最多 {_plain(most)} 学时。"
        yield Refusal("over_ceiling", message, field="hours", clause=limits.per_day_clause)


def _most(facts: ClassFacts, limits: Limits) -> Decimal:
    return ceiling(facts.started_on, facts.ended_on, limits)


def reasons_not_to_teach(facts: ClassFacts, recognised: Sequence[Recognised]) -> Iterator[Refusal]:
    """A class counts when its base was valid, for its subject, on the day the class ended (A27)."""
    label = Subject(facts.subject).label if facts.subject in Subject.values else ""
    yield from recognition.reasons_not_to_teach(recognised, subject=facts.subject, label=label, ended_on=facts.ended_on)


def reasons_not_to_edit(state: str) -> Iterator[Refusal]:
    if state not in OPEN:
        yield Refusal("not_open", f"这份名单现在是“{RosterState(state).label}”，不能再改动。")


def reasons_not_to_confirm(state: str, *, wrong: int, to_credit: int) -> Iterator[Refusal]:
    """A roster is credited whole: as long as a row is wrong, nothing of it is."""
    if state != RosterState.CHECKED:
        yield Refusal("not_checked", f"这份名单现在是“{RosterState(state).label}”，不能确认登记。")
    elif wrong:
        yield Refusal("has_wrong_rows", f"还有 {wrong} 行有错误。请在表格中改正后重新上传，再确认。", field=FIELD)
    elif not to_credit:
        yield Refusal("nothing_to_credit", "名单中没有可以登记的人员。", field=FIELD)


def reasons_not_to_undo(state: str, reason: str) -> Iterator[Refusal]:
    if state != RosterState.DONE:
        yield Refusal("not_done", f"这份名单现在是“{RosterState(state).label}”，不能撤销。")
    if not reason.strip():
        yield Refusal("reason_missing", "请写明撤销的原因，名单上的人员会看到。", field="reason")
    else:
        yield from reasons_not_to_accept(
            reason.replace("\r", "").replace("\n", " "), field="reason", label="原因", limit=REASON_LIMIT
        )


def guide(facts: ClassFacts) -> Iterator[str]:
    """What stands on the template's second sheet."""
    yield f"本名单用于：{facts.title}（{facts.started_on} 至 {facts.ended_on}，每人 {_plain(facts.hours)} 学时）。"
    yield f"请在“{SHEET}”表中每人填一行，从第 2 行开始。不要改动第 1 行的表头，不要合并单元格，不要使用公式。"
    yield f"{ID_NUMBER}：身份证 18 位，最后一位是 X 的也要填。本列已设为文本格式；从别处复制时，请选择“只粘贴值”。"
    yield f"{NAME}：与本人在平台注册的姓名一致。"
    yield f"{HOURS}：不填就是每人 {_plain(facts.hours)} 学时；个别人较少的，填实际学时，以 0.5 为单位，不能超过这个数。"
    yield f"{RESULT}：填“{PASSED}”或“{FAILED}”。不合格的不计学时。"
    yield f"{REMARK}：可以不填，最多 {REMARK_LIMIT} 个字。请不要在这里填写证件号码和电话。"
    yield f"最多 {MOST_ROWS:,} 行、{MOST_BYTES // MEGABYTE} MB。上传后先核对，确认前不会登记任何学时。"


def read_line(number: int, cells: Mapping[str, Cell], facts: ClassFacts, *, today: date) -> RosterLine:
    """One row; all that is wrong with it at once, in the order of the columns."""
    problems = [*reasons_of_kind(cells, numbers=(ID_NUMBER,))]
    spoilt = {problem.column for problem in problems}
    id_number = "" if ID_NUMBER in spoilt else normalise(cells.get(ID_NUMBER, BLANK).text)
    name = cells.get(NAME, BLANK).text
    if ID_NUMBER not in spoilt:
        problems += [*reasons_of_number(ID_NUMBER, id_number, today=today)]
    if NAME not in spoilt:
        problems += [*reasons_of_name(NAME, name)]
    hours = facts.hours
    if HOURS not in spoilt and not cells.get(HOURS, BLANK).is_blank:
        text = cells[HOURS].text.strip(" ")
        problems += (found := [*_hours_problems(text, facts)])
        hours = facts.hours if found else Decimal(text)
    result = cells.get(RESULT, BLANK).text.strip(" ")
    if RESULT not in spoilt and result not in {PASSED, FAILED}:
        problems.append(Problem(RESULT, "result", f"请填“{PASSED}”或“{FAILED}”：学时在考核合格后才能计入。"))
    remark = cells.get(REMARK, BLANK).text.strip()
    if REMARK not in spoilt and remark:
        wrong = reasons_not_to_accept(remark, field="", label=REMARK, limit=REMARK_LIMIT)
        problems += [Problem(REMARK, reason.code, reason.message) for reason in wrong]
    ordered = sorted(problems, key=lambda problem: COLUMNS.index(problem.column))
    return RosterLine(number, id_number, person_name(name), hours, result == PASSED, remark, tuple(ordered))


def nobody() -> Refusal:
    return Refusal("no_rows", "表头下面没有人员：所有行都是空的，没有读到任何内容。", field=FIELD)


def with_problem(line: RosterLine, problem: Problem) -> RosterLine:
    return replace(line, problems=(*line.problems, problem))


def twice(first: int) -> Problem:
    return Problem(ID_NUMBER, "twice", f"与第 {first} 行是同一个证件号码，同一个人只能出现一次。")


def _about_the_words(facts: ClassFacts) -> Iterator[Refusal]:
    yield from reasons_not_to_accept(facts.title, field="title", label="培训班名称", limit=TITLE_LIMIT)
    for value, name, label, limit in (
        (facts.class_code, "class_code", "班次编号", CODE_LIMIT),
        (facts.place, "place", "培训地点", PLACE_LIMIT),
    ):
        if value:
            yield from reasons_not_to_accept(value, field=name, label=label, limit=limit)


def _about_the_subject(facts: ClassFacts, limits: Limits | None, *, takes_professional: bool) -> Iterator[Refusal]:
    if facts.subject not in REPORTED:
        yield Refusal("no_subject", "请选择公需科目或专业科目。", field="subject")
    elif facts.subject == Subject.PROFESSIONAL and not takes_professional:
        message = "本地的专业科目学时由本人申报、单位审核，不由基地上传。请为学员开具结业证明，由本人申报。"
        yield Refusal("professional_is_declared", message, field="subject", clause="A13")
    asks = limits is not None and limits.asks_compulsory and facts.subject == Subject.PUBLIC
    if limits and asks and facts.public_kind not in PublicKind.values:
        message = "请选择必修课或选修课：本地对必修课有单独要求。"
        yield Refusal("no_public_kind", message, field="public_kind", clause=limits.compulsory_clause)


def _hours_problems(text: str, facts: ClassFacts) -> Iterator[Problem]:
    if reasons := reasons_not_to_read_hours(text):
        yield from (Problem(HOURS, reason.code, reason.message) for reason in reasons)
    elif Decimal(text) > facts.hours:
        message = f"超过这个班的 {_plain(facts.hours)} 学时。"
        yield Problem(HOURS, "over_class", message)


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
