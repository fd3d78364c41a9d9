"""Outcomes of the interface in the words of its keepers."""

from django import template

from credits.enums import Outcome
from credits.selectors.clients import kind_of

register = template.Library()


register.filter("key_kind", kind_of)


@register.filter
def outcome_words(code: str) -> str:
    return Outcome(code).label if code in Outcome.values else code
