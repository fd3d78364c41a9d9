"""How the state of a declaration looks to its declarant."""

from django import template

from credits.enums import DeclarationState, EntryKind

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


@register.filter
def state_tone(state: str) -> str:
    """wait, ok, warn, bad or idle, for the mark beside the word."""
    return _TONES[DeclarationState(state)]


@register.filter
def entry_tone(kind: str) -> str:
    return _ENTRY_TONES[EntryKind(kind)]
