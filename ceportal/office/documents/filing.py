"""A filing's content → A4 pages → PDF bytes. Pure; it is signed by whoever asks for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from certificates.documents.printing import PAPER, printed, refuse_to_print_boxes

_STYLE = Path(__file__).with_name("filing.css")


def render_filing(content: Mapping[str, Any]) -> bytes:
    """The PDF of `content`. Raises `MissingGlyphs` rather than print a box."""
    refuse_to_print_boxes(content)
    return printed(render_to_string("office/filing_sheet.html", {"sheet": content}), PAPER, _STYLE)
