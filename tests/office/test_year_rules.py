"""What a year is short of, in one number."""

from datetime import date
from decimal import Decimal

import pytest

from ceportal.office.rules.years import reader_years
from credits.rules.requirements import Figure, Requirements, Standing, hours_missing, thresholds


def year(**figures: str) -> Requirements:
    named = {name: Figure(Decimal(value), "S4-02", "verified") for name, value in figures.items()}
    return Requirements("r", "r", "", "学时", 2026, "410000", "中级", "", named)


HENAN = year(total="90", public="30", professional="60")
KAIFENG = year(total="90", public="30", public_compulsory="24", professional="60")


@pytest.mark.clause("A1")
@pytest.mark.parametrize(
    ("asked", "public", "compulsory", "professional", "missing"),
    [
        (HENAN, "30", "0", "48.5", "11.5"),
        (HENAN, "0", "0", "0", "90"),
        (HENAN, "30", "0", "60", "0"),
        (HENAN, "60", "0", "30", "30"),
        (HENAN, "50", "0", "60", "0"),
        (KAIFENG, "30", "20", "60", "4"),
        (KAIFENG, "20", "8", "60", "16"),
        (year(total="90"), "30", "0", "30", "30"),
    ],
)
def test_a_surplus_replaces_nothing(
    asked: Requirements, public: str, compulsory: str, professional: str, missing: str
) -> None:
    standing = Standing(Decimal(public), Decimal(compulsory), Decimal(professional))
    assert hours_missing(thresholds(asked, standing)) == Decimal(missing)


def test_nothing_is_missing_where_nothing_is_asked() -> None:
    assert hours_missing([]) == 0


def test_the_years_to_choose_are_the_latest_first_and_once() -> None:
    assert reader_years(date(2026, 11, 20), [2025, 2024, 2026], 2025) == [2026, 2025, 2024]
    assert reader_years(date(2026, 11, 20), [], 2021) == [2026, 2021]
