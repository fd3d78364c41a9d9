"""A certificate's frozen content → an A4 sheet → PDF bytes. Pure: fetches nothing, writes nothing, asks no clock."""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from certificates.documents.assets import SCHEME, PackagedOnly, font_files, missing_glyphs, rare_characters, rare_fonts

TEMPLATE = "certificates/sheet.html"
STYLE = Path(__file__).with_name("sheet.css")

# The fonts are read once a process; Pango does not bear two threads at them.
_ONE_AT_A_TIME = Lock()


class MissingGlyphs(Exception):
    """The content holds characters that no font at hand can draw. A sheet with boxes in a name is never printed."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"现有字库缺少这些字：{characters}（{'、'.join(f'U+{ord(c):04X}' for c in characters)}）")
        self.characters = characters


def render_sheet(snapshot: Mapping[str, Any]) -> bytes:
    """The unsigned PDF of `snapshot`. Raises `MissingGlyphs` rather than print a box."""
    if lacking := missing_glyphs("".join(printed_texts(snapshot))):
        raise MissingGlyphs(lacking)
    document = HTML(string=sheet_html(snapshot), base_url=f"{SCHEME}/", url_fetcher=PackagedOnly({}))
    with _ONE_AT_A_TIME:
        return document.write_pdf(stylesheets=[_style()], font_config=_fonts(), pdf_tags=True)


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


def printed_texts(value: Any) -> Iterator[str]:
    """Every text anywhere in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from printed_texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from printed_texts(part)


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _style() -> CSS:
    """The parsed style with its faces: read once a process."""
    rare = [f"Rare{place}" for place, _ in enumerate(rare_fonts())]
    faces = [_face("Sheet", "regular", 400), _face("Sheet", "bold", 700)]
    faces += [_face(name, f"rare-{place}", weight) for place, name in enumerate(rare) for weight in (400, 700)]
    family = ", ".join(f'"{name}"' for name in ["Sheet", *rare])
    text = "\n".join([*faces, STYLE.read_text(encoding="utf-8").replace("FAMILY", family)])
    return CSS(string=text, base_url=f"{SCHEME}/", font_config=_fonts(), url_fetcher=PackagedOnly(font_files()))


def _face(family: str, file: str, weight: int) -> str:
    return f'@font-face {{ font-family: "{family}"; src: url("{SCHEME}{file}.ttf"); font-weight: {weight}; }}'
