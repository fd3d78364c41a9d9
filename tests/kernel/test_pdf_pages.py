"""A page of a PDF is drawn as somebody would read it, also where its fonts are not in it."""

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image

from ceportal.kernel.rules.pdf_pages import drawn

SIDE = 200


def page_saying(text: str) -> np.ndarray:
    """A page with `text` in a face that every reader of PDFs is supposed to have, and that is not in the file."""
    pdf = pikepdf.new()
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType0, BaseFont=pikepdf.Name("/STSong-Light"),
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"GB1", Supplement=2), DW=1000,
    )  # fmt: skip
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name("/STSong-Light"),
        Encoding=pikepdf.Name("/UniGB-UCS2-H"), DescendantFonts=[pdf.make_indirect(descendant)],
    )  # fmt: skip
    page = pdf.add_blank_page(page_size=(SIDE, SIDE))
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=pdf.make_indirect(font)))
    code = text.encode("utf-16-be").hex()
    page.obj.Contents = pdf.make_stream(f"BT /F0 150 Tf 20 40 Td <{code}> Tj ET".encode())
    out = io.BytesIO()
    pdf.save(out)
    return np.asarray(Image.open(io.BytesIO(drawn(out.getvalue(), 1))).convert("L").resize((SIDE, SIDE))) < 128


@pytest.mark.parametrize(("one", "other"), [("学", "时"), ("证", "书")])
def test_chinese_without_a_font_in_the_file_is_drawn(one: str, other: str) -> None:
    """Needs a face for Chinese on the machine (deploy/system-packages.sh): without one nothing is drawn, or boxes."""
    first, second = page_saying(one), page_saying(other)
    assert 0.03 < first.mean() < 0.5, "there is ink, and it is no block"
    assert (first != second).mean() > 0.03, "each its own"
    assert not page_saying(" ").any(), "and where nothing is said nothing stands"
