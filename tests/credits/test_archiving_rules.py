"""What of an old year leaves the ledger and what stays for it; no database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from credits.rules.archiving import KEPT_WHOLE, Line, Total, reasons_not_to_archive, totals, trailer

EARLY, LATE = datetime(2021, 3, 1, tzinfo=UTC), datetime(2021, 12, 30, tzinfo=UTC)


def line(hours: str, *, subject: str = "professional", unit: int | None = 7, at: datetime = EARLY) -> Line:
    return Line(subject=subject, public_kind="", organization=unit, area="410100", hours=Decimal(hours), recorded_at=at)


def test_lines_of_one_kind_become_one_sum_of_the_moment_of_the_last() -> None:
    found = totals([line("8"), line("-3", at=LATE), line("2.5")])
    assert found == [
        Total(
            subject="professional",
            public_kind="",
            organization=7,
            area="410100",
            hours=Decimal("7.5"),
            recorded_at=LATE,
        )
    ]


def test_what_cancels_out_leaves_nothing() -> None:
    assert totals([line("8"), line("-8")]) == []


def test_the_order_does_not_hang_on_that_of_the_lines() -> None:
    lines = [line("1", unit=None), line("2"), line("3", subject="public")]
    assert totals(lines) == totals(reversed(lines))
    assert [each.organization for each in totals(lines)] == [None, 7, 7]


@pytest.mark.parametrize(("year", "codes"), [(2026 - KEPT_WHOLE - 1, []), (2026 - KEPT_WHOLE, ["year_too_young"])])
def test_the_last_years_stay(year: int, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_archive(year, this_year=2026)] == codes


def test_the_last_line_counts_and_seals_the_others() -> None:
    assert trailer({"entries": 3}, "ab") == {"counts": {"entries": 3}, "sha256": "ab"}
