"""Taking over what exists (接收历史数据): which columns a file has, and how each row of it is read.

Four kinds of files, in this order: units, their people, the hours of past years, the certificates of past years. What
a row says is kept by the headings of its columns, as text; nothing is mended but full-width digits and blanks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts.enums import IdKind, TitleLevel, UnitNature
from accounts.rules.cells import Problem, reasons_of_kind, reasons_of_name, reasons_of_number
from accounts.rules.registration import (
    NO_TITLE_SERIES,
    PersonFacts,
    UnitFacts,
    reasons_not_to_accept_number,
    reasons_not_to_register,
    reasons_not_to_register_unit,
)
from ceportal.kernel.rules.id_number import normalise, reasons_not_to_accept_phone
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.sheets import Cell
from ceportal.kernel.rules.text import TITLE_LIMIT, person_name, reasons_not_to_accept
from ceportal.office.enums import TakenKind
from credits.enums import REPORTED, PublicKind, Subject
from credits.rules.typed import narrow, reasons_not_to_read_day, reasons_not_to_read_hours

USCC, UNIT, NATURE, PLACE = "统一社会信用代码", "单位名称", "单位性质", "所在地区"
SUPERVISOR, CONTACT, PHONE = "主管部门", "联系人", "联系电话"
ID, NAME, MOBILE, WORKS_AT = "证件号码", "姓名", "手机号码", "工作单位"
SERIES, LEVEL, SINCE, DEPARTMENT = "职称系列", "职称级别", "职称取得日期", "部门"
SUBJECT, PUBLIC_KIND, TITLE = "科目", "公需类别", "学习内容"
STARTED, ENDED, HOURS = "开始日期", "结束日期", "学时"
YEAR, NUMBER, ISSUED, ISSUER, TOTAL = "年度", "证书编号", "发证日期", "发证单位", "总学时"

COLUMNS: dict[TakenKind, tuple[str, ...]] = {
    TakenKind.UNITS: (USCC, UNIT, NATURE, PLACE, SUPERVISOR, CONTACT, PHONE),
    TakenKind.PEOPLE: (ID, NAME, MOBILE, WORKS_AT, DEPARTMENT, SERIES, LEVEL, SINCE),
    TakenKind.HOURS: (ID, NAME, SUBJECT, PUBLIC_KIND, TITLE, STARTED, ENDED, HOURS),
    TakenKind.CERTIFICATES: (ID, NAME, YEAR, NUMBER, ISSUED, ISSUER, TOTAL),
}
OPTIONAL = frozenset({SUPERVISOR, DEPARTMENT, SERIES, LEVEL, SINCE, PUBLIC_KIND, TOTAL})
_LONG_NUMBERS = (USCC, ID, MOBILE, NUMBER, PHONE)
_DAYS = (SINCE, STARTED, ENDED, ISSUED)
DEPARTMENT_LIMIT, NUMBER_LIMIT, ISSUER_LIMIT, SOURCE_LIMIT, REASON_LIMIT = 60, 60, 60, 100, 300
# Every row is looked up while its file is read: more would keep the clerk waiting for longer than a request lasts.
MOST_LINES = 20_000
_EARLIEST_YEAR = 2000
_YEAR = re.compile(r"[0-9]{4}(年度?)?", re.ASCII)
_SLASHED = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_TOTAL = re.compile(r"[0-9]{1,4}(\.[05])?", re.ASCII)
_NATURES = {label: value for value, label in UnitNature.choices}
_LEVELS = {label: value for value, label in TitleLevel.choices}
_SUBJECTS = {str(subject.label): subject.value for subject in REPORTED}
_PUBLIC = {label: value for value, label in PublicKind.choices}
# Which column of a file of units, or of people, a rule of registration speaks of.
_OF_UNIT = {"uscc": USCC, "name": UNIT, "contact_name": CONTACT, "contact_phone": PHONE}
_OF_PERSON = {"name": NAME, "title_level": LEVEL, "title_since": SINCE}


@dataclass(frozen=True)
class Around:
    """What a row may name: codes of places in the bureau's area by code and by name, of title series by name."""

    today: date
    places: Mapping[str, str] = field(default_factory=dict)
    series: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TakenLine:
    """A row as it was read: `said` by column, in the words of the rules (codes, days as YYYY-MM-DD); `words` are those
    of the file, for whoever looks at it.
    """

    number: int
    said: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


def required(kind: TakenKind) -> frozenset[str]:
    return frozenset(COLUMNS[kind]) - OPTIONAL


def read_line(kind: TakenKind, number: int, cells: Mapping[str, Cell], around: Around) -> TakenLine:
    """One row; all that is wrong with it at once, in the order of the columns."""
    spoilt = [*reasons_of_kind(cells, numbers=_LONG_NUMBERS, days=_DAYS)]
    said = {column: _told(column, cells[column].text) for column in COLUMNS[kind]}
    words = dict(said)
    bad = {problem.column for problem in spoilt}
    found = [*spoilt, *(problem for problem in _READ[kind](said, around) if problem.column not in bad)]
    found.sort(key=lambda problem: COLUMNS[kind].index(problem.column))
    return TakenLine(number, said, tuple(found), words)


