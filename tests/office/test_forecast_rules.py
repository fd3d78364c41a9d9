"""December from what is known: last year's growth, or the last thirty days."""

from datetime import date

from ceportal.kernel.rules.working_days import WorkCalendar
from ceportal.office.rules.forecast import capacity, december

PLAIN = WorkCalendar()


def test_december_grows_as_the_year_did() -> None:
    counts = {date(2025, 12, 15): 300, date(2025, 3, 3): 100, date(2025, 11, 25): 900, date(2026, 3, 3): 150}
    found = december(counts, today=date(2026, 11, 20), calendar=PLAIN)
    assert (found.expected, found.a_day) == (450, 20)
    assert "300 × 150 ÷ 100 ≈ 450" in found.words
    # In December itself the year is compared as it stood before it.
    assert december(counts, today=date(2026, 12, 20), calendar=PLAIN).expected == round(300 * 150 / 1000)
    assert december({date(2023, 12, 1): 10, date(2023, 2, 1): 5, date(2024, 2, 1): 10}, today=date(2024, 2, 29),
                    calendar=PLAIN).expected == 20  # fmt: skip


def test_without_a_last_year_the_last_days_go_on() -> None:
    found = december({date(2026, 11, 19): 44}, today=date(2026, 11, 20), calendar=PLAIN)
    assert found.expected == round(44 * 23 / 22)
    assert "没有去年的数据" in found.words
    assert december({}, today=date(2026, 11, 20), calendar=PLAIN).expected == 0


def test_what_is_decided_in_a_working_day() -> None:
    assert capacity({date(2026, 11, 19): 44, date(2026, 11, 20): 99}, today=date(2026, 11, 20), calendar=PLAIN) == 2
