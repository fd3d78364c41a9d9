"""Numbers, verdicts and digests: no database."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.rules.entitlement import (
    Printed,
    Verdict,
    plain,
    reasons_not_to_renew,
    verdict,
    verdict_of_merged,
    why_it_ended,
    why_merged,
)
from certificates.rules.numbers import certificate_number, check_character, licence_id, read_number
from certificates.rules.snapshots import canonical, digest

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("text", "check"),
    [
        # From the standard's own example, and a national electronic licence (facts b8).
        ("A12425GABC1234002", "M"),
        ("11100000000013338W01111430000006122244L20230000403001", "U"),
    ],
)
def test_the_check_character_is_that_of_iso_7064(text: str, check: str) -> None:
    assert check_character(text) == check


def test_a_number_says_place_year_and_sequence() -> None:
    number = certificate_number(area_code="410200", year=2026, sequence=123)
    assert number == "410200-2026-0000123-" + check_character("41020020260000123")
    assert read_number(number) == number


@pytest.mark.parametrize(
    "typed",
    [
        " 410200-2026-0000123-{} ",
        "41020020260000123{}",
        "410200 2026 0000123 {}",
        "４１０２００－２０２６－００００１２３－{}",
        "410200–2026–0000123–{}",
    ],
)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_number_is_read_however_it_is_typed(typed: str, case: Callable[[str], str]) -> None:
    check = check_character("41020020260000123")
    assert read_number(typed.format(case(check))) == f"410200-2026-0000123-{check}"


@pytest.mark.parametrize("typed", ["", "-", "1", "410200", "证书", "\x00", "4" * 10_000, "../../etc", "🂡" * 20])
def test_what_is_no_number_is_not_read(typed: str) -> None:
    assert read_number(typed) is None


@given(st.integers(1, 9_999_999), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(sequence: int, place: int, other: str) -> None:
    number = certificate_number(area_code="410200", year=2026, sequence=sequence).replace("-", "")
    changed = number[:place] + other + number[place + 1 :]
    assert (read_number(changed) is not None) == (changed == number)


def item(hours: str = "8", *, counted: str | None = None, is_held: bool = False) -> Printed:
    return Printed("研修", Decimal(hours), Decimal(counted if counted is not None else hours), is_held)


@pytest.mark.parametrize(
    ("is_met", "printed", "expected"),
    [
        (False, None, Verdict.NOTHING),
        (True, None, Verdict.PROMISE),
        (True, [item()], Verdict.CONFIRM),
        (True, [item(), item(counted="0")], Verdict.SUPERSEDE),
        (False, [item(), item(counted="0")], Verdict.REVOKE),
        (False, [item()], Verdict.REVOKE),
        (True, [item(), item(counted="0", is_held=True)], Verdict.HOLD),
        (False, [item(counted="0", is_held=True), item(counted="0")], Verdict.HOLD),
    ],
)
def test_what_the_clock_does(is_met: bool, printed: list[Printed] | None, expected: Verdict) -> None:
    assert verdict(is_met=is_met, printed=printed) == expected


def test_the_public_reason_counts_what_was_lost_and_names_nobody() -> None:
    lost = [item("8"), item("4.5", counted="0"), item("12", counted="0")]
    assert why_it_ended(lost, is_met=False).startswith("证书所列的 2 项学习记录（共 16.5 学时）经复核已撤销")
    assert "已换发新证书" in why_it_ended(lost, is_met=True)
    assert "要求发生变化" in why_it_ended([item()], is_met=False)
    assert "职称级别" in why_it_ended([item()], is_met=True)


@pytest.mark.parametrize(("kind", "issuer", "asked"), [("", "", False), ("A" * 21, "", False), ("", "B" * 18, False)])
def test_the_national_form_needs_both_codes(kind: str, issuer: str, asked: bool) -> None:
    number = certificate_number(area_code="410200", year=2026, sequence=7)
    assert bool(licence_id(type_code=kind, issuer_code=issuer, number=number, edition=1)) is asked


def test_the_national_form_of_a_number() -> None:
    """The check character of a licence seen in public, and ours over kind, issuer, serial and version."""
    kind, issuer = "11100000000013338W011", "11430000006122244L"
    assert check_character(f"{kind}{issuer}20230000403001") == "U"
    number = certificate_number(area_code="410200", year=2026, sequence=7)
    made = licence_id(type_code=kind, issuer_code=issuer, number=number, edition=2)
    assert made.startswith(f"1.2.156.3005.2.{kind}.{issuer}.41020020260000007.002.")
    assert check_character(f"{kind}{issuer}41020020260000007002") == made[-1]


def test_a_certificate_of_another_level_is_replaced_unless_an_item_is_held() -> None:
    assert verdict(is_met=True, printed=[item()], is_of_another_level=True) == Verdict.SUPERSEDE
    assert verdict(is_met=True, printed=[item(is_held=True)], is_of_another_level=True) == Verdict.HOLD
    assert verdict(is_met=False, printed=[item()], is_of_another_level=True) == Verdict.REVOKE


def test_a_name_that_was_put_right_is_printed_anew_and_what_was_lost_is_said_first() -> None:
    assert verdict(is_met=True, printed=[item()], is_renamed=True) == Verdict.SUPERSEDE
    assert verdict(is_met=False, printed=[item()], is_renamed=True) == Verdict.REVOKE
    assert "姓名或证件号码" in why_it_ended([item()], is_met=True, is_renamed=True)
    assert "1 项学习记录" in why_it_ended([item(counted="0")], is_met=True, is_renamed=True)


@pytest.mark.parametrize(
    ("has_live", "still_counts", "is_met", "expected"),
    [
        (False, False, True, Verdict.NOTHING),
        (True, True, True, Verdict.HOLD),
        (True, False, True, Verdict.SUPERSEDE),
        (True, False, False, Verdict.REVOKE),
    ],
)
def test_a_merged_account_hands_its_certificate_on_when_its_hours_are_over(
    has_live: bool, still_counts: bool, is_met: bool, expected: Verdict
) -> None:
    assert verdict_of_merged(has_live=has_live, still_counts=still_counts, is_met=is_met) == expected
    assert ("为准" in why_merged(is_met=is_met)) == is_met


@pytest.mark.parametrize(("hours", "text"), [("8.0", "8"), ("8.5", "8.5"), ("90", "90"), ("100.0", "100"), ("0", "0")])
def test_hours_are_written_plainly(hours: str, text: str) -> None:
    assert plain(Decimal(hours)) == text


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    one, other = {"b": 1, "a": {"d": "王", "c": []}}, {"a": {"c": [], "d": "王"}, "b": 1}
    assert canonical(one) == canonical(other) == '{"a":{"c":[],"d":"王"},"b":1}'.encode()
    assert digest(one) == digest(other) != digest(one | {"b": 2})


@pytest.mark.clause("A14")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"is_issued": False}, ["not_valid"]),
        ({"is_settled": False}, ["under_review"]),
        ({"closed_on": ""}, ["year_open"]),
        ({"unlisted": 0}, ["nothing_new"]),
        ({"closed_on": "", "unlisted": 0}, ["year_open"]),
    ],
    ids=str,
)
def test_a_new_edition_is_had_of_a_closed_year_with_more_hours(changes: dict, expected: list[str]) -> None:
    asked = {"is_issued": True, "is_settled": True, "closed_on": "2026年12月31日", "unlisted": 1} | changes
    assert [reason.code for reason in reasons_not_to_renew(**asked)] == expected
