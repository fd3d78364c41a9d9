"""A font made for a test, with the characters it is asked for."""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen


def font_file(path: Path, characters: str, *, allows: int = 0) -> Path:
    """A TrueType file whose every glyph is a triangle. `allows` is `OS/2.fsType`: 0, all may be done with it."""
    names = [".notdef", *(f"u{ord(each):X}" for each in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(each): f"u{ord(each):X}" for each in characters})
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    pen.lineTo((900, 0))
    pen.lineTo((500, 800))
    pen.closePath()
    drawn = pen.glyph()
    builder.setupGlyf(dict.fromkeys(names, drawn))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "Rare-Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, fsType=allows)
    builder.setupPost()
    builder.save(path)
    return path
