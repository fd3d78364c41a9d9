"""Rows that a statement brings along come out as they went in, on both databases, few and many (decision 0060)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection
from msgspec.structs import asdict, astuple

from ceportal.kernel.selectors.given import as_day, as_hours, given, new_ref

pytestmark = pytest.mark.django_db
COLUMNS = {"number": "bigint", "words": "text", "hours": "numeric", "day": "date", "is_met": "boolean", "more": "jsonb"}
WORDS = [
    "课程",
    "",
    None,
    "a\x1fb",
    "\x1e",
    "\\N",
    "引\"号'",
    "%s {} $1",
    "E'\\x1f'",
    "两\n行\t格",
    "{a,b}",
    "NULL",
    "䶮",
]


class Row(msgspec.Struct):
    number: int
    words: str | None
    hours: Decimal
    day: date
    is_met: bool
    more: list[dict[str, str]]


def rows(count: int, words: str | None) -> list[Row]:
    return [
        Row(
            number,
            words if number % 3 else f"另{number}",
            Decimal("0.5") * number,
            date(2026, 1, 1),
            number % 2 == 1,
            [],
        )
        for number in range(count)
    ]


def back(given_rows: list[Any]) -> list[tuple[Any, ...]]:
    source, values = given(given_rows, COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, words, hours, day, is_met FROM {source} ORDER BY number", values)
        found = cursor.fetchall()
    return [(number, words, as_hours(hours), as_day(day), bool(met)) for number, words, hours, day, met in found]


@pytest.mark.parametrize("count", [0, 1, 8, 9, 40])
@pytest.mark.parametrize("words", WORDS)
def test_whatever_a_text_holds(count: int, words: str | None) -> None:
    some = rows(count, words)
    expected = [astuple(each)[:5] for each in some]
    assert back(some) == expected
    assert back([asdict(each) for each in some]) == expected


@pytest.mark.parametrize("count", [2, 20])
def test_what_is_nested_stays_whole(count: int) -> None:
    some, nested = rows(count, "课程"), [{"message": 'a"b\\c，“两\n行”'}]
    for each in some:
        each.more = nested
    source, values = given(some, COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT more FROM {source}", values)
        found = [more if isinstance(more, str) else msgspec.json.encode(more) for (more,) in cursor.fetchall()]
    assert [msgspec.json.decode(more) for more in found] == [nested] * count


def test_a_statement_names_its_rows_as_python_does() -> None:
    at = datetime(2026, 12, 28, 9, 30, 1, tzinfo=UTC)
    source, values = given(rows(40, "课程"), COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {new_ref(at)} FROM {source}", values)
        refs = [UUID(str(ref)) for (ref,) in cursor.fetchall()]
    assert len(set(refs)) == 40
    assert {(ref.version, ref.variant) for ref in refs} == {(7, "specified in RFC 4122")}
    assert {ref.int >> 80 for ref in refs} == {int(at.timestamp() * 1000)}
