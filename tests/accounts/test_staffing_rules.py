"""A row of a unit's list of people, and what may become of an invitation."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import TitleLevel
from accounts.rules import staffing as rules
from accounts.rules.registration import NO_TITLE_SERIES
from ceportal.kernel.rules.id_number import check_digit
from ceportal.kernel.rules.sheets import BLANK, Cell, CellKind

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FIRST = "41020319850312123"
NUMBER = FIRST + check_digit(FIRST)
WRONG = FIRST + ("0" if NUMBER[-1] != "0" else "1")
SERIES = {"中小学教师": "17"}


def read(*texts: str | Cell) -> rules.StaffLine:
    given = [text if isinstance(text, Cell) else Cell(text) for text in texts]
    cells = dict(zip(rules.COLUMNS, [*given, *[BLANK] * 5], strict=False))
    return rules.read_line(2, cells, series=SERIES, today=date(2026, 11, 16))


def wrong(*texts: str | Cell) -> list[str]:
    return [f"{problem.column}:{problem.code}" for problem in read(*texts).problems]


def test_a_whole_row_and_the_shortest() -> None:
    line = read(" 买买提•吐尔逊 ", f" {NUMBER}　", "教务处", "中小学教师", "中级")
    assert (line.name, line.id_number, line.department) == ("买买提·吐尔逊", NUMBER, "教务处")
    assert (line.series, line.level, line.problems) == ("17", TitleLevel.MIDDLE, ())
    short = read("张三", NUMBER)
    assert (short.series, short.level, short.department) == (NO_TITLE_SERIES, TitleLevel.NONE, "")


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        (("", NUMBER), ["姓名:blank"]),
        (("张3", NUMBER), ["姓名:name_digits"]),
        (("张三", ""), ["证件号码:blank"]),
        (("张三", WRONG), ["证件号码:id_check"]),
        (("张三", Cell("410203198503121000", CellKind.NUMBER)), ["证件号码:id_as_number"]),
        ((Cell(kind=CellKind.FORMULA), NUMBER), ["姓名:formula"]),
        (("张三", NUMBER, "长" * 61), ["部门:too_long"]),
        (("张三", NUMBER, "", "没有这个系列", "中级"), ["职称系列:unknown_word"]),
        (("张三", NUMBER, "", "中小学教师", "很高"), ["职称级别:unknown_word"]),
        (("张三", NUMBER, "", "", "中级"), ["职称级别:title_mismatch"]),
        (
            ("", "", "", "没有", "没有"),
            ["姓名:blank", "证件号码:blank", "职称系列:unknown_word", "职称级别:unknown_word"],
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_told_by_its_column(texts: tuple[str | Cell, ...], codes: list[str]) -> None:
    assert wrong(*texts) == codes
    line = read(*texts)
    assert line.id_number == ""
    assert all(problem.message.endswith("。") for problem in line.problems)
    assert bool(line.name) == (not any(code.startswith("姓名") for code in codes))


def test_words_for_a_list_and_its_template() -> None:
    assert "第 7 行" in rules.twice(7).message
    assert "3,000" in rules.too_many_lines().message
    lines = list(rules.guide(["中小学教师"]))
    assert any("中小学教师" in line for line in lines)
    assert [line for line in lines if line.startswith("证件号码（必填）")]
    assert [line for line in lines if line.startswith("部门（可不填）")]


@pytest.mark.parametrize(
    ("to_ask", "wrong", "skips", "codes"),
    [
        (0, 0, False, ["nobody_to_ask"]),
        (0, 3, True, ["nobody_to_ask"]),
        (1, 3, False, ["has_wrong_rows"]),
        (1, 3, True, []),
        (1, 0, False, []),
    ],
)
def test_when_a_list_goes_out(to_ask: int, wrong: int, skips: bool, codes: list[str]) -> None:
    found = rules.reasons_not_to_send(to_ask=to_ask, wrong=wrong, skips_wrong=skips)
    assert [reason.code for reason in found] == codes


@pytest.mark.parametrize(
    ("left", "is_backed", "codes"),
    [(timedelta(days=1), True, []), (timedelta(0), True, ["expired"]), (timedelta(days=1), False, ["not_backed"])],
)
def test_when_an_invitation_can_be_taken_up(left: timedelta, is_backed: bool, codes: list[str]) -> None:
    found = rules.reasons_not_to_answer(expires_at=NOW + left, is_backed=is_backed, now=NOW)
    assert [reason.code for reason in found] == codes


def test_somebody_is_asked_once_at_a_time_and_compared_with_the_list() -> None:
    assert [reason.code for reason in rules.reasons_not_to_ask_again(is_open=True)] == ["still_open"]
    assert not list(rules.reasons_not_to_ask_again(is_open=False))
    assert rules.is_as_listed(("17", "middle"), ("17", "middle"))
    assert not rules.is_as_listed(("17", "middle"), ("17", "senior"))


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=30), "还有 30 天"),
        (timedelta(hours=16), "还有 1 天"),
        (timedelta(hours=3), "今天到期"),
        (timedelta(0), "已过期"),
    ],
)
def test_how_long_an_answer_is_possible(left: timedelta, words: str) -> None:
    assert rules.lasts_words(NOW + left, NOW) == words
