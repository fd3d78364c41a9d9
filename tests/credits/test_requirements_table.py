"""`manage.py requirements` against a table written down from the documents: place, year, level, trade → what is asked.

2012 to 2015 the province's opinion; 2016 to 2022 order 25 with 30 and 60 as later; Kaifeng 2021, the province 2023,
Pingdingshan 2023 and the province 2025 by their own notices; 2024 as 2023, 2026 and after as 2025 (A26).
"""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from credits.management.commands.requirements import Command
from tests import factories as people

ORDER_25 = "人社部令第25号 第八条"
ACCOUNTING = "财会〔2018〕10号"
GUANGDONG = "gdjxjy.com aid=2828"
THRESHOLDS = ("total", "public", "public_compulsory", "professional", "elective", "professional_ratio")
Row = dict[str, tuple[str, str, str]]


def verified(clause: str, **values: str) -> Row:
    return {name: (value, clause, "verified") for name, value in values.items()}


def assumed(clause: str, **values: str) -> Row:
    return {name: (value, clause, "assumed") for name, value in values.items()}


RATIO = verified(ORDER_25, professional_ratio="2/3")
HIGHER_2012 = verified("S1-06", total="86", public="26", professional="60")
JUNIOR_2012 = verified("S1-06", total="74", public="22", professional="52")
UNTITLED_2012 = assumed("default", total="74", public="22", professional="52")
BETWEEN = verified(ORDER_25, total="90") | assumed("A26", public="30", professional="60") | RATIO
KAIFENG_2021 = verified("S2-02", total="90", public="30", public_compulsory="24", professional="60") | RATIO
HENAN_2023 = verified("S0-11", total="90", public="30", professional="60") | RATIO
PINGDINGSHAN_2023 = verified("S3-02", total="90", public="30", professional="60") | RATIO
HENAN_2025 = verified("S4-02", total="90", public="30", professional="60") | RATIO
AS_ITS_NEIGHBOUR = assumed("A26", total="90", public="30", professional="60") | RATIO
ACCOUNTING_2025 = HENAN_2025 | verified(ACCOUNTING, total="90", professional_ratio="2/3")
ACCOUNTING_LATER = AS_ITS_NEIGHBOUR | assumed("A26", professional_ratio="2/3")
OTHER_PROVINCE = {
    name: (value, GUANGDONG, "candidate")
    for name, value in {"total": "90", "public": "30", "professional": "42", "elective": "18"}.items()
}
NATIONAL = verified(ORDER_25, total="90") | RATIO

LEVELS = ("正高级", "副高级", "高级", "中级", "助理级", "员级", "初级", "无")
HIGHER, JUNIOR = ("正高级", "副高级", "高级", "中级"), ("助理级", "员级", "初级")
# The province, its capital, a county, the two directly below the province, and the cities with notices of their own.
HENAN = ("410000", "410100", "410122", "410173", "419001", "410200", "410225", "410400", "410402", "411700")
A_FEW = ("410100", "410203")
KAIFENG, PINGDINGSHAN = ("410200", "410203", "410225"), ("410400", "410402", "410482")


@pytest.fixture
def series(regulation: None) -> None:
    """Two of the title series, beside the regulation."""
    for code, name in (("04", "卫生技术人员"), ("17", "会计人员")):
        people.title_series(code, name)


def rows() -> dict[tuple[str, int, str, str], tuple[str, str, Row]]:
    """(area, year, level, trade) → rule set, unit, thresholds."""
    table: dict[tuple[str, int, str, str], tuple[str, str, Row]] = {}

    def say(areas: Any, years: Any, levels: Any, said: tuple[str, str, Row], trade: str = "") -> None:
        table.update({(area, year, level, trade): said for area in areas for year in years for level in levels})

    for trade, henan in (("", HENAN), ("会计", A_FEW), ("卫生", A_FEW)):
        say(henan, range(2012, 2016), HIGHER, ("henan-2012-senior", "学时", HIGHER_2012), trade)
        say(henan, range(2012, 2016), JUNIOR, ("henan-2012-junior", "学时", JUNIOR_2012), trade)
        say(henan, range(2012, 2016), ["无"], ("henan-2012-none", "学时", UNTITLED_2012), trade)
        say(henan, range(2016, 2023), LEVELS, ("henan-2016", "学时", BETWEEN), trade)
        say(KAIFENG, [2021], LEVELS, ("kaifeng-2021", "学时", KAIFENG_2021), trade)
        say(henan, [2023], LEVELS, ("henan-2023", "学时", HENAN_2023), trade)
        say(PINGDINGSHAN, [2023], LEVELS, ("pingdingshan-2023", "学时", PINGDINGSHAN_2023), trade)
        say(henan, [2024], LEVELS, ("henan-2024", "学时", AS_ITS_NEIGHBOUR), trade)
        say(henan, [2025], LEVELS, ("henan-2025", "学时", HENAN_2025), trade)
        say(henan, [2026, 2030, 2100], LEVELS, ("henan-2026", "学时", AS_ITS_NEIGHBOUR), trade)
    say(A_FEW, [2025], LEVELS, ("henan-accounting-2025", "学分", ACCOUNTING_2025), "会计")
    say(A_FEW, [2026, 2030, 2100], LEVELS, ("henan-accounting-2026", "学分", ACCOUNTING_LATER), "会计")
    say(["440000", "440103"], [2021, 2025, 2030], LEVELS, ("guangdong-2021", "学时", OTHER_PROVINCE))
    say(["440103"], [2025], LEVELS, ("guangdong-2021", "学时", OTHER_PROVINCE), "会计")
    say(["CN", "130000", "440000"], [2016, 2020], LEVELS, ("national-order-25", "学时", NATIONAL))
    return table


