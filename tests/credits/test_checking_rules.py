"""What may be asked about people, and what is wrong with a question."""

from decimal import Decimal
from typing import Any

import pytest

from credits.rules.checking import faults_of_person, faults_of_years, who, year_of

WHO = {"id_number": " 41022519900506112x", "name": "张 三 "}


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (WHO, []),
        ("张三", ["not_an_object"]),
        (WHO | {"phone": "1"}, ["unknown_key"]),
        ({"id_number": 7}, ["id_number", "name"]),
        (WHO | {"name": "\u202e"}, ["strange_character"]),
    ],
)
def test_a_question_names_somebody_by_two_texts(asked: Any, codes: list[str]) -> None:
    assert [fault.code for fault in faults_of_person(asked)] == codes


def test_more_keys_where_they_are_asked() -> None:
    assert list(faults_of_person(WHO | {"years": []}, more=frozenset({"years"}))) == []
    assert who(WHO) == ("41022519900506112X", "张 三")


@pytest.mark.parametrize(
    ("years", "is_fine"),
    [
        ([Decimal(2025), Decimal(2026)], True), ([], False), ([Decimal(2027)], False), ([Decimal("2025.5")], False),
        (["2025"], False), ([Decimal(2025)] * 2, False), ([Decimal(2000 + n) for n in range(11)], False), (None, False),
    ],
)  # fmt: skip
def test_years_are_few_past_and_once_each(years: Any, is_fine: bool) -> None:
    assert (not list(faults_of_years(WHO | {"years": years}, this_year=2026))) == is_fine


def test_a_year_is_a_whole_number() -> None:
    assert (year_of(Decimal(2025)), year_of("2025"), year_of(True), year_of(None)) == (2025, None, None, None)
    assert [fault.field for fault in faults_of_years(None, this_year=2026)] == ["/years"]
