"""Until when a closed year may still be judged by what was learned late: no database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.working_days import WorkCalendar
from credits.rules.closing import closes_on, deadline_of
from credits.rules.requirements import Figure, Requirements, Setting

PLAIN = WorkCalendar()
SILENT = Requirements("r", "r", "", "学时", 2025, "410000", "中级", "", {})


def said(**figures: str) -> Requirements:
    return replace(
        SILENT, figures={name: Figure(Decimal(value), "S4-17", "verified") for name, value in figures.items()}
    )


def test_the_year_ends_with_its_last_day_unless_the_regulation_says_otherwise() -> None:
    assert deadline_of(2026, None) == date(2026, 12, 31)
    earlier = replace(SILENT, settings={"deadline": Setting("2025-11-30", "S4-10", "verified")})
    assert deadline_of(2025, earlier) == date(2025, 11, 30)


def test_it_is_open_until_the_last_of_two_reviews_was_due() -> None:
    # Wednesday, 31 December 2025, and ten working days without any holiday.
    assert closes_on(2025, None, PLAIN) == date(2026, 1, 14)
    assert closes_on(2025, said(review_days_employer="3", review_days_authority="4"), PLAIN) == date(2026, 1, 9)


def test_a_grace_for_corrections_keeps_it_open_longer() -> None:
    assert closes_on(2025, said(correction_grace_days="5"), PLAIN) == date(2026, 1, 21)
