"""Funding: what is to be set aside, what may be deducted, what goes into the next year (S2-12)."""

from decimal import Decimal

import pytest

from ceportal.office.rules.funding import reasons_not_to_record, reckon

pytestmark = pytest.mark.clause("S2-12", "S4-15")


@pytest.mark.parametrize(
    ("rate", "set_aside", "spent", "carried_in", "expected"),
    [
        ("1.5", 10_000, 8_000, 0, (15_000, 5_000, 80_000, 8_000, 0)),
        ("2.5", 30_000, 70_000, 15_000, (25_000, 0, 80_000, 80_000, 5_000)),
        ("1.5", 15_000, 80_000, 0, (15_000, 0, 80_000, 80_000, 0)),
    ],
)
def test_a_million_of_payroll(
    rate: str, set_aside: int, spent: int, carried_in: int, expected: tuple[int, ...]
) -> None:
    told = reckon(
        payroll=Decimal(1_000_000), rate=rate, set_aside=Decimal(set_aside), spent=Decimal(spent),
        carried_in=Decimal(carried_in),
    )  # fmt: skip
    assert (told.due, told.short, told.limit, told.deducted, told.carried) == expected


def test_cents_are_rounded_as_people_do() -> None:
    told = reckon(payroll=Decimal("100.33"), rate="1.5", set_aside=Decimal(0), spent=Decimal(0), carried_in=Decimal(0))
    assert (told.due, told.limit) == (Decimal("1.50"), Decimal("8.03"))


def test_what_cannot_be() -> None:
    said = {"payroll": Decimal(0), "set_aside": Decimal(1), "spent": Decimal(0)}
    assert [reason.code for reason in reasons_not_to_record(**said)] == ["no_payroll"]
    assert [reason.code for reason in reasons_not_to_record(**said | {"payroll": Decimal("0.5")})] == [
        "more_than_payroll"
    ]
    assert list(reasons_not_to_record(**said | {"payroll": Decimal(100)})) == []
