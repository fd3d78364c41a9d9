"""How the states of rosters and their rows look to the base."""

from collections.abc import Mapping

from django import template

from credits.enums import RosterState, RowState

register = template.Library()

_TONES = {
    RosterState.DRAFT: "idle",
    RosterState.CHECKING: "wait",
    RosterState.CHECKED: "warn",
    RosterState.REVIEW: "wait",
    RosterState.CREDITING: "wait",
    RosterState.DONE: "ok",
    RosterState.UNDOING: "wait",
    RosterState.UNDONE: "bad",
}
_ROW_TONES = {
    RowState.NEW: "ok",
    RowState.DUPLICATE: "idle",
    RowState.UNKNOWN: "wait",
    RowState.FAILED: "idle",
    RowState.WRONG: "bad",
    RowState.CREDITED: "ok",
    RowState.WAITING: "wait",
    RowState.HELD: "warn",
    RowState.REFUSED: "bad",
    RowState.UNDONE: "bad",
    RowState.PENDING: "warn",
}
_ASIDE = {
    RowState.NEW: "找到本人，确认后立即计入",
    RowState.DUPLICATE: "同一次学习已经计入过，不会重复计入",
    RowState.UNKNOWN: "本人注册并核准后自动计入，保留 90 天",
    RowState.FAILED: "不合格的不计学时",
    RowState.WRONG: "请在表格中改正后重新上传",
    RowState.CREDITED: "已在本人的学时明细中",
    RowState.WAITING: "本人注册并核准后自动计入，保留 90 天",
    RowState.HELD: "由人社部门核实后计入",
    RowState.REFUSED: "没有计入",
    RowState.UNDONE: "学时已收回",
    RowState.PENDING: "已经备案，由人社部门撤销",
}


@register.filter
def roster_tone(state: str) -> str:
    """wait, ok, warn, bad or idle, for the mark beside the word."""
    return _TONES[RosterState(state)]


@register.filter
def row_tone(state: str) -> str:
    return _ROW_TONES[RowState(state)]


@register.filter
def row_aside(state: str) -> str:
    """What the state of a row means for its person."""
    return _ASIDE[RowState(state)]


@register.filter
def row_word(state: str) -> str:
    return RowState(state).label


@register.filter
def of_key(numbers: Mapping[int, str], key: int) -> str:
    """The number of a certificate of completion, or nothing."""
    return numbers.get(key, "")
