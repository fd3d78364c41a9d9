"""The sheet: text and pixels, rare characters, the code that leads to the check, and nothing from anywhere else."""

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from weasyprint import HTML
from weasyprint.text import line_break
from weasyprint.text.fonts import font_features
from weasyprint.urls import URLFetcher

from certificates.documents import assets, setting, typesetting
from certificates.documents.assets import missing_glyphs
from certificates.documents.printing import MissingGlyphs
from certificates.documents.sheet import render_sheet, sheet_html
from certificates.documents.typesetting import PackagedOnly
from tests.certificates.factories import content

SCALE = 4.0
RARE_NAMES = "喆堃玥昇赟頔䶮㛃㐂犇骉"
# What stands in a column is broken into lines that other columns stand between.
COLUMNS = {"item": setting.room("title"), "kind": setting.room("kind")}
HOSTILE = (
    '<link rel=attachment href="file:///etc/passwd">',
    "<style>@import url(http://127.0.0.1:9/x.css); body{background:url(file:///etc/hostname)}</style>",
    '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>',
    '"><object data="file:///etc/passwd"></object>',
    "{{ sheet.person }}{% include 'kernel/base.html' %}",
    "url(file:///etc/passwd)",
)


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def picture(pdf: bytes, *, page: int = 0, scale: float = 2.0) -> np.ndarray:
    """The page as gray pixels, 72 dots an inch times `scale`."""
    return np.asarray(pypdfium2.PdfDocument(pdf)[page].render(scale=scale, grayscale=True).to_pil().convert("L"))


@cache
def sheet(items: int) -> bytes:
    return render_sheet(content(items))


def test_it_says_what_it_must() -> None:
    text = "".join(pages(sheet(3)))
    assert "继续教育证书" in printed(text)
    for wanted in ("王建华", "410203********123X", "开封市第一实验中学", "副高级", "2025 年度", "92.5"):
        assert wanted in text
    for wanted in ("410200-2025-0000123-7", "绿色低碳与可持续发展", "2025年11月20日", "不少于 90", "合计 3 项"):
        assert wanted in text
    assert "示例" in printed(text)
    assert "监制" not in text


def test_an_authority_that_is_configured_stands_on_it_without_the_mark() -> None:
    text = "".join(pages(render_sheet(content(1, authority="某省人力资源和社会保障厅", is_sample=False))))
    assert "某省人力资源和社会保障厅" in text
    assert "示例" not in printed(text)


def test_the_number_of_the_national_form_stands_below_ours() -> None:
    made = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.41020020250000123.001.4"
    found = pages(render_sheet(content(12, licence_id=made)))
    assert (len(found), f"电子证照标识{made}" in printed(found[0])) == (1, True)


@pytest.mark.parametrize(("items", "expected"), [(1, 1), (12, 1), (30, 2), (120, 4)])
def test_it_fits_or_is_continued_with_its_headings(items: int, expected: int) -> None:
    found = pages(sheet(items))
    assert len(found) == expected
    for number, text in enumerate(found, start=1):
        assert f"第 {number} 页" in text
        assert f"共 {expected} 页" in text
        assert "http://127.0.0.1:8000/verify/" in text
        assert "学习内容" in text
        assert ("续页" in text) == (number > 1)
    numbers = re.findall(r"合计 (\d+) 项", "".join(found))
    assert numbers == [str(items)]


def test_columns_stand_below_one_another() -> None:
    """Within a quarter of a millimetre, whatever stands before them in the line."""
    words, left, right = pypdfium2.PdfDocument(sheet(12))[0].get_textpage(), 0, 2
    for word, times, letter, edge in (("合格", 12, 0, left), ("单位内部培训", 3, 0, left), ("4.5\r", 3, 2, right)):
        search, found = words.search(word), []
        while place := search.get_next():
            found.append(words.get_charbox(place[0] + letter)[edge])
        assert len(found) == times, word
        assert max(found) - min(found) < 0.7, word


