"""HTML with a style of ours → PDF bytes. Fetches nothing; a character without a glyph is refused, never printed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from certificates.documents.assets import is_common, missing_glyphs

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
    from certificates.documents.typesetting import typeset  # noqa: PLC0415 - only where something is drawn

    is_small = bool(texts) and is_common(texts)
    return typeset(html, styles, is_small=is_small, pictures=pictures or {}, is_wellformed=is_wellformed)


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