def answer(area: str, year: int, level: str, trade: str) -> dict[str, Any]:
    out = StringIO()
    call_command(
        "requirements", "--area", area, "--year", str(year), "--level", level, "--trade", trade, "--json", stdout=out
    )
    return json.loads(out.getvalue())


@pytest.mark.django_db
@pytest.mark.clause("S0-11", "S1-06", "S2-02", "S3-02", "S4-02", "A26", "A28", "A30", "S1-07")
@pytest.mark.parametrize("level", LEVELS)
def test_the_whole_table_through_the_command(series: None, level: str) -> None:
    expected = {row: said for row, said in rows().items() if row[2] == level}
    found = {}
    for area, year, level_asked, trade in expected:
        told = answer(area, year, level_asked, trade)
        assert {name: told[name] for name in ("area", "year", "level", "trade")} == {
            "area": area, "year": year, "level": level_asked, "trade": trade,
        }  # fmt: skip
        thresholds = {
            name: (told["fields"][name]["value"], told["fields"][name]["clause"], told["fields"][name]["status"])
            for name in THRESHOLDS
            if name in told["fields"]
        }
        found[area, year, level_asked, trade] = (told["rule_set"], told["unit"], thresholds)
    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("area", "year", "expected"),
    [
        ("410000", 2013, {"certificate_name": ("河南省专业技术人员继续教育证书", "S1-10"), "minutes": ("45", "A15")}),
        ("410000", 2020, {"deadline": ("2020-12-31", "A9"), "review_days_employer": ("5", "default"),
                          "themes": None, "back_years": None}),
        ("410200", 2021, {"deadline": ("2021-12-31", "S2-02"), "back_years": ("closed", "S2-08"),
                          "filing": ("monthly_end", "S2-07"), "spot_check": ("yes", "S2-07"),
                          "filing_blocks_credit": ("no", "A10")}),
        ("410203", 2022, {"back_years": ("closed", "S2-08"), "filing": ("monthly_end", "A26"),
                          "public_compulsory": None}),
        ("410200", 2025, {"back_years": ("closed", "S2-08"), "deadline": ("2025-12-31", "S4-10")}),
        ("410000", 2023, {"deadline": ("2023-12-31", "S0-12"), "carry_over": ("no", "S0-13"),
                          "back_years": ("exception", "S0-14"), "back_years_closed_from": ("2024-01-01", "S0-14"),
                          "review_days_employer": ("5", "S0-20"), "review_days_authority": ("5", "S0-20"),
                          "reviews_end_in_year": ("yes", "S0-20"), "filing": None}),
        ("410402", 2023, {"deadline": ("2023-12-31", "S3-02"), "review_days_authority": ("5", "S3-05"),
                          "reviews_end_in_year": ("yes", "S3-05")}),
        ("410000", 2024, {"deadline": ("2024-12-31", "A26"), "reviews_end_in_year": ("yes", "A26"),
                          "back_years": ("exception", "S0-14")}),
        ("410000", 2025, {"deadline": ("2025-12-31", "S4-10"), "carry_over": ("no", "S4-12"),
                          "back_years": ("exception", "S4-19"), "review_days_employer": ("5", "S4-17"),
                          "reviews_end_in_year": ("no", "S4-17"), "ceiling_per_day": ("8", "A17"),
                          "ceiling_person_day": ("12", "default"), "authority_clock_start": ("unit_decision", "A3"),
                          "correction_grace_days": ("0", "A6"), "starts": ("title_year", "A18"),
                          "certificate_supervised_by": ("河南省人力资源社会保障厅监制", "S4-11")}),
        ("410000", 2026, {"deadline": ("2026-12-31", "A26"), "carry_over": ("no", "A26")}),
        ("440103", 2025, {"ceiling_per_day": ("8", GUANGDONG), "minutes": ("45", GUANGDONG), "back_years": None,
                          "certificate_name": None}),
    ],
)  # fmt: skip
def test_what_else_a_year_says_and_by_which_clause(regulation: None, area: str, year: int, expected: Any) -> None:
    fields = answer(area, year, "中级", "")["fields"]
    told = {name: (fields[name]["value"], fields[name]["clause"]) if name in fields else None for name in expected}
    assert told == expected
    assert all(field["value"] and field["clause"] and field["status"] for field in fields.values())
    assert {field["status"] for field in fields.values()} <= {"verified", "assumed", "candidate"}


