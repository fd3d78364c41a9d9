"""A yearly report's content → A4 pages across → PDF bytes. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from ceportal.office.rules.reports import shown
from certificates.documents.printing import printed, refuse_to_print_boxes

_STYLE = Path(__file__).with_name("report.css")


def render_report(content: Mapping[str, Any], *, note: str) -> bytes:
    """The PDF of `content`, with `note` at its foot. Raises `MissingGlyphs` rather than print a box."""
    refuse_to_print_boxes({**content, "note": note})
    sheet = {**content, "tables": [shown(table) for table in content["tables"]]}
    return printed(render_to_string("office/report_sheet.html", {"sheet": sheet, "note": note}), _STYLE)
