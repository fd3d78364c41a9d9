"""Sheets drawn by a child with bounds; and rows set as lines of text."""

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings

from accounts.models import Professional
from certificates.documents import setting
from certificates.documents.printing import MissingGlyphs
from certificates.enums import CertificateState
from certificates.services.drawing import Drawer, DrawingFailed, drawer
from certificates.services.sheets import make_sheets
from tests.certificates import factories as make
from tests.certificates.factories import content


@pytest.fixture
def child() -> Iterator[Drawer]:
    made = Drawer()
    yield made
    made.end()


def text_of(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def test_a_child_that_dies_or_takes_too_long_is_begun_anew(child: Drawer) -> None:
    assert "王建华" in text_of(child.draw("sheet", content(1)))
    first = child._child
    assert first is not None
    with pytest.raises(MissingGlyphs, match="U\\+30EDD"):
        child.draw("sheet", content(1, name="王\U00030edd"))
    with pytest.raises(DrawingFailed, match="KeyError"):
        child.draw("sheet", {})
    assert child._child is first
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert "李小红" in text_of(child.draw("sheet", content(1, name="李小红")))
    endless = content(1, employer="长" * 2_000_000)
    with pytest.raises(DrawingFailed, match="TimeoutError"):
        child.draw("sheet", endless, seconds=1)
    assert "王建华" in text_of(child.draw("sheet", content(1)))


@pytest.mark.django_db
def test_one_that_cannot_be_drawn_uses_up_its_tries_alone(
    declarant: Professional,
    lone_declarant: Professional,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DATA_DIR = tmp_path
    poison, other = make.promised(declarant), make.promised(lone_declarant)
    begin = drawer.begin

    def fails_at_one(kind: str, said: Any) -> "Future[bytes]":
        if said["number"] != poison.number:
            return begin(kind, said)
        failed: Future[bytes] = Future()
        failed.set_exception(DrawingFailed("TimeoutError"))
        return failed

    monkeypatch.setattr(drawer, "begin", fails_at_one)
    assert make_sheets(now=make.NOW) == 1
    for certificate in (poison, other):
        certificate.refresh_from_db()
    assert (poison.state, poison.attempts, poison.last_error) == (
        CertificateState.INTENDED,
        1,
        "制作失败（TimeoutError）",
    )
    assert other.state == CertificateState.ISSUED


def lines_of(*titles: str) -> list[setting.Page]:
    items = [content(1)["items"][0] | {"title": title} for title in titles]
    return setting.pages(items, first=20, others=40, last=7)


def test_text_is_broken_where_it_may_be() -> None:
    room = setting.width("一二三四五")
    assert setting.wrapped("一二三四五六七", room) == ["一二三四五", "六七"]
    assert setting.wrapped("一二三四五，六七", room) == ["一二三四", "五，六七"], "no line begins with a comma"
    assert setting.wrapped("一二三 abc def", room) == ["一二三 abc", "def"]
    assert setting.wrapped("a" * 40, room)[0] == "a" * len(setting.wrapped("a" * 40, room)[0])
    assert setting.wrapped("", room) == [""]
    assert all(setting.width(line) <= room for line in setting.wrapped("学时" * 50 + "abc" * 30, room))


def test_a_row_of_several_lines_stays_together_and_the_end_has_room() -> None:
    long = "很长的学习内容名称" * 6
    one = lines_of(*["短"] * 13)
    assert [len(page.lines) for page in one] == [13], "thirteen lines and what follows fit in twenty"
    assert [len(page.lines) for page in lines_of(*["短"] * 14)] == [13, 1]
    assert [len(page.lines) for page in lines_of(*["短"] * 19, long)] == [19, 3]
    page = lines_of(long, "短")[0]
    assert page.ends == (3, 4)
    assert [line.endswith("\t8") for line in page.lines] == [True, False, False, True]
    assert page.lines[3].startswith("2\u3000")


def test_a_value_cannot_leap_out_of_its_column() -> None:
    page = lines_of("甲\t乙\n丙\x0b丁")[0]
    assert (len(page.lines), "甲 乙 丙 丁" in page.lines[0]) == (1, True)


def test_what_draws_is_loaded_where_something_is_drawn_alone() -> None:
    """Imported within functions, but by the web server, whose processes share it."""
    own = {"certificates/documents/typesetting.py", "certificates/documents/wellformed.py", "ceportal/wsgi.py"}
    heavy = re.compile(
        r"^(?:from|import) (?:weasyprint|certificates\.documents(?:\.| import )(?:typesetting|wellformed))", re.M
    )
    rooms = ("accounts", "bases", "ceportal", "certificates", "credits", "reviews")
    files = {
        path.relative_to(settings.BASE_DIR): path for room in rooms for path in (settings.BASE_DIR / room).rglob("*.py")
    }
    assert {str(name) for name, path in files.items() if heavy.search(path.read_text(encoding="utf-8"))} == own
