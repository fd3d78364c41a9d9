"""`manage.py due_on` against tables: known vectors, and dates worked out by hand from each year's notice."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def answered(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("due_on", *arguments, stdout=out)
    return out.getvalue().splitlines()


VECTORS = """
2025-09-26 2025-10-10
2025-09-27 2025-10-10
2025-09-28 2025-10-11
2025-09-30 2025-10-14
2025-10-01 2025-10-14
2025-10-11 2025-10-17
2025-12-24 2025-12-31
2025-12-25 2026-01-04
2025-12-26 2026-01-05
2025-12-31 2026-01-08
2026-02-13 2026-02-27
2026-02-14 2026-02-28
2026-09-18 2026-09-24
2026-12-24 2026-12-31
"""
SPRING_FESTIVALS = """
2021-02-05 2021-02-18
2021-02-10 2021-02-23
2022-01-28 2022-02-09
2022-01-30 2022-02-11
2023-01-20 2023-02-01
2024-02-02 2024-02-08
2024-02-09 2024-02-22
2025-01-24 2025-02-07
2025-01-27 2025-02-10
"""
NATIONAL_DAYS = """
2021-09-24 2021-09-30
2021-09-30 2021-10-13
2022-09-30 2022-10-12
2023-09-28 2023-10-11
2024-09-27 2024-10-10
2024-09-30 2024-10-12
"""
YEAR_ENDS = """
2020-12-31 2021-01-08
2021-12-27 2022-01-04
2021-12-31 2022-01-10
2022-12-30 2023-01-09
2023-12-29 2024-01-08
2024-02-28 2024-03-06
2024-12-31 2025-01-08
"""
# What touches a year without a notice: 2020 is before the first one kept, 2027 after the last.
PROVISIONAL = """
2020-12-30 2021-01-07 暂定
2026-12-25 2027-01-04 暂定
2026-12-28 2027-01-05 暂定
2027-01-01 2027-01-08 暂定
2027-02-04 2027-02-15 暂定
2027-09-30 2027-10-08 暂定
"""


@pytest.mark.clause("A4", "S0-20", "S4-17")
@pytest.mark.parametrize("table", [VECTORS, SPRING_FESTIVALS, NATIONAL_DAYS, YEAR_ENDS, PROVISIONAL])
def test_five_working_days_by_the_notices(regulation: None, table: str) -> None:
    lines = table.split("\n")[1:-1]
    assert answered(*(line.split()[0] for line in lines)) == lines


@pytest.mark.clause("A9")
@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2025-09-25T23:59:59", "2025-10-09"),
        ("2025-09-26T00:00", "2025-10-10"),
        ("2025-09-25T16:00:00+00:00", "2025-10-10"),
        ("2025-09-25T15:59:59Z", "2025-10-09"),
        ("2025-09-28T00:00+14:00", "2025-10-10"),
        ("2025-09-27T16:30+00:00", "2025-10-11"),
        ("2025-09-27T11:30-05:00", "2025-10-11"),
        ("2025-12-25T16:30", "2026-01-04"),
    ],
)
def test_a_moment_is_of_the_day_it_is_in_beijing(regulation: None, moment: str, due: str) -> None:
    assert answered(moment) == [f"{moment} {due}"]


def test_the_same_date_twice_is_answered_twice_and_in_order(regulation: None) -> None:
    assert answered("2026-09-18", "2025-09-28", "2026-09-18", "--days", "1") == [
        "2026-09-18 2026-09-20",
        "2025-09-28 2025-09-29",
        "2026-09-18 2026-09-20",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2025-02-30"], "2025-02-30"),
        (["昨天"], "“昨天”不是日期"),
        (["2025/09/28"], "不是日期"),
        (["2025-09-28T25:00"], "不是日期"),
        ([""], "不是日期"),
        (["2025-09-28", "2025-13-01"], "2025-13-01"),
        (["2025-09-28", "--days", "0"], "--days 应为 1 到 1000"),
        (["2025-09-28", "--days", "-5"], "--days 应为 1 到 1000"),
        (["2025-09-28", "--days", "1001"], "--days 应为 1 到 1000"),
        (["2025-09-28", "--days", "五"], "--days"),
        (["9999-12-30"], "太早或太晚"),
        ([], "DATE"),
    ],
)
def test_what_is_no_date_is_told_and_nothing_is_answered(
    regulation: None, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("due_on", *arguments)
    assert capsys.readouterr().out == ""
