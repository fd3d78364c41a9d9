"""A transcript's content → A4 pages → PDF bytes. Pure, like the certificate's sheet; it is not signed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from certificates.documents.printing import PAPER, printed, refuse_to_print_boxes
from certificates.documents.sheet import bases

TEMPLATE = "certificates/transcript_sheet.html"
STYLE = Path(__file__).with_name("transcript.css")


def render_transcript(content: Mapping[str, Any]) -> bytes:
    """The PDF of `content`. Raises `MissingGlyphs` rather than print a box."""
    refuse_to_print_boxes(content)
    years = [year | {"bases": bases(year["thresholds"])} for year in content["years"]]
    return printed(render_to_string(TEMPLATE, {"sheet": content, "years": years}), PAPER, STYLE)
