"""Words for what stands in a frozen list as a code."""

from django import template

from credits.enums import EntryKind, Subject

register = template.Library()


@register.filter
def subject_word(code: str) -> str:
    return str(Subject(code).label)


@register.filter
def kind_word(code: str) -> str:
    return str(EntryKind(code).label)
