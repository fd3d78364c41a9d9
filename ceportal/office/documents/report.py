"""A yearly report's content → A4 pages across → PDF bytes. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from certificates.documents.printing import printed, refuse_to_print_boxes

_STYLE = Path(__file__).with_name("report.css")


def render_report(content: Mapping[str, Any], *, note: str) -> bytes:
    """The PDF of `content`, with `note` at its foot. Raises `MissingGlyphs` rather than print a box."""
    refuse_to_print_boxes({**content, "note": note})
    return printed(render_to_string("office/report_sheet.html", {"sheet": content, "note": note}), _STYLE)
