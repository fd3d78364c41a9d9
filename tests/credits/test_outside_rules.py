"""Hours of another province: what may be claimed of a transcript, and how much of it recognised (A1, A7, A8, A17)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.rules import outside as rules
from credits.rules.declaring import Limits
from credits.rules.outside import Transcript

TODAY, EARLY = date(2026, 11, 20), date(1999, 12, 31)
LIMITS = Limits(deadline=date(2026, 12, 31))
WHOLE = Transcript(
    "440000", date(2026, 3, 9), date(2026, 3, 11), "广东省人力资源和社会保障厅", "粤2026-001", Decimal(8), Decimal(16)
)


def against(limits: Limits | None = LIMITS, today: date = TODAY, **changes: Any) -> list[Refusal]:
    return list(rules.reasons_not_to_claim(replace(WHOLE, **changes), today=today, limits=limits))


def test_a_whole_transcript_can_be_claimed() -> None:
    assert against() == []
    assert against(public=Decimal(0)) == against(professional=Decimal(0)) == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"province": ""}, ["province"]),
        ({"province": "410000"}, ["province"]),
        ({"started_on": None}, ["no_start"]),
        ({"ended_on": None}, ["no_end"]),
        ({"started_on": EARLY, "ended_on": EARLY}, ["day_too_early", "day_too_early", "over_ceiling"]),
        ({"started_on": date(2026, 3, 12)}, ["ends_before_start"]),
        ({"started_on": date(2025, 12, 31)}, ["two_years"]),
        ({"ended_on": date(2026, 11, 21)}, ["not_over"]),
        ({"issuer": ""}, ["blank"]),
        ({"issuer": "厅" * 61}, ["too_long"]),
        ({"number": " "}, ["blank"]),
        ({"number": "9" * 61}, ["too_long"]),
        ({"public": Decimal("0.3")}, ["hours_step"]),
        ({"professional": Decimal(-1)}, ["hours_not_positive"]),
        ({"public": Decimal(0), "professional": Decimal(0)}, ["no_hours"]),
        ({"professional": Decimal("16.5")}, ["over_ceiling"]),
        ({"public": Decimal("NaN")}, ["hours_not_positive"]),
    ],
)  # fmt: skip
def test_each_thing_wrong_with_it_is_told(changes: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in against(**changes)] == codes


def test_reasons_stand_beside_their_fields_with_their_clauses() -> None:
    (years,) = against(started_on=date(2025, 12, 31))
    message = "一份申请只认定一个年度的学时。跨年的请按年度分开申请。"
    assert years == Refusal("two_years", message, field="started_on", clause="A7")
    (most,) = against(professional=Decimal("16.5"))
    message = "按起止日期计算，每天最多 8 学时，最多 24 学时。"
    assert most == Refusal("over_ceiling", message, field="professional_claimed", clause="A17")
    (many, _) = against(public=Decimal(91))
    assert many == Refusal("hours_too_many", "每个科目最多申报 90 学时，请核对。", field="public_claimed")
    (lots,) = rules.reasons_not_to_recognise(
        public=Decimal(91), professional=Decimal(0), public_claimed=Decimal(91), professional_claimed=Decimal(0)
    )
    assert lots == Refusal("hours_too_many", "每个科目最多认定 90 学时，请核对。", field="public")
    assert against(public=Decimal(0), professional=Decimal(0)) == [
        Refusal("no_hours", "请填写公需科目或专业科目的学时。", field="public_claimed")
    ]


@pytest.mark.clause("S0-14", "A8")
def test_a_year_is_shut_for_hours_from_elsewhere_too() -> None:
    assert [reason.code for reason in against(today=date(2027, 1, 1))] == ["year_closed"]
    assert [reason.code for reason in against(None)] == ["no_rule"]


def test_a_transcript_is_known_again_however_it_is_written() -> None:
    assert rules.key_of("广东省 人社厅", "粤2026—001") == rules.key_of("广东省人社厅", "粤２０２６001")
    assert rules.key_of("广东省人社厅", "001") != rules.key_of("广东省人社厅0", "01")
    assert len(rules.key_of("", "")) == 64
    assert rules.title_of("440000", "省厅") == "广东省继续教育（省厅）"


@pytest.mark.parametrize(
    ("public", "professional", "expected"),
    [
        ("8", "16", []),
        ("0", "0.5", []),
        ("8", "0", []),
        ("8.5", "16", [("more_than_claimed", "public", "公需科目最多认定申报的 8 学时。")]),
        ("8", "16.5", [("more_than_claimed", "professional", "专业科目最多认定申报的 16 学时。")]),
        ("0", "0", [("nothing", "public", "一个学时也不认定，请选“不予批准”。")]),
        ("0.3", "0", [("hours_step", "public", "学时以 0.5 为单位，例如 8 或 8.5。")]),
        ("NaN", "0", [("hours_not_positive", "public", "学时应大于 0。")]),
    ],
)
def test_of_each_subject_at_most_what_was_claimed(public: str, professional: str, expected: Any) -> None:
    found = rules.reasons_not_to_recognise(
        public=Decimal(public), professional=Decimal(professional), public_claimed=Decimal("8.0"),
        professional_claimed=Decimal(16),
    )  # fmt: skip
    assert [(reason.code, reason.field, reason.message) for reason in found] == expected
