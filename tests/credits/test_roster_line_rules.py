"""Lines of a roster as text and back."""

from decimal import Decimal

from accounts.rules.cells import Problem
from credits.rules.roster_lines import read_back, written
from credits.rules.rosters import RosterLine


def test_lines_come_back_as_they_were_read() -> None:
    problems = (Problem("姓名", "blank", "请填写姓名。"), Problem("学时", "hours_step", "以 0.5 为单位。"))
    lines = [
        RosterLine(2, "41020319850312007X", "张三\udcff\u202e", Decimal("8.5"), was_passed=True, remark="=1+1"),
        RosterLine(60_001, problems=problems),
        RosterLine(3, was_passed=False),
    ]
    assert read_back(written(lines)) == lines
    assert written(lines).isascii()
    assert read_back(written([])) == []
