"""Outcomes of the interface in the words of its keepers."""

from django import template

from credits.enums import Outcome

register = template.Library()


@register.filter
def outcome_words(code: str) -> str:
    return Outcome(code).label if code in Outcome.values else code
