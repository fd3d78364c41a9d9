"""A refusal carries its reasons; citations say where a clause stands; years are asked for in four digits."""

import pytest

from ceportal.kernel.rules.citations import Citation, binds, citation, cited, first_id, place_of
from ceportal.kernel.rules.dated import FIRST_YEAR, LAST_YEAR, is_year, year_in
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.rules.trail_words import in_words

ONE, OTHER = Refusal("a", "先填这个。", field="x", clause="S4-02"), Refusal("b", "再填那个。")


def test_reasons_are_raised_together_and_none_at_all_is_no_refusal() -> None:
    refuse_if_any([])
    with pytest.raises(Refused) as refused:
        refuse_if_any(iter([ONE, OTHER]))
    assert list(refused.value) == [ONE, OTHER]
    assert str(refused.value) == "先填这个。；再填那个。"


def test_a_single_reason_is_raised_in_one_line() -> None:
    assert list(refuse("a", "先填这个。", field="x", clause="S4-02")) == [ONE]
    assert list(refuse("b", "再填那个。")) == [OTHER]
    assert isinstance(MovedOn([ONE]), Refused)


@pytest.mark.parametrize(
    ("text", "year"),
    [("2026", 2026), ("1990", 1990), ("2100", 2100), ("1989", None), ("2101", None), ("26", None), ("02026", None),
     ("２０２６", None), ("-202", None), ("20 6", None), ("", None), ("9" * 5000, None), ("²⁰²⁶", None)],
)  # fmt: skip
def test_a_year_is_four_plain_digits_within_reason(text: str, year: int | None) -> None:
    assert year_in(text) == year


def test_years_that_may_be_asked_about() -> None:
    assert [is_year(year) for year in (FIRST_YEAR - 1, FIRST_YEAR, LAST_YEAR, LAST_YEAR + 1)] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.clause("A26")
@pytest.mark.parametrize(
    ("clause", "places", "year", "expected"),
    [
        ("S4-10", ["410203"], 2025, Citation("依据", "2025年全省通知 二（三）")),
        ("S4-10", ["410203"], 2026, Citation("参照", "2025年全省通知 二（三）")),
        ("S4-10", ["440103"], 2025, Citation("参照", "2025年全省通知 二（三）")),
        ("S2-08", ["410203"], 2021, Citation("依据", "开封市2021年通知 二")),
        ("S2-08", ["410203"], 2030, Citation("依据", "开封市2021年通知 二")),
        ("S2-08", ["410203"], 2020, Citation("参照", "开封市2021年通知 二")),
        ("S2-02", ["410203"], 2022, Citation("参照", "开封市2021年通知 一")),
        ("S2-02", ["410203", "410100"], 2021, Citation("参照", "开封市2021年通知 一")),
        ("S0-14", ["410100"], 2026, Citation("依据", "2023年全省通知 二（三）")),
        ("S1-06", ["410100"], 2015, Citation("依据", "2012年全省意见 三（四）")),
        ("S1-06", ["410100"], 2016, Citation("参照", "2012年全省意见 三（四）")),
        ("S1-08", ["410100"], 2016, Citation("依据", "2012年全省意见 三（六）")),
        ("S3-09", ["410402"], 2023, Citation("依据", "平顶山市2023年通知 四（三）")),
        ("S0-11、S4-02", ["410100"], 2025, Citation("参照", "2023年全省通知 二（三）、2025年全省通知 二")),
        ("A17", ["410203"], 2026, Citation("", "平台说明 A17")),
        ("S4-19、A26", ["410203"], 2025, Citation("依据", "2025年全省通知 全文、平台说明 A26")),
        ("default", ["410203"], 2026, Citation("", "平台默认约定")),
        ("", ["410203"], 2026, Citation("", "")),
        ("人社部令第25号 第八条", ["410203"], 2026, Citation("依据", "人社部令第25号 第八条")),
    ],
)
def test_a_document_binds_in_its_place_and_years(clause: str, places: list[str], year: int, expected: Citation) -> None:
    found = cited(clause, places=places, year=year)
    assert found == expected
    assert str(found) == expected.lead + expected.words


@pytest.mark.parametrize(("year", "is_bound"), [(2022, False), (2023, True), (2024, False)])
def test_a_notice_binds_in_its_own_year_alone(year: int, is_bound: bool) -> None:
    assert binds("S0-11", place="410203", year=year) is is_bound


def test_a_clause_is_found_in_its_document() -> None:
    assert citation("见 S4-02 和 A1") == "见 2025年全省通知 二 和 平台说明 A1"
    assert (place_of("S0-01"), place_of("S0-22"), place_of("S3-11")) == ("前言", "五（六）", "附件")
    assert (place_of("A1"), place_of("S0-99")) == ("", "")
    assert (first_id("见 S4-02、A1"), first_id("A1、S4-02"), first_id("第八条")) == ("S4-02", "A1", "")
    assert citation("S0-99") == "2023年全省通知"


def test_the_trail_is_told_in_words_and_an_unknown_code_as_it_stands() -> None:
    assert in_words("declaration.approve") == "学时申报：通过"
    assert in_words("whatever.approve") == "whatever：通过"
    assert in_words("declaration.whatever") == "学时申报：whatever"
    assert in_words("declaration") == "declaration"
    assert in_words("class.judge") == "培训班：学员评价"
