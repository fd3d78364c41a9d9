"""Owing less, and hours of another province: what may be asked, granted and recognised, by the rules alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import ObligationKind
from credits.rules.declaring import Limits
from credits.rules.easing_requests import beside_fields, reasons_not_to_ask, wanted
from credits.rules.outside import key_of, reasons_not_to_claim, reasons_not_to_recognise, title_of
from credits.rules.provinces import PROVINCES
from credits.rules.window import Opening
from tests.credits.asking import EXEMPT, REDUCED, TRANSCRIPT

TODAY = date(2026, 11, 20)
LIMITS = Limits(year=2026)
ZERO = Decimal(0)


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (EXEMPT, []),
        (replace(EXEMPT, year_from=2025), []),
        (replace(EXEMPT, year_from=2024), ["too_early"]),
        (replace(EXEMPT, kind=ObligationKind.LEFT, ground="none"), ["kind", "ground"]),
        (replace(EXEMPT, year_from=None, year_to=None), ["year_from", "year_to"]),
    ],
)
def test_what_is_asked_names_kind_ground_and_years(asked: Any, expected: list[str]) -> None:
    assert codes(reasons_not_to_ask(asked, today=TODAY)) == expected


def test_a_reduction_takes_its_parts_off_the_total_too() -> None:
    grant = wanted(REDUCED, document="某函1号")
    assert dict(grant.less) == {"total": 45, "public": 15, "professional": 30}
    assert (grant.clause, grant.reason, grant.document) == ("A18", "产假、哺乳期", "某函1号")
    assert dict(wanted(replace(REDUCED, less_public=ZERO), document="").less) == {"total": 30, "professional": 30}
    assert dict(wanted(replace(REDUCED, less_public=ZERO, less_professional=ZERO), document="").less) == {}


def test_an_exemption_takes_no_hours_off_whatever_was_typed() -> None:
    grant = wanted(replace(REDUCED, kind=ObligationKind.EXEMPT, year_to=None), document="")
    assert (dict(grant.less), grant.year_to) == ({}, 0)


def test_reasons_of_the_total_stand_beside_a_field_there_is_once() -> None:
    reasons = [Refusal("a", "一。", "less_total"), Refusal("a", "二。", "less_public"), Refusal("b", "三。", "year_to")]
    assert [(reason.code, reason.field) for reason in beside_fields(reasons)] == [
        ("a", "less_public"),
        ("b", "year_to"),
    ]


@pytest.mark.parametrize(
    ("transcript", "limits", "expected"),
    [
        (TRANSCRIPT, LIMITS, []),
        (replace(TRANSCRIPT, province=""), LIMITS, ["province"]),
        (replace(TRANSCRIPT, started_on=None), LIMITS, ["no_start"]),
        (replace(TRANSCRIPT, ended_on=None), LIMITS, ["no_end"]),
        (replace(TRANSCRIPT, started_on=date(1999, 1, 1)), LIMITS, ["day_too_early", "two_years"]),
        (replace(TRANSCRIPT, started_on=date(2026, 7, 1)), LIMITS, ["ends_before_start"]),
        (replace(TRANSCRIPT, ended_on=date(2026, 11, 21)), LIMITS, ["not_over"]),
        (replace(TRANSCRIPT, public=ZERO, professional=ZERO), LIMITS, ["no_hours"]),
        (replace(TRANSCRIPT, public=ZERO), LIMITS, []),
        (replace(TRANSCRIPT, professional=Decimal("0.2")), LIMITS, ["hours_step"]),
        (replace(TRANSCRIPT, public=Decimal("NaN")), LIMITS, ["hours_not_positive"]),
        (replace(TRANSCRIPT, started_on=date(2026, 6, 28)), LIMITS, ["over_ceiling"]),
        (replace(TRANSCRIPT, started_on=date(2026, 6, 26)), LIMITS, []),
        (TRANSCRIPT, None, ["no_rule"]),
    ],
)
def test_what_a_transcript_must_say(transcript: Any, limits: Limits | None, expected: list[str]) -> None:
    assert codes(reasons_not_to_claim(transcript, today=TODAY, limits=limits)) == expected


def test_a_closed_year_is_open_to_whom_the_bureau_let_in() -> None:
    old = replace(TRANSCRIPT, started_on=date(2025, 3, 2), ended_on=date(2025, 6, 30))
    assert codes(reasons_not_to_claim(old, today=TODAY, limits=LIMITS)) == ["year_closed"]
    opening = Opening(excused_until=date(2026, 12, 31), document_no="某函2号")
    assert codes(reasons_not_to_claim(old, today=TODAY, limits=LIMITS, opening=opening)) == []


@pytest.mark.parametrize(
    ("public", "professional", "expected"),
    [
        ("18", "20.5", []),
        ("0", "20.5", []),
        ("18.5", "0", ["more_than_claimed"]),
        ("18", "21", ["more_than_claimed"]),
        ("0.1", "0", ["hours_step"]),
        ("0", "0", ["nothing"]),
        ("NaN", "0", ["hours_not_positive"]),
    ],
)
def test_as_many_as_claimed_or_fewer_of_each_subject(public: str, professional: str, expected: list[str]) -> None:
    found = reasons_not_to_recognise(
        public=Decimal(public), professional=Decimal(professional),
        public_claimed=Decimal(18), professional_claimed=Decimal("20.5"),
    )  # fmt: skip
    assert codes(found) == expected


def test_a_transcript_is_known_again_however_it_is_written() -> None:
    assert key_of("广东省 示例中心", "粤-31") == key_of("广东省示例中心", "粤31")
    assert key_of("甲", "12") != key_of("甲1", "2")


def test_every_other_province_is_there_and_ours_is_not() -> None:
    assert len(PROVINCES) == 31
    assert "410000" not in PROVINCES
    assert title_of("440000", "某中心") == "广东省继续教育（某中心）"
