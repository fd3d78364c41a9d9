"""Letters of a bureau under a number: what they begin with, what may stand in them, how they are numbered (公文)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept, strange_character
from ceportal.office.enums import LetterKind

TITLE_LIMIT, BODY_LIMIT, REASON_LIMIT = 80, 3000, 300
MOST_FAULTS = 20
_SHORT = {
    LetterKind.CORRECTION: "补",
    LetterKind.REVERSAL: "撤",
    LetterKind.CIRCULAR: "通",
    LetterKind.NOTICE: "告",
}
# What the clerk finds in the form, with blanks to fill in.
_TITLES = {
    LetterKind.CORRECTION: "继续教育学时申报材料补正通知书",
    LetterKind.REVERSAL: "继续教育学时撤销决定书",
    LetterKind.CIRCULAR: "关于继续教育有关情况的通报",
    LetterKind.NOTICE: "继续教育有关事项告知书",
}
BLANK = "＿＿＿＿"
_BODIES = {
    LetterKind.CORRECTION: (
        f"您（单位）于{BLANK}提交的{BLANK}，经审核，材料不齐全或不符合要求，需要补正以下内容：",
        f"一、{BLANK}",
        f"二、{BLANK}",
        "请在收到本通知之日起五个工作日内，登录平台补正。逾期不补正的，按未提交处理，后果由本人（单位）承担。",
    ),
    LetterKind.REVERSAL: (
        f"经核查，您（单位）{BLANK}年度申报的“{BLANK}”{BLANK}学时，存在以下问题：{BLANK}。",
        "根据继续教育学时管理的有关规定，决定撤销上述学时；已经生成的证书随之撤销或更换。",
        "对本决定不服的，可以自收到本决定书之日起三十日内，在平台“申诉”中向上一级人力资源社会保障部门提出。",
    ),
    LetterKind.CIRCULAR: (
        f"{BLANK}年，我局对继续教育工作进行了检查。现将有关情况通报如下：",
        f"一、基本情况。{BLANK}",
        f"二、存在的问题。{BLANK}",
        f"三、工作要求。请于{BLANK}前完成整改，并在平台答复。",
    ),
    LetterKind.NOTICE: (f"现将有关事项告知如下：{BLANK}", "特此告知。"),
}


@dataclass(frozen=True)
class Told:
    """Hours of which a letter tells: returned for correction, or taken back. `why` is the reason as it was given,
    `clause` what it goes by, in words.
    """

    title: str
    year: int
    hours: str
    subject: str
    why: str
    day: date
    clause: str = ""


@dataclass(frozen=True)
class Checked:
    """What a spot check found of the reviews of one unit. `faults` are in the words of the finding; `on` the days on
    which the reviews were made.
    """

    name: str
    on: str
    drawn: int
    sound: int
    wrong: int
    untrue: int
    faults: tuple[str, ...] = ()

    @property
    def still_open(self) -> int:
        return self.drawn - self.sound - self.wrong - self.untrue


def body_of_check(told: Checked) -> str:
    """A circular to the unit, with no blank left; people are not named in it."""
    first = f"我局组织了“{told.name}”，抽查{told.on}审核通过的学时。现将你单位的有关情况通报如下："
    found = f"属实{told.sound}项，认定有误{told.wrong}项，弄虚作假{told.untrue}项"
    rest = f"，另有{told.still_open}项正在核查" if told.still_open else ""
    facts = f"一、基本情况。抽查你单位审核的学时{told.drawn}项：{found}{rest}。"
    if told.still_open == told.drawn:
        return "\n\n".join([first, facts, "二、核查结论。正在核查，有结论后另行告知。"])
    if not told.faults:
        return "\n\n".join([first, facts, "二、存在的问题。已核查的学时没有发现问题。请继续按规定认真审核。"])
    listed, more = told.faults[:MOST_FAULTS], len(told.faults) - MOST_FAULTS
    faults = "；".join(listed) + (f"；等{len(told.faults)}项" if more > 0 else "")
    asked = "三、工作要求。请对照检查同类学时，严格审核佐证材料，并把整改情况书面报送我局。"
    return "\n\n".join([first, facts, f"二、存在的问题。{faults}。", asked])


def body_about(kind: LetterKind, told: Told) -> str:
    """The whole text, with no blank left: the clerk reads it, adds to it, sends it."""
    on, why = f"{told.day.year}年{told.day.month}月{told.day.day}日", _ended(told.why)
    first, *rest = _BODIES[kind]
    if kind == LetterKind.CORRECTION:
        first = (
            f"您申报的{told.year}年度{told.subject}“{told.title}”（{told.hours}学时），经审核，材料不齐全或不符合要求，"
            f"已于{on}退回，需要补正以下内容："
        )
        return "\n\n".join([first, why, rest[-1]])
    first = f"经核查，您{told.year}年度的{told.subject}“{told.title}”（{told.hours}学时），存在以下问题：{why}"
    by = f"根据继续教育学时管理的有关规定（{told.clause}），" if told.clause else "根据继续教育学时管理的有关规定，"
    ground = f"{by}已于{on}撤销上述学时；已经生成的证书随之撤销或更换。"
    return "\n\n".join([first, ground, rest[-1]])


def _ended(words: str) -> str:
    words = " ".join(words.split())
    return words if words.endswith(("。", "！", "？")) else f"{words}。"


def title_for(kind: LetterKind) -> str:
    return _TITLES[kind]


def body_for(kind: LetterKind) -> str:
    """With an empty line between paragraphs, as it is typed."""
    return "\n\n".join(_BODIES[kind])


def number_of(office: str, kind: LetterKind, year: int, serial: int) -> str:
    """某某市人力资源和社会保障局继教补〔2026〕3号."""
    return f"{office}继教{_SHORT[kind]}〔{year}〕{serial}号"


def reasons_not_to_send(title: str, body: str, *, has_addressee: bool) -> Iterator[Refusal]:
    """Everything that is missing or wrong, in the order of the page."""
    if not has_addressee:
        message = (
            "没有找到收件人。人员请填证件号码，单位请填统一社会信用代码或全称；只能发给本地区、本行业的人员和单位。"
        )
        yield Refusal("no_addressee", message, field="to")
    yield from reasons_not_to_accept(title, field="title", label="标题", limit=TITLE_LIMIT)
    if not body.strip():
        yield Refusal("blank", "请填写正文。", field="body")
    elif len(body) > BODY_LIMIT:
        yield Refusal("too_long", f"正文最多 {BODY_LIMIT} 个字，现在有 {len(body)} 个字。", field="body")
    elif any(strange_character(each) for each in body if each not in "\r\n\t"):
        yield Refusal("strange_character", "正文中有无法显示的字符，请重新输入。", field="body")
    elif BLANK in body:
        yield Refusal("unfilled", f"正文里还有没有填写的空（{BLANK}），请填好或删去。", field="body")


def reasons_not_to_withdraw(reason: str) -> Iterator[Refusal]:
    if not reason.strip():
        yield Refusal("reason_missing", "请写明收回的原因，收件人会看到。", field="reason")
    elif len(reason) > REASON_LIMIT:
        yield Refusal("reason_too_long", f"原因最多 {REASON_LIMIT} 个字。", field="reason")


def content_of(*, office: str, title: str, number: str, to: str, body: str, day: date) -> dict[str, Any]:
    """All that is printed."""
    return {
        "office": office,
        "title": title,
        "number": number,
        "to": to,
        "paragraphs": [line.strip() for line in body.replace("\r", "").split("\n") if line.strip()],
        "day": f"{day.year}年{day.month}月{day.day}日",
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """64 hex digits of all that is printed."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
