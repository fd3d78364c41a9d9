"""What a declaration tells beside its columns, as its activity asks: read strictly, kept as words and whole numbers.

`details` maps a name of `DETAILS` to a text (chosen or written) or to a count.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.enums import Length, ProjectLevel, ProjectRole
from credits.rules.identifiers import book_number, object_identifier, patent_number, serial_number
from credits.rules.typed import narrow

Value = str | int
Details = Mapping[str, Value]
_COUNT = re.compile(r"[0-9]{1,7}", re.ASCII)
_Choices = tuple[tuple[str, str], ...]


class Shape(StrEnum):
    TEXT = "text"
    COUNT = "count"
    CHOICE = "choice"


@dataclass(frozen=True)
class Detail:
    """One question. `limit`: characters of a text, the highest count. `written` brings an identifier into one form,
    or says that it is none by an empty text; `example` is then shown.
    """

    name: str
    label: str
    shape: Shape
    help: str = ""
    limit: int = 0
    choices: _Choices = ()
    is_needed: bool = True
    written: Callable[[str], str] | None = None
    example: str = ""


def _text(name: str, label: str, help: str, limit: int, **options: bool) -> Detail:
    return Detail(name, label, Shape.TEXT, help, limit, **options)  # type: ignore[arg-type]


def _choice(name: str, label: str, choices: Iterable[tuple[str, str]], help: str = "") -> Detail:
    return Detail(name, label, Shape.CHOICE, help, choices=tuple((value, str(words)) for value, words in choices))


def _count(name: str, label: str, help: str, limit: int) -> Detail:
    return Detail(name, label, Shape.COUNT, help, limit)


def _number(name: str, label: str, help: str, written: Callable[[str], str], example: str, **options: bool) -> Detail:
    return Detail(name, label, Shape.TEXT, help, 100, written=written, example=example, **options)  # type: ignore[arg-type]


DETAILS = {
    detail.name: detail
    for detail in (
        _choice("level", "级别", ProjectLevel.choices, "按主办、立项或授奖单位的级别选择。"),
        _choice("role", "课题组", ProjectRole.choices, "在主课题组还是子课题组，以立项书或结项证书为准。"),
        _choice("length", "宣读论文的篇幅", Length.choices),
        _choice("patent_kind", "专利类型", [(kind, kind) for kind in ("发明", "实用新型", "外观设计")]),
        _choice("supplement", "刊物性质", [("no", "正刊"), ("yes", "增刊或副刊")]),
        _count("rank", "本人排名", "第几位就填几，独立完成填 1。", 30),
        _count("authors", "作者总人数", "含本人。", 100),
        _count("courses", "当年合格的门数", "以成绩单为准，不合格的不计。", 30),
        _count("characters", "字数", "约数即可，例如 4500。", 5_000_000),
        _text("issue", "期号", "例如“2026 年第 3 期”。", 40),
        _text("project_no", "项目编号", "以立项书或结项证书为准。", 60),
        _text("approver", "批示领导的姓名和职务", "以批示件为准。", 60),
        _text("approval", "批准的部门和文号", "业务主管部门批准自学计划的文件。", 80),
        _number("serial", "刊号（CN 或 ISSN）", "在封面、封底或版权页上。", serial_number, "CN 41-1032/G4"),
        _number(
            "doi",
            "DOI（没有可不填）",
            "文章首页上以 10. 开头的一串。",
            object_identifier,
            "10.1234/abc",
            is_needed=False,
        ),
        _number("isbn", "书号（ISBN）", "在版权页或封底条码上方。", book_number, "978-7-04-055555-4"),
        _number("patent_no", "专利号", "专利证书上以 ZL 开头的号码。", patent_number, "ZL202310123456.7"),
    )
}


def reasons_not_to_read_detail(detail: Detail, text: str, *, label: str = "") -> list[Refusal]:
    """Why `text` is no answer to `detail`; empty when `detail_in` gives its value. No text is no answer yet."""
    label = label or plain(detail.label)
    if not text:
        return []
    if detail.shape is Shape.CHOICE:
        known = text in dict(detail.choices)
        return [] if known else [Refusal("detail_choice", f"请从列表中选择{label}。", field=detail.name)]
    if detail.shape is Shape.COUNT:
        return _faults_of_count(detail, narrow(text), label)
    if faults := reasons_not_to_accept(text, field=detail.name, label=label, limit=detail.limit):
        return faults
    if detail.written and not detail.written(text):
        message = f"{label}好像写错了，请对照原件核对，写法如 {detail.example}。"
        return [Refusal("detail_number", message, field=detail.name)]
    return []


def detail_in(detail: Detail, text: str) -> Value | None:
    """The value of a `text` that can be read; None for no answer."""
    if not text:
        return None
    if detail.shape is Shape.COUNT:
        return int(narrow(text))
    return detail.written(text) if detail.written else text


def reasons_not_to_keep_details(details: Details) -> Iterator[Refusal]:
    """Why these values cannot stand even in a draft."""
    for name, value in details.items():
        if name not in DETAILS:
            yield Refusal("detail_unknown", "填写的内容里有不认识的项目，请刷新页面重试。")
            continue
        yield from reasons_not_to_read_detail(DETAILS[name], str(value))
    rank, authors = details.get("rank"), details.get("authors")
    if isinstance(rank, int) and isinstance(authors, int) and rank > authors:
        message = f"本人排在第 {rank} 位，作者总人数却是 {authors} 人，请核对。"
        yield Refusal("rank_beyond_authors", message, field="rank")


def reasons_not_to_leave_unsaid(asks: Iterable[str], details: Details, labels: Mapping[str, str]) -> Iterator[Refusal]:
    """What an activity asks that is not yet told."""
    for detail in asked(asks):
        if detail.is_needed and details.get(detail.name) in (None, ""):
            act = "选择" if detail.shape is Shape.CHOICE else "填写"
            yield Refusal("no_detail", f"请{act}{plain(labels.get(detail.name, detail.label))}。", field=detail.name)


def asked(asks: Iterable[str]) -> list[Detail]:
    return [DETAILS[name] for name in asks]


def of_those_asked(asks: Iterable[str], details: Details) -> dict[str, Value]:
    """What of `details` an activity asks: the rest belonged to another one."""
    return {name: details[name] for name in asks if details.get(name) not in (None, "")}


def in_words(asks: Iterable[str], details: Details, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and answer of everything told, for people to read."""
    return [
        (plain(labels.get(detail.name, detail.label)), dict(detail.choices).get(str(value), str(value)))
        for detail in asked(asks)
        if (value := details.get(detail.name)) not in (None, "")
    ]


def lacking_words(name: str, labels: Mapping[str, str]) -> str:
    """What a sum must still know: a detail, or the days."""
    return plain(labels.get(name, DETAILS[name].label)) if name in DETAILS else "起止日期"


def plain(label: str) -> str:
    """A label without what stands in brackets behind it."""
    return label.partition("（")[0]


def _faults_of_count(detail: Detail, text: str, label: str) -> list[Refusal]:
    if not _COUNT.fullmatch(text):
        return [Refusal("detail_count", f"请用数字填写{label}，例如 1。", field=detail.name)]
    if not 0 < int(text) <= detail.limit:
        return [Refusal("detail_count", f"{label}应在 1 到 {detail.limit} 之间，请核对。", field=detail.name)]
    return []
