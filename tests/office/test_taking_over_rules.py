"""How a file of what another system held is read: every column, every fault by its column."""

from collections.abc import Mapping
from datetime import date

import pytest

from accounts.enums import IdKind, TitleLevel
from accounts.rules.cells import reasons_of_kind, reasons_of_name, reasons_of_number
from ceportal.kernel.rules.sheets import (
    Cell,
    CellKind,
    SheetRow,
    heading,
    headings_at,
    nothing_below,
    reasons_against_heading,
)
from ceportal.office.enums import TakenKind
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules import taking_over_guide as guide

TODAY = date(2026, 11, 20)
AROUND = rules.Around(TODAY, {"410203": "410203", "龙亭区": "410203"}, {"中小学教师": "22"})
ID = "11010519491231002X"
GOOD: dict[TakenKind, dict[str, str]] = {
    TakenKind.UNITS: {
        "统一社会信用代码": "91410200MA9K00001U", "单位名称": "开封市第九中学", "单位性质": "事业单位",
        "所在地区": "龙亭区", "主管部门": "", "联系人": "张三", "联系电话": "0371-23456789",
    },
    TakenKind.PEOPLE: {
        "证件号码": ID, "姓名": "张三", "手机号码": "１３９００００１２３４", "工作单位": "开封市第九中学",
        "部门": "教务处", "职称系列": "中小学教师", "职称级别": "中级", "职称取得日期": "2019/12/1",
    },
    TakenKind.HOURS: {
        "证件号码": ID, "姓名": "张三", "科目": "公需科目", "公需类别": "必修课", "学习内容": "2023 年度公需科目学时",
        "开始日期": "2023年1月1日", "结束日期": "2023-12-31", "学时": "30",
    },
    TakenKind.CERTIFICATES: {
        "证件号码": ID, "姓名": "张三", "年度": "2023年度", "证书编号": "豫继教2023-1", "发证日期": "2024-01-15",
        "发证单位": "河南省人力资源和社会保障厅", "总学时": "90.5",
    },
}  # fmt: skip


def read(kind: TakenKind, **changes: str | Cell) -> rules.TakenLine:
    said = GOOD[kind] | changes
    cells = {column: text if isinstance(text, Cell) else Cell(text) for column, text in said.items()}
    return rules.read_line(kind, 2, cells, AROUND)


def wrong(kind: TakenKind, **changes: str | Cell) -> list[str]:
    return [problem.column for problem in read(kind, **changes).problems]


@pytest.mark.parametrize("kind", TakenKind)
def test_a_good_row_says_what_it_says_in_the_words_of_the_rules(kind: TakenKind) -> None:
    line = read(kind)
    assert line.problems == ()
    told: Mapping[str, str] = line.said
    if kind == TakenKind.UNITS:
        assert (told["单位性质"], told["所在地区"]) == ("institution", "410203")
    elif kind == TakenKind.PEOPLE:
        assert told["手机号码"] == "13900001234"
        assert rules.title_of(told) == ("22", TitleLevel.MIDDLE, date(2019, 12, 1))
        assert rules.title_of({"职称系列": "", "职称级别": "", "职称取得日期": ""}) == ("99", TitleLevel.NONE, None)
        assert rules.id_kind_of(told["证件号码"], today=TODAY) == IdKind.RESIDENT
    elif kind == TakenKind.HOURS:
        assert (told["科目"], told["公需类别"], told["开始日期"]) == ("public", "compulsory", "2023-01-01")
    else:
        assert told["年度"] == "2023"
    shown = rules.shown_of(kind, line.words)
    assert not any(ID in words or "1390000" in words or "public" in words for words in shown)
    assert (kind == TakenKind.HOURS) == ("科目：公需科目" in shown)
    assert rules.label_of(kind, told) in {"开封市第九中学", "张三"}


