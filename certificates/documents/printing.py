"""HTML with a style of ours → PDF bytes. Fetches nothing; a character without a glyph is refused, never printed."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from certificates.documents.assets import SCHEME, PackagedOnly, font_files, is_common, missing_glyphs, rare_fonts
from certificates.documents.wellformed import WellFormed, pressed

# The fonts are read once a process; Pango does not bear two threads at them.
_ONE_AT_A_TIME = Lock()
# Lists on plain paper begin with it.
PAPER = Path(__file__).with_name("paper.css")


class MissingGlyphs(Exception):
    """The content holds characters that no font at hand can draw. A sheet with boxes in a name is never printed."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"现有字库缺少这些字：{characters}（{'、'.join(f'U+{ord(c):04X}' for c in characters)}）")
        self.characters = characters


def refuse_to_print_boxes(content: Mapping[str, Any]) -> None:
    """Raises `MissingGlyphs` when a text anywhere in `content` cannot be drawn."""
    if lacking := missing_glyphs("".join(printed_texts(content))):
        raise MissingGlyphs(lacking)


def printed(
    html: str, *styles: Path, texts: str = "", pictures: Mapping[str, bytes] | None = None, is_wellformed: bool = False
) -> bytes:
    """The PDF of `html` in the styles of those files, one after the other (`FAMILY` in it stands for our faces).

    What `is_wellformed` (and uses the elements of `elements.css` alone) is drawn quicker, and not tagged.

    `texts` is all that is printed, as far as known: where the small faces have all of it, they alone are read.
    `pictures` are those made for this one, by their addresses.
    """
    fetcher, base = PackagedOnly(pictures or {}), f"{SCHEME}/"
    document = (
        WellFormed(html, base_url=base, url_fetcher=fetcher)
        if is_wellformed
        else HTML(string=html, base_url=base, url_fetcher=fetcher)
    )
    finisher = pressed if is_wellformed else None
    is_small = bool(texts) and is_common(texts)
    sheet = _style(styles, () if is_small else tuple(rare_fonts()), is_small=is_small)
    with _ONE_AT_A_TIME:
        return document.write_pdf(
            stylesheets=[sheet], font_config=_fonts(), pdf_tags=not is_wellformed, finisher=finisher
        )


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
def _style(paths: tuple[Path, ...], rare: tuple[str, ...], *, is_small: bool) -> CSS:
    """The parsed style with its faces: read once a process, and anew when a font for rare names has come."""
    if is_small:
        return _parsed(paths, [_face("Small", "common-regular", 400), _face("Small", "common-bold", 700)], '"Small"')
    faces = [_face("Sheet", "regular", 400), _face("Sheet", "bold", 700)]
    faces += [_face(name, name, weight) for name in rare for weight in (400, 700)]
    family = ", ".join(f'"{name}"' for name in ["Sheet", *rare])
    return _parsed(paths, faces, family)


def _parsed(paths: tuple[Path, ...], faces: list[str], family: str) -> CSS:
    text = "\n".join([*faces, *(path.read_text(encoding="utf-8").replace("FAMILY", family) for path in paths)])
    return CSS(string=text, base_url=f"{SCHEME}/", font_config=_fonts(), url_fetcher=PackagedOnly(font_files()))


def _face(family: str, file: str, weight: int) -> str:
    """A face without kerning: columns are set by advances alone. Said here and not by `font-kerning`, for which
    WeasyPrint (70.0) makes a list for each line of text and never lets go of it.
    """
    what = f'font-family: "{family}"; src: url("{SCHEME}{file}.ttf"); font-weight: {weight}'
    return f'@font-face {{ {what}; font-feature-settings: "kern" 0; }}'
