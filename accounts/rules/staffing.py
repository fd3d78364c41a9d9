"""A unit's people asked to belong to it, from a list: what a row may hold, who may take it up (S4-08).

Nobody is made an account by a row: who is asked accepts, or registers by themself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.enums import IdKind, TitleLevel
from accounts.rules.cells import Problem, reasons_of_kind, reasons_of_name, reasons_of_number
from accounts.rules.registration import NO_TITLE_SERIES, PersonFacts, reasons_not_to_register
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.sheets import MEGABYTE, MOST_BYTES, Cell
from ceportal.kernel.rules.text import person_name, reasons_not_to_accept

LASTS = timedelta(days=30)
# A list that nobody sent, and what was settled, are kept so long.
LIST_KEPT, SETTLED_KEPT = timedelta(days=7), timedelta(days=365)
MOST_LINES = 3_000
DEPARTMENT_LIMIT = 60
SHEET, GUIDE = "人员", "填写说明"
NAME, ID, DEPARTMENT, SERIES, LEVEL = "姓名", "证件号码", "部门", "职称系列", "职称级别"
COLUMNS = (NAME, ID, DEPARTMENT, SERIES, LEVEL)
REQUIRED = frozenset({NAME, ID})
WIDTHS = (16, 24, 20, 24, 14)
_LEVELS = {level.label: level.value for level in TitleLevel if level != TitleLevel.NONE}
HOW = {
    NAME: "与证件一致。少数民族姓名中间的点写“·”。",
    ID: "居民身份证 18 位，最后一位是 X 的也要填；港澳台和外国人填证件上的号码。",
    DEPARTMENT: "科室、院系、车间等。本人接受后按这里登记。",
    SERIES: "平台上的职称系列名称，例如“中小学教师”；没有职称的不填。",
    LEVEL: f"填其中一个：{'、'.join(_LEVELS)}；没有职称的不填。",
}


@dataclass(frozen=True)
class StaffLine:
    """A row as it was read; `series` is a code. Of one with problems only `name` may be shown."""

    number: int
    name: str
    id_number: str = ""
    department: str = ""
    series: str = NO_TITLE_SERIES
    level: TitleLevel = TitleLevel.NONE
    problems: tuple[Problem, ...] = ()


def read_line(number: int, cells: Mapping[str, Cell], *, series: Mapping[str, str], today: date) -> StaffLine:
    """One row; all that is wrong with it at once, in the order of the columns. `series`: codes by name."""
    spoilt = list(reasons_of_kind(cells, numbers={ID}))
    said = {column: cells[column].text.strip().strip("　") for column in COLUMNS}
    bad = {problem.column for problem in spoilt}
    name, id_number = person_name(said[NAME]), normalise(said[ID])
    told = [
        *reasons_of_name(NAME, name),
        *reasons_of_number(ID, id_number, today=today),
        *_of_department(said[DEPARTMENT]),
        *_of_title(said, series, today),
    ]
    found = [*spoilt, *(problem for problem in told if problem.column not in bad)]
    found.sort(key=lambda problem: COLUMNS.index(problem.column))
    if found:
        return StaffLine(number, "" if NAME in {each.column for each in found} else name, problems=tuple(found))
    code, level = series.get(said[SERIES], NO_TITLE_SERIES), TitleLevel(_LEVELS.get(said[LEVEL], TitleLevel.NONE))
    return StaffLine(number, name, id_number, said[DEPARTMENT], code, level)


def _of_department(said: str) -> Iterator[Problem]:
    if said:
        for reason in reasons_not_to_accept(said, field="", label=DEPARTMENT, limit=DEPARTMENT_LIMIT):
            yield Problem(DEPARTMENT, reason.code, reason.message)


def _of_title(said: Mapping[str, str], series: Mapping[str, str], today: date) -> Iterator[Problem]:
    knows = True
    if said[SERIES] and said[SERIES] not in series:
        knows = False
        yield Problem(SERIES, "unknown_word", "平台上没有这个职称系列，请按“填写说明”里的名称填写；没有职称的不填。")
    if said[LEVEL] and said[LEVEL] not in _LEVELS:
        knows = False
        yield Problem(LEVEL, "unknown_word", f"请填：{'、'.join(_LEVELS)}；没有职称的不填。")
    if knows:
        code = series.get(said[SERIES], NO_TITLE_SERIES)
        facts = PersonFacts(IdKind.RESIDENT, "", "张三", code, TitleLevel(_LEVELS.get(said[LEVEL], TitleLevel.NONE)))
        for reason in reasons_not_to_register(facts, today=today):
            if reason.field == "title_level":
                yield Problem(LEVEL, reason.code, "填了职称级别的，职称系列也要填。")


def twice(first: int) -> Problem:
    return Problem(ID, "twice", f"与第 {first} 行相同，同一份名单里只能出现一次。")


def too_many_lines() -> Refusal:
    return Refusal("too_many_rows", f"一份名单最多 {MOST_LINES:,} 人，请分成几份上传。", field="file")


def guide(series: list[str]) -> Iterator[str]:
    """What stands on the second sheet of the template, line by line."""
    yield "这份表格用来：邀请本单位的专业技术人员加入本单位。"
    yield f"请在“{SHEET}”表中填写，从第 2 行开始，一行一人。不要改动第 1 行的表头，不要合并单元格，不要使用公式。"
    yield "所有列都已设为文本格式。从别处复制时，请选择“只粘贴值”，证件号码才不会变样。"
    yield ""
    for column in COLUMNS:
        yield f"{column}（{'必填' if column in REQUIRED else '可不填'}）：{HOW[column]}"
    yield f"职称系列的名称：{'、'.join(series)}。"
    yield ""
    yield "上传以后："
    yield "一、平台逐行核对，告诉您每一行会发出邀请、不用邀请，还是有错误（哪一行、哪一列、为什么）。"
    yield f"二、核对时还没有邀请任何人。您发出邀请后，由本人答复，{LASTS.days} 天内有效。平台不会替任何人建立账号。"
    yield "三、已有账号的人会收到消息，登录后在“邀请”里接受；从别的单位来的，接受以后就调入或兼职。"
    yield "四、还没有账号的人请自己注册：选择本单位，用名单上的证件号码和姓名。"
    yield "五、注册时填的职称与名单一致的，提交后就核准；不一致的，由您在“人员注册”里核准。"
    yield f"一份名单最多 {MOST_LINES:,} 人、{MOST_BYTES // MEGABYTE} MB，超过的请分成几份。文件本身不保存。"


def reasons_not_to_send(*, to_ask: int, wrong: int, skips_wrong: bool) -> Iterator[Refusal]:
    """Why the list that was read cannot go out."""
    if not to_ask:
        yield Refusal("nobody_to_ask", "这份名单里没有需要邀请的人。")
    elif wrong and not skips_wrong:
        message = f"还有 {wrong} 行有错误。请改正后重新上传；或者勾选“有错误的行不邀请”，改正后另行上传。"
        yield Refusal("has_wrong_rows", message, field="skip")


def reasons_not_to_answer(*, expires_at: datetime, is_backed: bool, now: datetime) -> Iterator[Refusal]:
    """`is_backed`: the unit is at work, and who asked for it still approves its people."""
    if now >= expires_at:
        yield Refusal("expired", "这份邀请已经过期，请联系单位重新邀请。")
    elif not is_backed:
        yield Refusal("not_backed", "发出邀请的人已经不办理这个单位的人员核准，请联系单位重新邀请。")


def reasons_not_to_ask_again(*, is_open: bool) -> Iterator[Refusal]:
    if is_open:
        yield Refusal("still_open", "本单位已经向这个人发出另一份邀请，正在等本人答复。")


def is_as_listed(listed: tuple[str, str], said: tuple[str, str]) -> bool:
    """Series and level of the list and of who registers: a title the unit did not name is looked at first (A19)."""
    return listed == said


def lasts_words(expires_at: datetime, now: datetime) -> str:
    """How long an answer is still possible, in whole days from today on. Both are local times."""
    if expires_at <= now:
        return "已过期"
    days = (expires_at.date() - now.date()).days
    return f"还有 {days} 天" if days else "今天到期"