@pytest.mark.parametrize(
    ("kind", "column", "text"),
    [
        (TakenKind.UNITS, "统一社会信用代码", "91410200MA9K000014"),
        (TakenKind.UNITS, "单位名称", ""),
        (TakenKind.UNITS, "单位性质", "公司"),
        (TakenKind.UNITS, "所在地区", "平顶山市"),
        (TakenKind.UNITS, "主管部门", "局" * 121),
        (TakenKind.UNITS, "联系电话", "没有"),
        (TakenKind.PEOPLE, "证件号码", "110105194912310021"),
        (TakenKind.PEOPLE, "姓名", "张3"),
        (TakenKind.PEOPLE, "手机号码", "23900001234"),
        (TakenKind.PEOPLE, "工作单位", ""),
        (TakenKind.PEOPLE, "部门", "处" * 61),
        (TakenKind.PEOPLE, "职称系列", "魔术师"),
        (TakenKind.PEOPLE, "职称级别", "特级"),
        (TakenKind.PEOPLE, "职称取得日期", "2019-13-01"),
        (TakenKind.PEOPLE, "职称取得日期", "2027-01-01"),
        (TakenKind.HOURS, "科目", "选修"),
        (TakenKind.HOURS, "公需类别", "任选"),
        (TakenKind.HOURS, "学习内容", ""),
        (TakenKind.HOURS, "开始日期", "昨天"),
        (TakenKind.HOURS, "结束日期", "2022-12-31"),
        (TakenKind.HOURS, "结束日期", "2026-12-31"),
        (TakenKind.HOURS, "学时", "0.4"),
        (TakenKind.CERTIFICATES, "年度", "１９９９"),
        (TakenKind.CERTIFICATES, "证书编号", ""),
        (TakenKind.CERTIFICATES, "发证日期", "2022-12-31"),
        (TakenKind.CERTIFICATES, "发证日期", "2026-12-31"),
        (TakenKind.CERTIFICATES, "发证日期", "20240115"),
        (TakenKind.CERTIFICATES, "发证单位", ""),
        (TakenKind.CERTIFICATES, "总学时", "九十"),
        (TakenKind.CERTIFICATES, "总学时", "0"),
    ],
)
def test_what_is_wrong_is_named_by_its_column_and_not_repeated(kind: TakenKind, column: str, text: str) -> None:
    line = read(kind, **{column: text})
    assert column in [problem.column for problem in line.problems]
    assert not any(text and text in problem.message for problem in line.problems if len(text) > 6)


def test_what_belongs_together_is_held_against_each_other() -> None:
    assert wrong(TakenKind.PEOPLE, 职称系列="", 职称取得日期="") == ["职称级别"]
    assert wrong(TakenKind.HOURS, 科目="专业科目") == ["公需类别"]
    assert wrong(TakenKind.HOURS, 科目="专业科目", 公需类别="") == []
    assert wrong(TakenKind.CERTIFICATES, 总学时="") == []
    optional = dict.fromkeys(("部门", "职称系列", "职称级别", "职称取得日期"), "")
    assert wrong(TakenKind.PEOPLE, **optional) == []
    assert wrong(TakenKind.UNITS, 主管部门="开封市教育体育局") == []


def test_cells_that_are_no_text_are_named_once_and_a_real_date_is_read() -> None:
    assert wrong(TakenKind.HOURS, 学时=Cell(kind=CellKind.FORMULA)) == ["学时"]
    assert wrong(TakenKind.HOURS, 证件号码=Cell("110105194912310000", CellKind.NUMBER)) == ["证件号码"]
    assert wrong(TakenKind.HOURS, 结束日期=Cell("2023-12-31", CellKind.OTHER)) == []
    assert wrong(TakenKind.HOURS, 学习内容=Cell("2023-12-31", CellKind.OTHER)) == ["学习内容"]


