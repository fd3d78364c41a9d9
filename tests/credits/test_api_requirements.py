"""`GET /api/v1/requirements`: what the command tells, for everybody, and a word about every odd parameter."""

import json
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from tests import factories as people
from tests.credits.test_api_schema import fits

pytestmark = pytest.mark.django_db

KAIFENG = {"area": "410200", "year": "2021", "level": "中级"}


def ask(**parameters: str) -> Any:
    return Client().get(f"/api/v1/requirements?{urlencode(parameters)}")


@pytest.mark.parametrize(
    "asked",
    [
        KAIFENG,
        {"area": "410000", "year": "2014", "level": "初级"},
        {"area": "410203", "year": "2025", "level": "无", "trade": "会计"},
        {"area": "440100", "year": "2021", "level": "正高级"},
        {"area": "CN", "year": "1995", "level": "高级"},
    ],
)
def test_it_tells_what_the_command_tells(regulation: None, asked: dict[str, str]) -> None:
    out = StringIO()
    call_command("requirements", "--json", *[f"--{name}={value}" for name, value in asked.items()], stdout=out)
    answer = ask(**asked)
    assert answer.status_code == 200
    assert answer.json() == json.loads(out.getvalue())


def test_every_number_has_its_clause_and_the_shape_is_the_described_one(regulation: None) -> None:
    answer = ask(**KAIFENG).json()
    fits(answer, "Requirements")
    for field in answer["fields"].values():
        fits(field, "RequirementsField")
        assert field["clause"]
    assert answer["fields"]["public_compulsory"] == {"value": "24", "clause": "S2-02", "status": "verified"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"area": ""}, "area"),
        ({"area": "4102"}, "area"),
        ({"area": "990000"}, "area"),
        ({"area": "４１０２００"}, "area"),
        ({"year": "21"}, "year"),
        ({"year": "99999"}, "year"),
        ({"year": "２０２１"}, "year"),
        ({"level": "中 级"}, "level"),
        ({"trade": "会\x00计"}, "strange_character"),
        ({"trade": "会" * 41}, "too_long"),
        ({"trade": "火箭"}, "trade"),
        ({"format": "xml"}, "unknown_parameter"),
    ],
)
def test_an_odd_parameter_is_answered_with_a_problem(changes: dict[str, str], code: str) -> None:
    answer = ask(**(KAIFENG | changes))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == code
    fits(answer.json()["errors"][0], "Fault")


def test_a_title_series_is_read_as_its_trade_and_an_unknown_trade_is_told_the_known_ones(regulation: None) -> None:
    people.title_series("17", "会计人员")
    asked = {"area": "410203", "year": "2025", "level": "中级"}
    told = ask(**asked, trade="会计人员").json()
    assert (told["trade"], told["unit"]) == ("会计", "学分")
    assert told == ask(**asked, trade="会计").json()
    fault = ask(**asked, trade="火箭").json()["errors"][0]
    assert (fault["pointer"], fault["message"]) == ("/trade", "没有“火箭”这个行业。可以写的有：会计、会计人员。")


def test_a_parameter_given_twice_or_not_at_all_is_one_too() -> None:
    answer = Client().get(f"/api/v1/requirements?{urlencode(KAIFENG)}&year=2022")
    assert (answer.status_code, answer.json()["code"]) == (400, "repeated")
    assert {error["code"] for error in ask().json()["errors"]} == {"area", "year", "level"}


def test_one_address_asks_so_often_and_no_more(regulation: None, settings: Settings) -> None:
    settings.API_REQUEST_RATE = "2/minute"
    assert [ask(**KAIFENG).status_code for _ in range(3)] == [200, 200, 429]
