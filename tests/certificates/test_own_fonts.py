"""A character that no font of the portal has: drawn from the file that an operator puts into DATA_DIR/fonts."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.utils import timezone

from ceportal.office.services.readiness import findings
from certificates.documents.assets import OWN_FOLDER, missing_glyphs, own_fonts, rare_fonts, why_not
from certificates.documents.printing import MissingGlyphs
from certificates.documents.sheet import render_sheet
from certificates.services.drawing import Drawer
from tests.certificates.factories import content
from tests.certificates.fonts import font_file

# Of extension G, which no font of the portal has.
RARE, OTHER = "\U00030edd", "\U00030ede"


@pytest.fixture
def own(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    (tmp_path / OWN_FOLDER).mkdir()
    return tmp_path / OWN_FOLDER


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drawer]:
    """A process of its own that draws, with `tmp_path` for its data."""
    monkeypatch.setenv("TEST_DATA_DIR", str(tmp_path))
    made = Drawer()
    yield made
    made.end()


def text_of(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def faces_in(pdf: bytes) -> set[str]:
    """Whose glyphs are in it, by family."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        known = [each for each in document.objects if isinstance(each, pikepdf.Dictionary)]
        names = [str(each.FontName) for each in known if each.get("/Type") == "/FontDescriptor"]
    return {name.rpartition("+")[2].partition("-")[0] for name in names}


def test_whoever_draws_takes_it_up_while_it_is_at_work(own: Path, child: Drawer) -> None:
    named = content(1, name=f"王{RARE}")
    with pytest.raises(MissingGlyphs, match="U\\+30EDD"):
        child.draw("sheet", named)
    process = child._child
    font_file(own / "rare.ttf", RARE)
    pdf = child.draw("sheet", named)
    assert child._child is process, "nothing was begun anew"
    assert f"王{RARE}" in text_of(pdf)
    assert faces_in(pdf) == {"Sheet", "rare"}


def test_another_file_under_the_same_name_is_read_anew(own: Path) -> None:
    font_file(own / "rare.ttf", RARE)
    assert RARE in text_of(render_sheet(content(1, name=RARE)))
    font_file(own / "rare.ttf", RARE + OTHER)
    assert RARE + OTHER in text_of(render_sheet(content(1, name=RARE + OTHER)))
    (own / "rare.ttf").unlink()
    assert missing_glyphs(RARE) == RARE


def test_what_could_be_drawn_before_is_drawn_as_before(own: Path) -> None:
    """Its own faces come first, whatever the file has."""
    before = render_sheet(content(1, name="䶮"))
    font_file(own / "rare.ttf", "䶮王" + RARE)
    assert faces_in(render_sheet(content(1, name="䶮"))) == faces_in(before)


@pytest.mark.parametrize(
    ("allows", "why"), [(0, ""), (4, ""), (8, ""), (2, "不允许嵌入"), (0x100, "不允许嵌入"), (0x204, "不允许嵌入")]
)
def test_one_that_may_not_be_embedded_is_not_used_and_doctor_says_so(own: Path, allows: int, why: str) -> None:
    font_file(own / "rare.otf", RARE, allows=allows)
    assert missing_glyphs(RARE) == (RARE if why else "")
    assert why_not(own / "rare.otf").startswith(why or "")
    assert bool(why_not(own / "rare.otf")) == bool(why)


@pytest.mark.django_db
def test_what_is_no_font_stands_in_nobodys_way_and_doctor_names_it(own: Path) -> None:
    (own / "a.ttf").write_bytes(b"no font")
    (own / "b.ttf").mkdir()
    (own / "c.ttf").symlink_to(own / "nowhere.ttf")
    (own / "notes.txt").write_text("where it came from")
    font_file(own / "d.TTF", RARE)
    assert [path.name for path in own_fonts()] == ["a.ttf", "b.ttf", "c.ttf", "d.TTF"]
    assert (own / "d.TTF") in rare_fonts().values()
    assert RARE in text_of(render_sheet(content(1, name=RARE)))
    said = [each.text for each in findings(now=timezone.now()) if each.part == "字库文件"]
    assert [text.split()[0] for text in said] == ["a.ttf", "b.ttf", "c.ttf"]


def test_without_the_folder_nothing_is_looked_for(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert own_fonts() == []
