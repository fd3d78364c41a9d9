"""How a row of a roster is read, and which class may be reported at all."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bases.rules.recognition import Absent, Recognised
from ceportal.kernel.rules.sheets import BLANK, Cell, CellKind, SheetRow, reasons_against_heading
from credits.enums import PublicKind, RosterState, Subject
from credits.rules import rosters as rules
from credits.rules.declaring import Limits
from tests import factories as make
from tests.credits.rosters import class_facts

TODAY = date(2026, 11, 20)
NUMBER = make.id_number(serial=7)
PLAIN = Limits()
LISTED = [Recognised("410000", 2026, frozenset({"public", "professional"}))]


def cell(value: Any) -> Cell:
    if isinstance(value, Cell):
        return value
    return Cell(str(value), CellKind.NUMBER) if isinstance(value, int | Decimal) else Cell(value or "")


def problems(**changes: Any) -> list[tuple[str, str]]:
    said = {"证件号码": NUMBER, "姓名": "张三", "学时": "", "考核结果": "合格", "备注": ""} | changes
    line = rules.read_line(2, {name: cell(value) for name, value in said.items()}, class_facts(), today=TODAY)
    assert all(problem.message.endswith(("。", "？")) for problem in line.problems)
    return [(problem.column, problem.code) for problem in line.problems]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"证件号码": NUMBER.lower()}, []),
        ({"证件号码": f" {NUMBER} "}, []),
        ({"证件号码": "H12345678"}, []),
        ({"学时": "8.5"}, []),
        ({"学时": Decimal("8.5")}, []),
        ({"学时": 12}, []),
        ({"姓名": "阿里木•买买提"}, []),
        ({"证件号码": ""}, [("证件号码", "blank")]),
        ({"证件号码": 410203198503120074}, [("证件号码", "id_as_number")]),
        ({"证件号码": "4.10203E+17"}, [("证件号码", "id_as_number")]),
        ({"证件号码": NUMBER[:15]}, [("证件号码", "id_old")]),
        ({"证件号码": NUMBER[:17] + "?"}, [("证件号码", "id_shape")]),
        ({"证件号码": NUMBER.replace("1", "１")}, [("证件号码", "id_shape")]),
        ({"证件号码": NUMBER + "\n"}, [("证件号码", "strange_character")]),
        ({"证件号码": NUMBER[:10] + "0230" + NUMBER[14:]}, [("证件号码", "id_birth")]),
        ({"证件号码": NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")}, [("证件号码", "id_check")]),
        ({"证件号码": Cell(kind=CellKind.FORMULA)}, [("证件号码", "formula")]),
        ({"姓名": Cell(kind=CellKind.FORMULA)}, [("姓名", "formula")]),
        ({"备注": Cell(kind=CellKind.OTHER)}, [("备注", "cell_kind")]),
        ({"姓名": ""}, [("姓名", "blank")]),
        ({"姓名": "张三\n"}, [("姓名", "strange_character")]),
        ({"姓名": "张" * 51}, [("姓名", "too_long")]),
        ({"姓名": NUMBER}, [("姓名", "name_digits")]),
        ({"学时": "12.3"}, [("学时", "hours_step")]),
        ({"学时": "0"}, [("学时", "hours_not_positive")]),
        ({"学时": "-1"}, [("学时", "hours_shape")]),
        ({"学时": "1e1"}, [("学时", "hours_shape")]),
        ({"学时": "８"}, [("学时", "hours_shape")]),
        ({"学时": "8 学时"}, [("学时", "hours_shape")]),
        ({"学时": "12.5"}, [("学时", "over_class")]),
        ({"考核结果": ""}, [("考核结果", "result")]),
        ({"考核结果": "通过"}, [("考核结果", "result")]),
        ({"备注": "长" * 101}, [("备注", "too_long")]),
        (
            {"证件号码": "", "姓名": "", "考核结果": ""},
            [("证件号码", "blank"), ("姓名", "blank"), ("考核结果", "result")],
        ),
    ],
)
def test_everything_wrong_with_a_row_is_named_by_its_column(changes: Any, expected: Any) -> None:
    assert problems(**changes) == expected


def test_no_reason_repeats_what_stood_in_the_cell() -> None:
    said = {"证件号码": NUMBER[:17] + "?", "姓名": NUMBER, "学时": "99", "考核结果": "秘密", "备注": "密" * 101}
    line = rules.read_line(2, {name: cell(value) for name, value in said.items()}, class_facts(), today=TODAY)
    text = "".join(problem.message for problem in line.problems)
    assert len(line.problems) == 5
    assert not any(value[:16] in text for value in said.values() if value != "99")


def test_hours_left_out_are_those_of_the_class() -> None:
    cells = {"证件号码": cell(NUMBER), "姓名": cell("张三"), "考核结果": cell("不合格")}
    line = rules.read_line(2, cells, class_facts(), today=TODAY)
    assert (line.number, line.id_number, line.name, line.remark) == (2, NUMBER, "张三", "")
    assert (line.hours, line.was_passed) == (Decimal(12), False)
    more = {"证件号码": cell(f" {NUMBER.lower()}"), "学时": cell(" 8.5 "), "备注": cell("补考")}
    line = rules.read_line(3, cells | more, class_facts(), today=TODAY)
    assert (line.number, line.id_number, line.hours, line.remark) == (3, NUMBER, Decimal("8.5"), "补考")
    spoilt = rules.read_line(4, {"证件号码": cell(410203198503120074)}, class_facts(), today=TODAY)
    assert (spoilt.id_number, spoilt.name) == ("", "")


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        (rules.COLUMNS, []),
        (("姓名", "考核结果", "证件号码"), []),
        ((" 证件 号码* ", "姓名", "考核结果"), []),
        (("证件号码", "姓名"), ["column_missing"]),
        (("证件号码", "姓名", "姓名", "考核结果"), ["column_doubled"]),
        (("某某培训班名单",), ["no_heading"]),
    ],
)
def test_the_heading_must_be_whole(heading: tuple[str, ...], codes: list[str]) -> None:
    row = SheetRow(1, tuple(Cell(name) for name in heading))
    assert [reason.code for reason in reasons_against_heading(row, rules.COLUMNS, rules.REQUIRED)] == codes


def test_a_heading_that_is_not_in_the_first_row_is_none() -> None:
    row = SheetRow(2, tuple(Cell(name) for name in rules.COLUMNS))
    assert [reason.code for reason in reasons_against_heading(row, rules.COLUMNS, rules.REQUIRED)] == ["no_heading"]
    assert [reason.code for reason in reasons_against_heading(None, rules.COLUMNS, rules.REQUIRED)] == ["no_rows"]
    assert BLANK.is_blank


def against(limits: Limits | None = PLAIN, *, listed: Any = LISTED, professional: bool = True, **changes: Any) -> Any:
    facts = class_facts(**changes)
    found = rules.reasons_not_to_report(
        facts, recognised=listed, today=TODAY, limits=limits, takes_professional=professional
    )
    return [(reason.code, reason.clause) for reason in found]


@pytest.mark.clause("S3-04")
def test_of_what_a_unit_ran_itself_no_list_is_asked() -> None:
    assert against(listed=[]) != []
    assert against(listed=None) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"hours": Decimal(16)}, []),
        ({"hours": Decimal("16.5")}, [("over_ceiling", "A17")]),
        ({"hours": Decimal("8.3")}, [("hours_step", "A16")]),
        ({"title": " "}, [("blank", "")]),
        ({"ended_on": date(2026, 10, 11)}, [("ends_before_start", "")]),
        ({"ended_on": date(2026, 11, 21)}, [("not_over", "S2-13")]),
        ({"ended_on": TODAY}, []),
        ({"subject": ""}, [("no_subject", "")]),
        ({"subject": Subject.PROFESSIONAL}, []),
        ({"place": "\u202e楼"}, [("strange_character", "")]),
    ],
)
def test_which_class_may_be_reported(changes: Any, expected: Any) -> None:
    assert against(**changes) == expected


def test_a_base_must_be_valid_for_the_subject_on_the_day_the_class_ended() -> None:
    def listed(**changes: Any) -> list[Recognised]:
        return [Recognised(**({"area_code": "410000", "year": 2026, "subjects": frozenset({"public"})} | changes))]

    assert against(listed=[]) == [("not_recognised", "A27")]
    assert against(listed=listed(year=2025)) == [("not_recognised", "A27")]
    assert against(listed=listed(ended_on=date(2026, 10, 12))) == [("base_has_left", "A27")]
    removed = Absent(date(2026, 10, 13), None, is_exit=True, grounds="教学管理混乱")
    assert against(listed=listed(absences=(removed,))) == [("base_has_left", "A27")]
    assert against(listed=listed(absences=(replace(removed, from_on=date(2026, 10, 14)),))) == []
    assert against(listed=listed(ended_on=date(2026, 10, 13))) == []
    assert against(listed=listed(subjects=frozenset())) == [("subject_not_recognised", "A27")]


def test_the_kind_of_public_hours_is_asked_where_the_place_asks_for_compulsory_ones() -> None:
    limits = Limits(asks_compulsory=True, compulsory_clause="S2-02")
    assert against(limits) == [("no_public_kind", "S2-02")]
    assert against(limits, public_kind=PublicKind.ELECTIVE) == []
    assert against(None) == [("no_rule", "")]


def test_where_professional_hours_are_declared_no_roster_brings_them() -> None:
    assert against(professional=False) == []
    assert against(professional=False, subject=Subject.PROFESSIONAL) == [("professional_is_declared", "A13")]


@pytest.mark.parametrize(
    ("state", "wrong", "to_credit", "expected"),
    [
        (RosterState.CHECKED, 0, 5, []),
        (RosterState.CHECKED, 1, 5, ["has_wrong_rows"]),
        (RosterState.CHECKED, 0, 0, ["nothing_to_credit"]),
        (RosterState.DRAFT, 0, 0, ["not_checked"]),
        (RosterState.DONE, 0, 5, ["not_checked"]),
    ],
)
def test_what_can_be_confirmed(state: str, wrong: int, to_credit: int, expected: list[str]) -> None:
    found = rules.reasons_not_to_confirm(state, wrong=wrong, to_credit=to_credit)
    assert [reason.code for reason in found] == expected


@pytest.mark.parametrize("state", list(RosterState))
def test_a_roster_is_edited_until_it_is_confirmed(state: RosterState) -> None:
    found = [(reason.code, reason.message) for reason in rules.reasons_not_to_edit(state)]
    is_open = state in {RosterState.DRAFT, RosterState.CHECKED}
    assert found == ([] if is_open else [("not_open", f"这份名单现在是“{state.label}”，不能再改动。")])


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (RosterState.DONE, "学员名单报错了班次。\r\n请重新核对。", []),
        (RosterState.DONE, "字" * 300, []),
        (RosterState.DONE, "字" * 301, [("too_long", "原因最多 300 个字，现在有 301 个字。")]),
        (RosterState.DONE, "坏\u202e字", [("strange_character", "原因中有无法显示的字符，请重新输入。")]),
        (RosterState.DONE, " \n", [("reason_missing", "请写明撤销的原因，名单上的人员会看到。")]),
        (RosterState.CHECKED, "原因", [("not_done", "这份名单现在是“待确认”，不能撤销。")]),
    ],
)
def test_a_roster_is_taken_back_whole_and_with_a_reason(state: str, reason: str, expected: Any) -> None:
    assert [(one.code, one.message) for one in rules.reasons_not_to_undo(state, reason)] == expected


def test_the_guide_on_the_template_names_the_class_its_columns_and_its_limits() -> None:
    lines = list(rules.guide(class_facts(hours=Decimal("12.0"))))
    assert lines == [
        "本名单用于：2026 年全市专业技术人员公需科目面授班（2026-10-12 至 2026-10-13，每人 12 学时）。",
        "请在“名单”表中每人填一行，从第 2 行开始。不要改动第 1 行的表头，不要合并单元格，不要使用公式。",
        "证件号码：身份证 18 位，最后一位是 X 的也要填。本列已设为文本格式；从别处复制时，请选择“只粘贴值”。",
        "姓名：与本人在平台注册的姓名一致。",
        "学时：不填就是每人 12 学时；个别人较少的，填实际学时，以 0.5 为单位，不能超过这个数。",
        "考核结果：填“合格”或“不合格”。不合格的不计学时。",
        "备注：可以不填，最多 100 个字。请不要在这里填写证件号码和电话。",
        "最多 60,000 行、20 MB。上传后先核对，确认前不会登记任何学时。",
    ]


def test_a_line_may_be_found_wrong_later_by_what_others_say() -> None:
    line = rules.RosterLine(5, problems=(rules.Problem("姓名", "blank", "请填写姓名。"),))
    worse = rules.with_problem(line, rules.twice(2))
    message = "与第 2 行是同一个证件号码，同一个人只能出现一次。"
    assert worse.problems == (*line.problems, rules.Problem("证件号码", "twice", message))
    assert len(line.problems) == 1
    assert rules.nobody().message == "表头下面没有人员：所有行都是空的，没有读到任何内容。"


def test_a_class_without_code_and_place_is_still_a_class() -> None:
    assert against(class_code="", place="") == []
    assert against(class_code="C" * 41) == [("too_long", "")]
