"""Who is counted in which year, as what, and what a row of figures says of itself."""

from decimal import Decimal

import pytest

from ceportal.office.enums import Standing
from ceportal.office.rules import counting as rules
from ceportal.office.rules import reports


@pytest.mark.parametrize(
    ("registered", "left", "accounts", "expected"),
    [
        (2026, None, (), {2026}),
        (2024, None, (), {2024, 2025, 2026}),
        (2010, None, (), {2022, 2023, 2024, 2025, 2026}),
        (2024, 2026, (), {2024, 2025}),
        (2024, 2026, (2026, 2019), {2019, 2024, 2025, 2026}),
        (2026, 2026, (), set()),
    ],
)
def test_in_which_years_a_person_is_counted(
    registered: int, left: int | None, accounts: tuple[int, ...], expected: set[int]
) -> None:
    found = rules.years_counted(registered=registered, left=left, this_year=2026, with_account=accounts)
    assert found == expected


@pytest.mark.parametrize(
    ("is_met", "has_rule", "obligation", "earned", "needed", "expected"),
    [
        (True, True, "exempt", "0", "90", Standing.MET),
        (False, False, "", "50", None, Standing.EXCUSED),
        (False, True, "exempt", "50", "90", Standing.EXCUSED),
        (False, True, "reduced", "45", "90", Standing.HALF),
        (False, True, "", "44.5", "90", Standing.LESS),
        (False, True, "", "0", "90", Standing.LESS),
        (False, True, "", "1", None, Standing.HALF),
    ],
)
def test_how_a_year_stands(
    is_met: bool, has_rule: bool, obligation: str, earned: str, needed: str | None, expected: Standing
) -> None:
    found = rules.standing_in(
        has_rule=has_rule, is_met=is_met, obligation=obligation, earned=Decimal(earned),
        needed=Decimal(needed) if needed else None,
    )  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(
    ("door", "is_attended", "expected"),
    [
        ("platform", False, "online"), ("outside", False, "outside"), ("declaration", True, "face"),
        ("declaration", False, "conversion"), ("roster", False, "face"), ("unit", False, "face"),
    ],
)  # fmt: skip
def test_the_form_of_a_training(door: str, is_attended: bool, expected: str) -> None:
    assert rules.form_of(door, is_attended=is_attended) == expected


def test_a_row_of_figures_reckons_its_rates_and_adds_up() -> None:
    one = rules.Figures(
        {"met": 1, "half": 1, "less": 1, "excused": 4},
        rules.NO_FIGURES.sums | {"reviews": Decimal(3), "review_days": Decimal(7), "late": Decimal(1)},
    )
    assert (one.total, one.obliged, one.met, one.half, one.less, one.excused) == (7, 3, 1, 1, 1, 4)
    assert (one.rate, one.review_average, one.late_rate) == (Decimal("33.3"), Decimal("2.3"), Decimal("33.3"))
    two = rules.summed([one, one])
    assert (two.total, two.sums["reviews"], two.times, two.hours) == (14, 6, 0, 0)
    none = rules.NO_FIGURES
    assert (none.rate, none.review_average, none.late_rate) == (None, None, None)


def test_a_report_is_text_under_a_digest_of_all_it_says() -> None:
    row = rules.Figures(
        {"met": 1, "half": 0, "less": 1, "excused": 0}, rules.NO_FIGURES.sums | {"public": Decimal("8.0")}
    )
    cells = dict(zip(reports.ON_PAPER, reports.on_paper(row), strict=True))
    assert (cells["应学"], cells["达标率（%）"], cells["公需学时"], cells["平均工作日"]) == ("2", "50", "8", "—")
    assert len(reports.in_workbook(row)) == len(reports.IN_WORKBOOK)
    for _, columns in reports.ON_PAGE:
        assert [column.read(row) for column in columns]
    content = reports.content_of(title="统计", facts=[("年度", "2026")], tables=[("表", ("地区",), [["开封"]])])
    assert reports.canonical(content).startswith('{"facts":[["年度","2026"]]')
    digest = reports.digest_of(content)
    content["tables"][0]["rows"][0][0] = "平顶山"
    assert reports.digest_of(content) != digest


def test_columns_of_numbers_are_told_from_words() -> None:
    table = {"name": "表", "heading": ["地区", "单位", "率"], "rows": [["甲", "事业单位", "33.3"], ["乙", "企业", "—"]]}
    told = reports.shown(table)
    assert told["heading"] == [("地区", False), ("单位", False), ("率", True)]
    assert told["rows"][1] == [("乙", False), ("企业", False), ("—", True)]
    money = reports.shown({"name": "表", "heading": ["单位", "应提取"], "rows": [["2000", "4200000.5"], ["1", "—"]]})
    assert [[cell for cell, _ in row] for row in money["rows"]] == [["2000", "4,200,000.5"], ["1", "—"]]
    assert reports.shown(table | {"rows": []}) == {"name": "表", "heading": [], "rows": []}
