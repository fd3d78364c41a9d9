"""Cut the small faces of the sheet out of the whole ones: GB 2312, ASCII and what our own words use.

`python scripts/cut_fonts.py` writes them beside the whole ones. They are only ever needed anew with another release of
the face (OFL, no reserved name).
"""

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "certificates" / "fonts"
WEIGHTS = ("400Regular", "700Bold")
_MORE = "·—–…‘’“”　××《》〈〉【】〔〕（）％＋－＝／：；，。、！？０１２３４５６７８９～"


def common() -> set[int]:
    """Every character of GB 2312, and the signs around them."""
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    named = "".join(pair.decode("gb2312", "ignore") for pair in pairs)
    return {*range(0x20, 0x7F), *map(ord, named), *map(ord, _MORE)}


def main() -> None:
    for weight in WEIGHTS:
        font = TTFont(FONTS / f"NotoSerifSC_{weight}.ttf")
        options = Options(layout_features=["kern"], hinting=False, notdef_outline=True, glyph_names=False)
        cut = Subsetter(options)
        cut.populate(unicodes=common())
        cut.subset(font)
        font.save(FONTS / f"NotoSerifSC_{weight}_common.ttf")


if __name__ == "__main__":
    main()