def test_no_line_of_text_asks_for_features_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint (70.0) makes a list for each such line and keeps it: 16 KB a sheet, for as long as a worker lives."""
    asked = []

    def noted(*style: Any) -> dict[str, Any]:
        asked.append(font_features(*style))
        return asked[-1]

    monkeypatch.setattr(line_break, "font_features", noted)
    render_sheet(content(30))
    assert asked
    assert not any(asked)


def test_it_is_read_quicker_than_a_web_page_and_drawn_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every element of the template stands in `elements.css`; a control character is a blank, not a box."""

    def read_as_a_web_page(text: str, *, base_url: str, url_fetcher: URLFetcher) -> HTML:
        return HTML(string=text, base_url=base_url, url_fetcher=url_fetcher)

    control = render_sheet(content(1, employer="开封市\x0b第一\x1f实验中学"))
    assert "工作单位 开封市 第一 实验中学" in "".join(pages(control))
    said = content(30, edition=2, supervised_by="某厅监制", employer="<b>&amp;\"'")
    quick = render_sheet(said)
    monkeypatch.setattr(typesetting, "WellFormed", read_as_a_web_page)
    monkeypatch.setattr(typesetting, "pressed", None)
    slow = render_sheet(said)
    assert pages(quick) == pages(slow)
    assert all((picture(quick, page=page) == picture(slow, page=page)).all() for page in range(2))
    assert len(quick) < 1.02 * len(slow)


def test_a_file_is_small_and_says_what_it_is() -> None:
    pdf = sheet(30)
    assert len(pdf) <= 100_000
    document = pypdfium2.PdfDocument(pdf)
    assert "继续教育证书" in document.get_metadata_value("Title")
    assert str(pikepdf.open(io.BytesIO(pdf)).Root.Lang) == "zh-CN"


def test_the_code_leads_to_the_check() -> None:
    """Decoded from the pixels of every page, as a telephone would."""
    pdf, address = sheet(30), content(1)["verify_url"]
    for page in range(len(pypdfium2.PdfDocument(pdf))):
        found, *_ = cv2.QRCodeDetectorAruco().detectAndDecode(picture(pdf, page=page, scale=3.0))
        assert found == address


def name_box(name: str) -> np.ndarray:
    """The pixels of a name of one character as printed: where the style puts it, on the row of its label."""
    page = pypdfium2.PdfDocument(render_sheet(content(1, name=name, is_sample=False)))[0]
    words = page.get_textpage()
    place, _ = words.search("证件号码").get_next()
    _, bottom, _, top = words.get_charbox(place)
    left, middle, size = (20 + 21) / 25.4 * 72, (bottom + top) / 2, 13
    pixels = np.asarray(page.render(scale=SCALE, grayscale=True).to_pil().convert("L"))
    rows = [int(pixels.shape[0] - (middle + edge * size * 0.6) * SCALE) for edge in (1, -1)]
    return pixels[rows[0] : rows[1], int(left * SCALE) : int((left + size) * SCALE)]


@pytest.mark.parametrize("character", RARE_NAMES)
def test_rare_characters_are_drawn(character: str) -> None:
    """By pixels, not by text: a font can print the wrong thing and still give back the right text."""
    drawn = name_box(character)
    ink = (drawn < 128).mean()
    assert 0.05 < ink < 0.75, f"{character}: {ink:.2f}"
    assert not looks_like(drawn, name_box("口" if character != "口" else "囗"))


@pytest.mark.skipif(not assets.rare_fonts(), reason="fonts-hanazono is not installed")
@pytest.mark.parametrize("character", "𠮷𠅤𪚥𫍯𫝆𬭳")
def test_characters_beyond_the_first_plane_are_drawn_from_the_second_face(character: str) -> None:
    assert missing_glyphs(character) == ""
    drawn = name_box(character)
    assert 0.05 < (drawn < 128).mean() < 0.75
    assert not looks_like(drawn, name_box("口"))


def looks_like(one: np.ndarray, other: np.ndarray) -> bool:
    size = (48, 48)
    first, second = cv2.resize(one, size) < 128, cv2.resize(other, size) < 128
    return bool((first == second).mean() > 0.97)


def test_two_characters_are_told_apart_and_one_is_like_itself() -> None:
    """The negative control of the test above."""
    assert looks_like(name_box("王"), name_box("王"))
    assert not looks_like(name_box("王"), name_box("玉"))


def test_a_character_that_nobody_can_draw_is_never_printed() -> None:
    with pytest.raises(MissingGlyphs) as raised:
        render_sheet(content(1, name="王\U00030edd"))
    assert raised.value.characters == "\U00030edd"
    assert "U+30EDD" in str(raised.value)


def test_what_is_missing_depends_on_the_fonts_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_RARE", ())
    assert missing_glyphs("王 建\n华䶮") == ""
    assert missing_glyphs("𠮷\U00030edd𠮷") == "𠮷\U00030edd"