def key_of(kind: TakenKind, said: Mapping[str, str]) -> tuple[str, str]:
    """The column and the value that stand in one row of a file only; none for hours, told apart by the ledger."""
    column = {TakenKind.UNITS: USCC, TakenKind.PEOPLE: ID, TakenKind.CERTIFICATES: NUMBER}.get(kind, "")
    return column, said.get(column, "")


def label_of(kind: TakenKind, said: Mapping[str, str]) -> str:
    return said[UNIT] if kind == TakenKind.UNITS else said[NAME]


def shown_of(kind: TakenKind, words: Mapping[str, str]) -> list[str]:
    """What a page shows of a row beside its name and masked number: the columns that name nobody."""
    hidden = {USCC, UNIT, ID, NAME, MOBILE, CONTACT, PHONE}
    return [f"{column}：{words[column]}" for column in COLUMNS[kind] if column not in hidden and words.get(column)]


def too_many_lines() -> Refusal:
    return Refusal("too_many_rows", f"一份文件最多 {MOST_LINES:,} 行，请分成几份上传。", field="file")


def twice(column: str, first: int) -> Problem:
    return Problem(column, "twice", f"与第 {first} 行相同，同一份文件里只能出现一次。")


def id_kind_of(number: str, *, today: date) -> IdKind:
    """Which kind of paper a well-formed number is of."""
    return next(kind for kind in IdKind if not reasons_not_to_accept_number(kind, number, today=today))


def title_of(said: Mapping[str, str]) -> tuple[str, TitleLevel, date | None]:
    """Code of the series, level, and since when."""
    since = date.fromisoformat(said[SINCE]) if said[SINCE] else None
    return said[SERIES] or NO_TITLE_SERIES, TitleLevel(said[LEVEL] or TitleLevel.NONE), since


def reasons_not_to_begin(source: str) -> Iterator[Refusal]:
    """Where the file comes from stays with everything that is taken over by it."""
    yield from reasons_not_to_accept(source, field="source", label="数据来源", limit=SOURCE_LIMIT)


def reasons_not_to_go_on(*, to_take: int, wrong: int, skips_wrong: bool) -> Iterator[Refusal]:
    """Why the checked rows are not handed to the second person."""
    if not to_take:
        yield Refusal("nothing_to_take", "这份文件里没有可以接收的新内容。")
    elif wrong and not skips_wrong:
        message = f"还有 {wrong} 行有错误。请改正后重新上传；或者勾选“有错误的行不接收”，改正后另行上传。"
        yield Refusal("has_wrong_rows", message, field="skip")


def reasons_not_to_confirm(*, is_own: bool) -> Iterator[Refusal]:
    if is_own:
        yield Refusal("two_people", "提交的人不能自己确认，请由另一位经办人核对后确认。")


def reasons_not_to_undo(reason: str) -> Iterator[Refusal]:
    if not reason.strip():
        yield Refusal("reason_missing", "请写明撤销的原因，有关人员会看到。", field="reason")
    elif len(reason) > REASON_LIMIT:
        yield Refusal("reason_too_long", f"原因最多 {REASON_LIMIT} 个字。", field="reason")


def _told(column: str, text: str) -> str:
    text = text.strip().strip("　")
    if column in {ID, USCC}:
        return normalise(text)
    if column in {MOBILE, HOURS, TOTAL, YEAR}:
        return narrow(text).replace(" ", "").removesuffix("年度").removesuffix("年")
    if column in _DAYS:
        return _day(narrow(text))
    return person_name(text) if column == NAME else text


