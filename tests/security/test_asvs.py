"""docs/security/asvs.md says what the marks on the tests say, and no mark names a requirement nobody wrote down."""

import re
from typing import Any

import pytest

from tests.clauses.table import Shown, marked, shown
from tests.security import asvs

FULL = re.compile(r"v5\.0\.0-\d{1,2}\.\d{1,2}\.\d{1,2}")


def test_the_page_is_current() -> None:
    """When this fails: `make asvs`."""
    assert asvs.PAGE.read_text(encoding="utf-8") == asvs.page(asvs.data(), shown(mark="asvs"))


def test_every_mark_is_a_full_id_that_is_written_down_and_every_id_written_down_is_marked() -> None:
    marks = {mark for test in shown(mark="asvs") for mark in test.ids}
    assert [mark for mark in marks if not FULL.fullmatch(mark)] == []
    assert {mark.removeprefix(asvs.VERSION) for mark in marks} == set(asvs.data()["requirements"])


def test_the_standard_has_345_requirements_in_17_chapters() -> None:
    chapters = asvs.data()["chapters"]
    assert list(chapters) == list(range(1, 18))
    assert sum(chapter["requirements"] for chapter in chapters.values()) == 345


def test_a_mark_of_another_kind_is_none() -> None:
    source = '@pytest.mark.asvs("v5.0.0-1.2.1")\n@pytest.mark.clause("A1")\ndef test_one(): ...\n'
    assert list(marked(source, "asvs")) == [("test_one", ("v5.0.0-1.2.1",))]
    assert list(marked(source)) == [("test_one", ("A1",))]


@pytest.mark.parametrize(
    ("chapter", "says"),
    [
        (1, "Tests speak to 1 of 30 requirements"),
        (2, "Not assessed: of its 13 requirements none was looked at."),
        (17, "Not assessed: The portal has no WebRTC."),
    ],
)
def test_a_chapter_nobody_assessed_says_so(chapter: int, says: str) -> None:
    said: dict[str, Any] = asvs.data() | {"departures": {}}
    text = asvs.page(said, [Shown("tests/x.py", "test_y", ("v5.0.0-1.2.1",))])
    of = next(part for part in text.split("\n## ") if part.startswith(f"V{chapter} "))
    assert says in of
    assert ("`tests/x.py::test_y`" in of) == (chapter == 1)
