"""How the state of a declaration, and what became of hours, look to whose they are."""

from django import template

from credits.enums import DeclarationState, EntryKind, Fate, FieldStatus

register = template.Library()

_TONES = {
    DeclarationState.DRAFT: "idle",
    DeclarationState.AT_EMPLOYER: "wait",
    DeclarationState.AT_AUTHORITY: "wait",
    DeclarationState.RETURNED: "warn",
    DeclarationState.APPROVED: "ok",
    DeclarationState.REJECTED: "bad",
    DeclarationState.WITHDRAWN: "idle",
    DeclarationState.REVERSED: "bad",
}
_ENTRY_TONES = {EntryKind.CREDIT: "ok", EntryKind.RELEASE: "ok", EntryKind.HOLD: "warn", EntryKind.REVERSAL: "bad"}

_FATE_TONES = {
    Fate.COUNTED: "ok",
    Fate.REDUCED: "ok",
    Fate.WAITING: "wait",
    Fate.RETURNED: "warn",
    Fate.HELD: "warn",
    Fate.DUPLICATE: "idle",
    Fate.REVERSED: "bad",
    Fate.REJECTED: "bad",
}


@register.filter
def state_tone(state: str) -> str:
    """wait, ok, warn, bad or idle, for the mark beside the word."""
    return _TONES[DeclarationState(state)]


@register.filter
def entry_tone(kind: str) -> str:
    return _ENTRY_TONES[EntryKind(kind)]


@register.filter
def fate_tone(fate: str) -> str:
    return _FATE_TONES[Fate(fate)]


@register.filter
def how_sure(status: str) -> str:
    """How sure a number of the regulation is, in words."""
    return str(FieldStatus(status).label)