def _day(text: str) -> str:
    """2023/5/6 and 2023年5月6日 as 2023-05-06; what is none stays as it stands."""
    found = _SLASHED.fullmatch(text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def _as_problems(
    reasons: Iterable[Refusal], column: str, columns: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    for reason in reasons:
        yield Problem((columns or {}).get(reason.field, column), reason.code, reason.message)


def _one_of(said: dict[str, str], column: str, known: Mapping[str, str], message: str) -> Iterator[Problem]:
    """The cell's word replaced by its code, or what is wrong with it."""
    if column in OPTIONAL and not said[column]:
        return
    if said[column] in known.values() or said[column] in known:
        said[column] = known.get(said[column], said[column])
    else:
        yield Problem(column, "unknown_word", message)


def _read_unit(said: dict[str, str], around: Around) -> Iterator[Problem]:
    facts = UnitFacts(said[UNIT], said[USCC], said[CONTACT], said[PHONE])
    yield from _as_problems(reasons_not_to_register_unit(facts), UNIT, _OF_UNIT)
    yield from _one_of(said, NATURE, _NATURES, f"请填：{'、'.join(_NATURES)}。")
    yield from _one_of(said, PLACE, around.places, "请填本地区的行政区划代码（6 位），或与平台一致的地区名称。")
    if said[SUPERVISOR]:
        reasons = reasons_not_to_accept(said[SUPERVISOR], field="", label=SUPERVISOR, limit=TITLE_LIMIT)
        yield from _as_problems(reasons, SUPERVISOR)


def _read_person(said: dict[str, str], around: Around) -> Iterator[Problem]:
    yield from _who(said, around)
    yield from _as_problems(reasons_not_to_accept_phone(said[MOBILE]), MOBILE)
    reasons = reasons_not_to_accept(said[WORKS_AT], field="", label=WORKS_AT, limit=TITLE_LIMIT)
    yield from _as_problems(reasons, WORKS_AT)
    if said[DEPARTMENT]:
        reasons = reasons_not_to_accept(said[DEPARTMENT], field="", label=DEPARTMENT, limit=DEPARTMENT_LIMIT)
        yield from _as_problems(reasons, DEPARTMENT)
    wrong = [
        *_one_of(said, SERIES, around.series, "平台上没有这个职称系列，请按“填写说明”里的名称填写；没有职称的不填。"),
        *_one_of(said, LEVEL, _LEVELS, f"请填：{'、'.join(_LEVELS)}；没有职称的不填。"),
        *(_as_problems(reasons_not_to_read_day(said[SINCE], field=""), SINCE) if said[SINCE] else ()),
    ]
    yield from wrong
    if not wrong:
        series, level, since = title_of(said)
        facts = PersonFacts(IdKind.RESIDENT, "", "张三", series, level, since)
        told = (
            each
            for each in reasons_not_to_register(facts, today=around.today)
            if each.field in {"title_level", "title_since"}
        )
        yield from _as_problems(told, LEVEL, _OF_PERSON)


def _read_hours(said: dict[str, str], around: Around) -> Iterator[Problem]:
    yield from _who(said, around)
    yield from _one_of(said, SUBJECT, _SUBJECTS, f"请填：{'、'.join(_SUBJECTS)}。")
    yield from _one_of(said, PUBLIC_KIND, _PUBLIC, f"请填：{'、'.join(_PUBLIC)}；不分类的不填。")
    if said[PUBLIC_KIND] and said[SUBJECT] == Subject.PROFESSIONAL:
        yield Problem(PUBLIC_KIND, "public_kind", "专业科目不填公需类别。")
    yield from _as_problems(reasons_not_to_accept(said[TITLE], field="", label=TITLE, limit=TITLE_LIMIT), TITLE)
    wrong = [
        problem
        for column in (STARTED, ENDED)
        for problem in _as_problems(reasons_not_to_read_day(said[column], field=""), column)
    ]
    yield from wrong
    if not wrong and said[ENDED] < said[STARTED]:
        yield Problem(ENDED, "ends_before_start", "结束日期早于开始日期，请核对。")
    elif not wrong and date.fromisoformat(said[ENDED]) > around.today:
        yield Problem(ENDED, "not_over", "结束日期还没有到，请核对。")
    yield from _as_problems(reasons_not_to_read_hours(said[HOURS], field="", most_words="一行最多填"), HOURS)


def _read_certificate(said: dict[str, str], around: Around) -> Iterator[Problem]:
    yield from _who(said, around)
    is_year = bool(_YEAR.fullmatch(said[YEAR])) and _EARLIEST_YEAR <= int(said[YEAR]) <= around.today.year
    if not is_year:
        yield Problem(YEAR, "year", f"请填 {_EARLIEST_YEAR} 到 {around.today.year} 之间的年度，例如 2023。")
    for column, limit in ((NUMBER, NUMBER_LIMIT), (ISSUER, ISSUER_LIMIT)):
        yield from _as_problems(reasons_not_to_accept(said[column], field="", label=column, limit=limit), column)
    days = reasons_not_to_read_day(said[ISSUED], field="")
    yield from _as_problems(days, ISSUED)
    if not days and date.fromisoformat(said[ISSUED]) > around.today:
        yield Problem(ISSUED, "not_yet", "发证日期还没有到，请核对。")
    elif not days and is_year and date.fromisoformat(said[ISSUED]).year < int(said[YEAR]):
        yield Problem(ISSUED, "before_year", "发证日期早于证书的年度，请核对。")
    if said[TOTAL] and not (_TOTAL.fullmatch(said[TOTAL]) and Decimal(said[TOTAL]) > 0):
        yield Problem(TOTAL, "hours_shape", "请用数字填写总学时，例如 90 或 90.5；不知道的不填。")


def _who(said: Mapping[str, str], around: Around) -> Iterator[Problem]:
    yield from reasons_of_number(ID, said[ID], today=around.today)
    yield from reasons_of_name(NAME, said[NAME])


_READ: dict[TakenKind, Callable[[dict[str, str], Around], Iterator[Problem]]] = {
    TakenKind.UNITS: _read_unit,
    TakenKind.PEOPLE: _read_person,
    TakenKind.HOURS: _read_hours,
    TakenKind.CERTIFICATES: _read_certificate,
}