@pytest.mark.django_db
def test_accountants_start_the_year_after_their_title_and_have_no_way_back(regulation: None) -> None:
    fields = answer("410203", 2025, "中级", "会计")["fields"]
    assert (fields["starts"]["value"], fields["starts"]["clause"]) == ("year_after_title", ACCOUNTING)
    assert (fields["back_years"]["value"], fields["back_years"]["clause"]) == ("closed", "S2-08")
    elsewhere = answer("410100", 2025, "中级", "会计")["fields"]
    assert (elsewhere["back_years"]["value"], elsewhere["back_years"]["clause"]) == ("closed", "豫财会〔2025〕4号")
    assert elsewhere["unit"] == {"value": "学分", "clause": ACCOUNTING, "status": "verified"}


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1990, 2000, 2011])
@pytest.mark.parametrize("area", ["CN", "410000", "410203", "440000"])
def test_years_before_the_first_document_ask_nothing(regulation: None, area: str, year: int) -> None:
    assert answer(area, year, "中级", "") == {
        "area": area, "year": year, "level": "中级", "trade": "", "unit": None, "rule_set": None, "fields": {},
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("trade", ["", "卫生", "卫生技术人员"])
def test_a_trade_without_rules_of_its_own_is_judged_like_everybody(series: None, trade: str) -> None:
    told = answer("410203", 2025, "中级", trade)
    assert (told["rule_set"], told["unit"], told["trade"]) == ("henan-2025", "学时", trade)


@pytest.mark.django_db
@pytest.mark.parametrize("trade", ["会计", "会计人员", " 会计人"])
def test_a_title_series_is_read_as_its_trade(series: None, trade: str) -> None:
    told = answer("410203", 2025, "中级", trade)
    assert (told["rule_set"], told["unit"], told["trade"]) == ("henan-accounting-2025", "学分", "会计")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trade", "message"),
    [
        ("火箭", "没有“火箭”这个行业。可以写的有：会计、卫生技术人员、会计人员。"),
        ("会", "没有“会”这个行业"),
        ("会计师们", "没有“会计师们”这个行业"),
        ("' OR 1=1--", "没有“' OR 1=1--”这个行业"),
        ("会\x00计", "无法显示的字符"),
        ("长" * 41, "最多 40 个字"),
    ],
)
def test_an_unknown_trade_is_not_judged_as_none(series: None, trade: str, message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        answer("410203", 2025, "中级", trade)


@pytest.mark.django_db
@pytest.mark.parametrize("trade", [" ", " 会计", "会计 \n"])
def test_blanks_around_a_trade_mean_nothing(regulation: None, trade: str) -> None:
    told = answer("410100", 2025, "中级", trade)
    assert told["trade"] == trade.strip()
    assert told["rule_set"] == ("henan-accounting-2025" if trade.strip() else "henan-2025")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"--area": "000000"}, 1, "没有代码为 000000 的地区。"),
        ({"--area": "999999"}, 1, "没有代码为 999999 的地区。"),
        ({"--area": ""}, 1, "没有代码为  的地区。"),
        ({"--area": "开封市"}, 1, "没有代码为 开封市 的地区。"),
        ({"--year": "1900"}, 1, "年度应在 1990 至 2100 之间，没有 1900 年度。"),
        ({"--year": "9999"}, 1, "年度应在 1990 至 2100 之间，没有 9999 年度。"),
        ({"--year": "2021.5"}, 2, "2021.5"),
        ({"--year": "今年"}, 2, "今年"),
        ({"--year": "20２5"}, 2, "年度应写成 2025 这样的数字，没有“20２5”年度。"),
        ({"--year": "2_025"}, 2, "2_025"),
        ({"--level": "特级"}, 2, "特级"),
        ({"--level": ""}, 2, "--level"),
        ({"--level": "中级 "}, 2, "中级 "),
    ],
)
def test_what_cannot_be_asked_ends_with_a_message_and_a_code(
    changes: dict[str, str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"--area": "410200", "--year": "2021", "--level": "中级"} | changes
    arguments = [word for pair in said.items() for word in pair]
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "requirements", *arguments])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.django_db
@pytest.mark.parametrize("left_out", ["--area", "--year", "--level"])
def test_place_year_and_level_must_be_given(left_out: str) -> None:
    said = {"--area": "410200", "--year": "2021", "--level": "中级"}
    arguments = [word for name, value in said.items() if name != left_out for word in (name, value)]
    with pytest.raises(CommandError, match=left_out):
        call_command("requirements", *arguments)