def test_a_number_in_a_cell_is_judged_whatever_it_is() -> None:
    def codes(number: str) -> list[str]:
        return [problem.code for problem in reasons_of_number("证件号码", number, today=TODAY)]

    assert codes("") == ["blank"]
    assert codes("4.10203E+17") == ["id_as_number"]
    assert codes("11010519491231\n002X") == ["strange_character"]
    assert codes(ID) == []
    assert codes("1") != []
    assert [each.code for each in reasons_of_name("姓名", "张 3")] == ["name_digits"]
    assert [each.code for each in reasons_of_kind({"甲": Cell("1", CellKind.NUMBER)}, numbers=())] == []


def test_a_number_stands_once_in_a_file_but_hours_are_told_apart_by_the_ledger() -> None:
    assert rules.key_of(TakenKind.UNITS, GOOD[TakenKind.UNITS]) == ("统一社会信用代码", "91410200MA9K00001U")
    assert rules.key_of(TakenKind.HOURS, GOOD[TakenKind.HOURS]) == ("", "")
    assert rules.too_many_lines().message.startswith("一份文件最多 20,000 行")
    assert "第 2 行" in rules.twice("证件号码", 2).message


def test_two_people_see_it_and_wrong_rows_are_left_out_only_by_word() -> None:
    def codes(**said: int) -> list[str]:
        given = {"to_take": 1, "wrong": 0, "skips_wrong": False} | said
        return [reason.code for reason in rules.reasons_not_to_go_on(**given)]  # type: ignore[arg-type]

    assert codes() == []
    assert codes(to_take=0) == ["nothing_to_take"]
    assert codes(wrong=2) == ["has_wrong_rows"]
    assert codes(wrong=2, skips_wrong=True) == []
    assert [each.code for each in rules.reasons_not_to_confirm(is_own=True)] == ["two_people"]
    assert [*rules.reasons_not_to_confirm(is_own=False)] == []
    assert [each.field for each in rules.reasons_not_to_begin(" ")] == ["source"]
    assert [each.code for each in rules.reasons_not_to_undo("")] == ["reason_missing"]
    assert [each.code for each in rules.reasons_not_to_undo("原" * 301)] == ["reason_too_long"]
    assert [*rules.reasons_not_to_undo("导出时选错了年度")] == []


@pytest.mark.parametrize("kind", TakenKind)
def test_the_guide_says_of_every_column_how_it_is_filled_in(kind: TakenKind) -> None:
    lines = list(guide.guide(kind, series=["中小学教师"]))
    assert all(any(line.startswith(f"{column}（") for line in lines) for column in rules.COLUMNS[kind])
    assert ("职称系列的名称：中小学教师。" in lines) == (kind == TakenKind.PEOPLE)
    assert [must for column, must, _ in guide.how(kind) if column in rules.required(kind)] == [True] * len(
        rules.required(kind)
    )
    assert len(guide.widths(kind)) == len(rules.COLUMNS[kind])
    assert guide.about(kind) in lines[0]


def test_the_first_row_is_a_heading_or_says_what_is_missing() -> None:
    columns, required = ("证件号码", "姓名", "备注"), {"证件号码", "姓名"}

    def codes(number: int, *cells: str) -> list[str]:
        row = SheetRow(number, tuple(Cell(text) for text in cells))
        return [reason.code for reason in reasons_against_heading(row, columns, required)]

    assert [each.code for each in reasons_against_heading(None, columns, required)] == ["no_rows"]
    assert nothing_below().code == "no_rows"
    assert codes(1, "证件 号码*", "姓名") == []
    assert codes(1, "单位", "电话") == ["no_heading"]
    assert codes(2, "证件号码", "姓名") == ["no_heading"]
    assert codes(1, "姓名") == ["column_missing"]
    assert codes(1, "证件号码", "姓名", "姓名") == ["column_doubled"]
    row = SheetRow(1, tuple(Cell(text) for text in ("姓名", "多余", "证件号码")))
    places, remark = headings_at(row, columns)
    assert (places, heading(Cell(" 姓 名＊"))) == ({"证件号码": 2, "姓名": 0}, "姓名")
    assert "多余" in remark
    assert headings_at(SheetRow(1, (Cell("姓名"),)), columns)[1] == ""
