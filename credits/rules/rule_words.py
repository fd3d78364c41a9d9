"""A rule set in the words of pages: section by section, how sure each line is, what a draft changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ceportal.kernel.rules.dated import DatedFigure, DatedRule
from credits.enums import FieldStatus
from credits.rules.requirements import Requirements
from credits.rules.rule_drafts import years_in_words
from credits.rules.rule_fields import RULE_FIELDS, Group, Kind
from credits.rules.ruleset import GROUPS, LEVELS, fields_of

# What stands beside a line: the word, and its tone.
_MARKS = {
    FieldStatus.VERIFIED: ("有文件依据", "ok"),
    FieldStatus.ASSUMED: ("暂按执行", "warn"),
    FieldStatus.CANDIDATE: ("依据待核实，不是规定", "bad"),
}


@dataclass(frozen=True)
class Mark:
    label: str
    tone: str


@dataclass(frozen=True)
class Line:
    """One field as a page shows it. What cancels a wider place's figure has no value of its own; what is assumed has
    no document.
    """

    name: str
    label: str
    words: str
    clause: str
    document: str
    mark: Mark
    is_link: bool = False


@dataclass(frozen=True)
class Difference:
    """A field before and after; None where it is not said."""

    label: str
    before: Line | None
    after: Line | None


@dataclass(frozen=True)
class Change:
    """What a set is called, or of whom and when it speaks, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Section:
    group: Group
    lines: tuple[Line, ...]


def mark_of(status: str) -> Mark:
    return Mark(*_MARKS[FieldStatus(status)])


def mark_of_all(rule: DatedRule) -> Mark:
    """How sure a set is as a whole: as its weakest line."""
    statuses = {figure.status for figure in rule.figures.values()}
    if FieldStatus.CANDIDATE in statuses:
        return mark_of(FieldStatus.CANDIDATE)
    if FieldStatus.ASSUMED not in statuses:
        return mark_of(FieldStatus.VERIFIED)
    return Mark("部分暂按执行", "warn") if FieldStatus.VERIFIED in statuses else mark_of(FieldStatus.ASSUMED)


def sections(figures: Mapping[str, DatedFigure]) -> list[Section]:
    """What is said, in the order of pages; sections of which nothing is said are left out."""
    return _grouped(_line(name, figure) for name, figure in _in_order(figures))


def sections_asked(requirements: Requirements) -> list[Section]:
    """What holds for somebody, from whatever sets it comes."""
    return _grouped(
        _line(name, DatedFigure(str(found.value), found.clause, found.status, found.document))
        for name, found in fields_of(requirements).items()
    )


def differences(before: DatedRule | None, after: DatedRule) -> list[Difference]:
    """What `after` says otherwise, field by field; all it says where there was nothing before."""
    held = before.figures if before else {}
    names = [name for name in RULE_FIELDS if held.get(name) != after.figures.get(name)]
    return [
        Difference(
            RULE_FIELDS[name].label,
            _line(name, held[name]) if name in held else None,
            _line(name, after.figures[name]) if name in after.figures else None,
        )
        for name in names
        if not (name in held and name in after.figures and _same(held[name], after.figures[name]))
    ]


def changes(before: DatedRule, after: DatedRule) -> list[Change]:
    """What `after` is called otherwise, and of whom and of which years it speaks otherwise."""
    rows = (
        Change(label, words(before), words(after))
        for label, words in (
            ("名称", lambda rule: rule.name),
            ("适用的年度", years_in_words),
            ("适用的职称级别", lambda rule: _levels_in_words(rule.levels) or "全部级别"),
            ("适用的行业", lambda rule: rule.trade or "全部行业"),
        )
    )
    return [row for row in rows if row.before != row.after]


def whose(rule: DatedRule) -> str:
    """全部人员, 会计，高级、中级 …"""
    levels = _levels_in_words(rule.levels)
    return "，".join(part for part in (rule.trade, levels) if part) or "全部人员"


def _same(one: DatedFigure, other: DatedFigure) -> bool:
    return (one.text, one.clause, one.status) == (other.text, other.clause, other.status)


def _levels_in_words(levels: Iterable[str]) -> str:
    left, words = set(levels), list[str]()
    for name, members in GROUPS.items():
        if left.issuperset(members):
            words.append(name)
            left -= set(members)
    return "、".join([*words, *(level for level in LEVELS if level in left)])


def _in_order(figures: Mapping[str, DatedFigure]) -> Iterable[tuple[str, DatedFigure]]:
    return ((name, figures[name]) for name in RULE_FIELDS if name in figures)


def _grouped(lines: Iterable[Line]) -> list[Section]:
    rows = list(lines)
    found = ((group, tuple(row for row in rows if RULE_FIELDS[row.name].group == group)) for group in Group)
    return [Section(group, mine) for group, mine in found if mine]


def _line(name: str, figure: DatedFigure) -> Line:
    field = RULE_FIELDS[name]
    words = field.in_words(figure.text) if figure.text else "此处不适用"
    is_link = field.kind is Kind.LINK and bool(figure.text)
    document = "" if figure.status == FieldStatus.ASSUMED else figure.document
    return Line(name, field.label, words, figure.clause, document, mark_of(figure.status), is_link)
