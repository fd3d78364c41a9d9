"""The cells of the report's tables: a page has a thousand of them, and each takes a template as long as a query."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ceportal.office.rules.reports import Column, told

register = template.Library()


@register.filter
def figures_cells(cells: Iterable[tuple[Column, Any, str]]) -> SafeString:
    """A `td` for each column of a row with its value, which leads to the people it counts, if to any."""
    return format_html_join("", '<td data-label="{}" class="num">{}</td>', (_shown(*cell) for cell in cells))


def _shown(column: Column, value: Any, people: str) -> tuple[str, str]:
    figure = told(value)
    if people:
        return column.heading, format_html('<a href="{}">{}</a>', people, figure)
    return column.heading, f"{figure}%" if column.is_rate and value is not None else figure
