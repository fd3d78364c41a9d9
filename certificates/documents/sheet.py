"""A certificate's frozen content → an A4 sheet → PDF bytes. Pure: fetches nothing, writes nothing, asks no clock."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from certificates.documents import setting
from certificates.documents.assets import SCHEME, rare_characters
from certificates.documents.printing import printed, printed_texts, refuse_to_print_boxes

TEMPLATE = "certificates/sheet.html"
QR = f"{SCHEME}qr.png"
STYLE = Path(__file__).with_name("sheet.css")
# Lines of the table on a page, those that what stands above it on the first one takes, and what follows the last row.
_LINES, _ABOVE, _LINES_BELOW = 43, 21, 7
_MASK = 3
# Figures that are reached: 12pt.
_LARGE = 12 / 0.75


def render_sheet(snapshot: Mapping[str, Any]) -> bytes:
    """The unsigned PDF of `snapshot`. Raises `MissingGlyphs` rather than print a box."""
    refuse_to_print_boxes(snapshot)
    texts = "".join(printed_texts(snapshot))
    pictures = {QR: qr_picture(snapshot["verify_url"])}
    return printed(sheet_html(snapshot), STYLE, texts=texts, pictures=pictures, is_wellformed=True)


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
        "pages": [_drawn(page) for page in _pages(snapshot)],
        "head": setting.head(snapshot["unit"]),
        "standing": _standing(snapshot),
        "qr": QR,
    }
    return render_to_string(TEMPLATE, context)


def _pages(snapshot: Mapping[str, Any]) -> list[setting.Page]:
    """The items on as many pages as they need; on the first as many lines as what stands above leaves."""
    below = _LINES_BELOW + bool(snapshot.get("mandated_by"))
    return setting.pages(snapshot["items"], first=_LINES - _lines_above(snapshot), others=_LINES, last=below)


def _lines_above(snapshot: Mapping[str, Any]) -> int:
    """How many lines of the table what stands above it takes."""
    said = [
        (snapshot["employer"], 138, 10.5),
        (snapshot["title"]["series"], 58, 10.5),
        (snapshot["title"]["level"], 58, 10.5),
        ("依据：" + "；".join(basis["labels"] + basis["source"] for basis in bases(snapshot["thresholds"])), 168, 8),
    ]
    more = sum(len(setting.wrapped(text, room * 96 / 25.4, size / 0.75)) - 1 for text, room, size in said)
    return _ABOVE + more + bool(snapshot.get("licence_id"))


def _standing(snapshot: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The lines of what was reached and what is asked: a label, and the figures behind it."""
    lines, unit = snapshot["thresholds"], snapshot["unit"]
    return {
        "head": {"label": unit, "figures": setting.figures(unit, [line["label"] for line in lines], is_bold=True)},
        "have": {
            "label": "完成",
            "figures": setting.figures("完成", [line["have"] for line in lines], _LARGE, is_bold=True),
        },
        "need": {
            "label": "要求",
            "figures": setting.figures("要求", [f"不少于 {line['need']}，达到" for line in lines]),
        },
    }


def _drawn(page: setting.Page) -> dict[str, Any]:
    """A page for the template: text as one piece, the hairlines below its rows as one path."""
    high = len(page.lines)
    path = "".join(f"M0 {end}H100" for end in page.ends[:-1])
    size = f'width="170mm" height="{high}em" viewBox="0 0 100 {high}"'
    rules = f'<svg xmlns="http://www.w3.org/2000/svg" {size} preserveAspectRatio="none">'
    rules += f'<path d="{path}" stroke="#d5c9ba" stroke-width="0.022" /></svg>'
    return {"lines": page.lines, "text": "\n".join(page.lines), "rules": mark_safe(rules)}  # noqa: S308 - numbers only


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


def qr_picture(address: str) -> bytes:
    """The QR code of `address` as PNG, a pixel a module, error correction M, the quiet zone left to the style.

    The mask is always the same: a random token needs none of its own, and to weigh all eight takes longer than a page.
    """
    out = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=_MASK).save(out, kind="png", border=0, scale=1, dark="#1c1a17")
    return out.getvalue()
