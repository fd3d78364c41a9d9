"""A certificate's frozen content → an A4 sheet → PDF bytes. Pure: fetches nothing, writes nothing, asks no clock."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from certificates.documents.assets import rare_characters
from certificates.documents.printing import printed, refuse_to_print_boxes

TEMPLATE = "certificates/sheet.html"
STYLE = Path(__file__).with_name("sheet.css")


def render_sheet(snapshot: Mapping[str, Any]) -> bytes:
    """The unsigned PDF of `snapshot`. Raises `MissingGlyphs` rather than print a box."""
    refuse_to_print_boxes(snapshot)
    return printed(sheet_html(snapshot), STYLE)


def sheet_html(snapshot: Mapping[str, Any]) -> str:
    """The sheet as HTML, every value escaped."""
    whose, what = split_name(snapshot["name"])
    context = {
        "whose": whose,
        "what": what,
        "sheet": snapshot,
        # One weight in one name: the second face has no bold.
        "name_is_rare": bool(rare_characters(snapshot["person"]["name"])),
        "bases": bases(snapshot["thresholds"]),
        "qr": mark_safe(qr_svg(snapshot["verify_url"])),  # noqa: S308 - segno writes paths and numbers only
    }
    return render_to_string(TEMPLATE, context)


def bases(thresholds: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Each source once, with the requirements it sets: one line under the table in place of a column of repeats."""
    labels: dict[str, list[str]] = {}
    for line in thresholds:
        labels.setdefault(line["source"], []).append(line["label"])
    return [{"source": source, "labels": "、".join(names)} for source, names in labels.items()]


def split_name(name: str) -> tuple[str, str]:
    """河南省专业技术人员 and 继续教育证书: whose it is stands small above what it is."""
    whose, found, rest = name.partition("继续教育")
    return (whose, found + rest) if found else ("", name)


def qr_svg(address: str) -> str:
    """The QR code of `address` as inline SVG, error correction M, the quiet zone left to the style."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, border=0, scale=4, omitsize=True, dark="#1c1a17"
    )
    return out.getvalue().decode()
