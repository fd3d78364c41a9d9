"""What no browser writes, in every parameter of every page and in every part of an address: answered, never a fault of
ours. On PostgreSQL a NUL or half a character would reach the database and come back as one.
"""

import re
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zlib import crc32

import pytest
from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import Resolver404, resolve, reverse

from tests.databases.shares import is_shared
from tests.matrix.asking import client_of
from tests.matrix.expectations import Line, lines
from tests.matrix.town import Town, objects

# The town is built in a transaction of its own around the modules; the mark gives each test one inside it.
pytestmark = pytest.mark.django_db

# As they stand in an address: a NUL, halves of characters, no UTF-8 at all, text that runs backwards, endless text …
STRANGE = {
    "nul": "%00",
    "nul inside": "41%00",
    "a ref with a nul": "123e4567-e89b-12d3-a456-42661417400%00",
    "half a character": "%ED%A0%80",
    "no utf-8": "%FF%FE",
    "overlong": "%C0%80",
    "backwards": quote("\u202e教\u2066师\u200f"),
    "long": "a" * 3_000,
    "long number": "9" * 5_000,
    "large number": "9223372036854775808",
    "a year far off": "99999",
    "below nothing": "-1",
    "other digits": quote("٤０²"),
    "brackets": quote("[" * 300 + "{'\"<%s>\\"),
    "lines": "a%0D%0Ab",
    "blank": "%20%E3%80%80",
}
# Those that a page does not come to see when another parameter beside is strange too.
ALONE = ("nul", "nul inside", "half a character", "large number")
# What pages ask an address for; that nothing is missing is held below.
PARAMETERS = (
    "after", "year", "state", "name", "title", "person", "organization", "without", "place", "city", "county", "area",
    "unit", "due", "show", "check", "next", "q", "dry_run", "level", "trade", "number",
    "code", "source", "iss", "kind", "view", "done", "prompt", "approval_prompt", "resource",
    "desk", "share", "free", "order", "subject", "department", "day", "client_id", "last", "urgent", "benefit",
    "look", "by", "nature", "own", "standing", "ground", "list", "selected", "shared", "form",
    "measure", "interest", "funding", "rate",
)  # fmt: skip
_ASKED = re.compile(r"""\bGET(?:\.get(?:list)?\(|\[)\s*"([a-z_]+)\"""")
LINES = [line for line in lines() if "@" not in line.key]
PAGES = [line for line in LINES if line.key not in objects()]
PLACES = [line for line in LINES if line.key in objects()]


class Noted(QueryDict):
    """What a page asks an address for, noted: what it never looks at cannot hurt it, and need not be tried there."""

    asked: set[str] = set()
    is_filled = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_filled = True

    def __getitem__(self, key: Any) -> Any:
        if self.is_filled:
            self.asked.add(key)
        return super().__getitem__(key)

    def getlist(self, key: Any, default: Any = None) -> Any:
        if self.is_filled:
            self.asked.add(key)
        return super().getlist(key, default)

    def __contains__(self, key: Any) -> bool:
        if self.is_filled:
            self.asked.add(key)
        return super().__contains__(key)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The parameters that were looked at so far in this test."""
    monkeypatch.setattr("django.core.handlers.wsgi.QueryDict", Noted)
    Noted.asked.clear()
    return Noted.asked


def _status(cookies: SimpleCookie, method: str, address: str) -> int:
    """The status of one request, undone afterwards."""
    client = client_of(cookies, raises=False)
    with transaction.atomic():
        response = client.generic(method, address)
        b"".join(response)
        transaction.set_rollback(True)
    return int(response.status_code)


def _readers(line: Line, town: Town) -> list[SimpleCookie]:
    """One for whom the page is, and nobody in particular."""
    insider = next((role for role, answer in line.answers["GET"].items() if answer == 200), "declarant")
    return [town.cookies[role] for role in dict.fromkeys((insider, "anonymous"))]


def _faults(cookies: SimpleCookie, path: str, questions: list[str]) -> list[str]:
    return [question[:60] for question in questions if _status(cookies, "GET", f"{path}?{question}") >= 500]


@pytest.mark.parametrize("line", PAGES, ids=lambda line: line.key)
def test_in_every_parameter(line: Line, town: Town, asked: set[str], pytestconfig: pytest.Config) -> None:
    """All at once, then alone those that were looked at meanwhile.

    Where two databases share, a page that answers as ever and looks at nothing is asked with two of the values.
    """
    path, cookies = reverse(line.address), _readers(line, town)[0]
    questions = ["&".join(f"{name}={value}" for name in PARAMETERS) for value in STRANGE.values()]
    few = (questions[0], questions[_lot(line.key, len(questions))])
    told = {question: _status(cookies, "GET", f"{path}?{question}") for question in few}
    if not asked and {200, 403, 405}.issuperset(told.values()) and is_shared(pytestconfig):
        return
    failed = [question[:60] for question, status in told.items() if status >= 500]
    failed += _faults(cookies, path, [question for question in questions if question not in told])
    read = asked.intersection(PARAMETERS)
    assert failed + _faults(cookies, path, [f"{name}={STRANGE[what]}" for name in sorted(read) for what in ALONE]) == []


@pytest.mark.parametrize("line", PLACES, ids=lambda line: line.key)
def test_in_every_part_of_an_address(line: Line, town: Town, pytestconfig: pytest.Config) -> None:
    """What fits no pattern is answered before anybody looks who asks, and how: where two databases share, each address
    is asked with every fourth of such values, beginning elsewhere for each.
    """
    given = objects()[line.key](town)
    path = reverse(line.address, kwargs=given)
    failed = []
    for name, value in given.items():
        for what, strange in STRANGE.items():
            address = path.replace(quote(str(value), safe="/"), strange, 1)
            assert address != path
            asks = [(method, reader) for method in ("GET", "POST") for reader in _readers(line, town)]
            if not _leads_somewhere(address):
                asks = [] if is_shared(pytestconfig) and _lot(f"{line.key} {name} {what}", 4) else asks[:1]
            failed += [f"{method} {name}: {what}" for method, reader in asks if _status(reader, method, address) >= 500]
    assert failed == []


def _lot(of: str, count: int) -> int:
    return crc32(of.encode()) % count


def _leads_somewhere(address: str) -> bool:
    try:
        resolve(RequestFactory().generic("GET", address).path_info)
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("line", PLACES, ids=lambda line: line.key)
def test_in_the_parameters_of_a_thing(line: Line, town: Town, asked: set[str]) -> None:
    path, cookies = reverse(line.address, kwargs=objects()[line.key](town)), _readers(line, town)[0]
    failed = _faults(cookies, path, ["&".join(f"{name}={STRANGE['nul']}" for name in PARAMETERS)])
    read = asked.intersection(PARAMETERS)
    assert (
        failed + _faults(cookies, path, [f"{name}={STRANGE[what]}" for name in sorted(read) for what in STRANGE]) == []
    )


def test_what_a_page_looks_at_is_noted(town: Town, asked: set[str]) -> None:
    _status(town.cookies["employer"], "GET", f"{reverse('credits:requests')}?kind=outside&nothing=1")
    assert "kind" in asked
    assert "nothing" not in asked


def test_every_parameter_that_is_read_is_asked() -> None:
    apps = ("accounts", "bases", "credits", "reviews", "certificates", "ceportal")
    texts = [path.read_text(encoding="utf-8") for app in apps for path in Path(settings.BASE_DIR / app).rglob("*.py")]
    read = {name for text in texts for name in _ASKED.findall(text)}
    assert len(read) > 5
    assert read - set(PARAMETERS) == set()
