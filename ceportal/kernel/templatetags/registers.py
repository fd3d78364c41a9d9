"""The cells of the bureaus' registers: a page has two hundred of them, and a template takes longer over each than the
database over the whole page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import cast

from django import template
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

from ceportal.kernel.templatetags.portal import number
from ceportal.kernel.web.desks import Cell

register = template.Library()


@register.filter
def register_cells(cells: Iterable[Cell], href: str = "") -> SafeString:
    """A `td` for each cell of a row; the first one leads to `href`, if there is one."""
    shown = ((cell.column.opening, _shown(cell, "" if at else href)) for at, cell in enumerate(cells))
    return format_html_join("", "{}{}</td>", shown)


def _shown(cell: Cell, href: str) -> SafeString:
    value = localize(template_localtime(cell.value))
    if href:
        return format_html('<a href="{}">{}</a>', href, value)
    if cell.column.is_number:
        return conditional_escape(number(cast(Decimal | int | None, cell.value)))
    return conditional_escape(str(value) if cell.value else "—")