@pytest.mark.skipif(not assets.rare_fonts(), reason="fonts-hanazono is not installed")
def test_a_font_that_comes_while_a_process_prints_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a certificate that waited for its font would be printed with boxes by whoever had printed before."""
    with monkeypatch.context() as bare:
        bare.setattr(assets, "_RARE", ())
        render_sheet(content(1, name="䶮"))
    assert not looks_like(name_box("𠮷"), name_box("口"))
    assert 0.05 < (name_box("𠮷") < 128).mean() < 0.75


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("place", ["name", "employer", "series", "item", "kind", "source", "authority"])
def test_nothing_hidden_in_a_printed_value_is_fetched_or_embedded(payload: str, place: str) -> None:
    planted = planted_at(place, payload)
    html = sheet_html(planted)
    assert payload not in html or not re.search(r"[<>]", payload)
    pdf = render_sheet(planted)
    assert b"/EmbeddedFile" not in pdf
    assert b"/JavaScript" not in pdf
    assert b"root:x:0:0" not in pdf
    text, room = printed("".join(pages(pdf))), COLUMNS.get(place)
    lines = setting.wrapped(payload, room) if room else [payload]
    assert all(printed(line) in text for line in lines)


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_sheet_of_nothing_else_asks_for_nothing(payload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every printed field at once, with its letters as they are."""
    asked: list[str] = []
    fetch = PackagedOnly.fetch
    monkeypatch.setattr(PackagedOnly, "fetch", lambda self, url, *more: asked.append(url) or fetch(self, url, *more))
    pdf = render_sheet(planted_everywhere(content(2), payload))
    assert {url for url in asked if not url.startswith(assets.SCHEME)} == set()
    assert not any(word in pdf for word in (b"/EmbeddedFile", b"/JavaScript", b"/Launch", b"root:x:0:0"))
    assert printed(payload)[:20] in printed("".join(pages(pdf)))


@pytest.mark.parametrize("length", [3_000, pytest.param(100_000, marks=pytest.mark.deep)])
def test_however_long_a_value_is_the_sheet_ends(length: int) -> None:
    items = [content(1)["items"][0] | {"title": "长" * length}]
    found = "".join(pages(render_sheet(content(1, employer="位" * length) | {"items": items})))
    assert (found.count("长"), "合计 1 项" in found) == (length, True)


def planted_everywhere(value: Any, payload: str) -> Any:
    if isinstance(value, dict):
        return {key: planted_everywhere(part, payload) for key, part in value.items()}
    if isinstance(value, list):
        return [planted_everywhere(part, payload) for part in value]
    return payload if isinstance(value, str) else value


def planted_at(place: str, payload: str) -> dict[str, Any]:
    made = content(1)
    changes: dict[str, dict[str, Any]] = {
        "name": {"person": made["person"] | {"name": payload}},
        "employer": {"employer": payload},
        "series": {"title": {"series": payload, "level": "中级"}},
        "item": {"items": [made["items"][0] | {"title": payload}]},
        "kind": {"items": [made["items"][0] | {"kind": payload}]},
        "source": {"thresholds": [made["thresholds"][0] | {"source": payload}]},
        "authority": {"authority": payload},
    }
    return made | changes[place]


def printed(text: str) -> str:
    """What remains of a text that was broken over lines."""
    return re.sub(r"[\s\u00ad\ufffe-]", "", text)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "data:text/css,a{}",
        "ftp://x/",
        "packaged:../models.py",
        "packaged:",
    ],
)
def test_the_fetcher_hands_out_packaged_assets_only(address: str) -> None:
    fetcher = PackagedOnly(assets.font_files())
    with pytest.raises(ValueError, match="packaged assets only"):
        fetcher.fetch(address)
    with pytest.raises(ValueError, match="packaged assets only"):
        fetcher(address)


def test_a_sheet_that_asked_for_a_file_would_not_get_it(tmp_path: Path) -> None:
    """The control: markup that is not escaped asks, and the fetcher refuses."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret-of-the-server")
    fetcher = PackagedOnly({})
    html = f'<link rel=attachment href="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png">a'
    out = io.BytesIO()
    HTML(string=html, url_fetcher=fetcher).write_pdf(out, uncompressed_pdf=True)
    assert b"secret-of-the-server" not in out.getvalue()
    assert secret.as_uri() in fetcher.refused
    assert "http://127.0.0.1:9/x.png" in fetcher.refused
