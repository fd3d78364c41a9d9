"""`requirements`, `due_on`, `load_regulation`, `reconcile` as an operator types them."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def asked(area: str, year: int, level: str, *more: str) -> dict:
    return json.loads(said("requirements", "--area", area, "--year", str(year), "--level", level, "--json", *more))


@pytest.mark.clause("S2-02", "A28")
def test_requirements_of_kaifeng_2021_as_json(regulation: None) -> None:
    answer = asked("410200", 2021, "中级")
    assert {name: answer[name] for name in ("area", "year", "level", "trade", "unit", "rule_set")} == {
        "area": "410200", "year": 2021, "level": "中级", "trade": "", "unit": "学时", "rule_set": "kaifeng-2021",
    }  # fmt: skip
    fields = answer["fields"]
    assert fields["total"] == {"value": "90", "clause": "S2-02", "status": "verified"}
    assert fields["public_compulsory"]["value"] == "24"
    assert fields["professional_ratio"] == {
        "value": "2/3", "clause": "人社部令第25号 第八条", "status": "verified",
    }  # fmt: skip
    assert fields["ceiling_per_day"] == {"value": "8", "clause": "A17", "status": "assumed"}
    assert "elective" not in fields
    assert all(field["clause"] and field["status"] for field in fields.values())


def test_requirements_of_a_trade_a_group_of_levels_and_another_province(regulation: None) -> None:
    accounting = asked("410100", 2025, "高级", "--trade", "会计")
    assert (accounting["unit"], accounting["trade"], accounting["level"]) == ("学分", "会计", "高级")
    assert asked("410000", 2013, "初级")["fields"]["total"]["value"] == "74"
    guangdong = asked("440000", 2022, "中级")["fields"]
    assert guangdong["elective"]["value"] == "18"
    assert guangdong["elective"]["clause"].startswith("gdjxjy.com")


def test_a_year_without_rules_is_answered_so(regulation: None) -> None:
    assert asked("410000", 2011, "中级") == {
        "area": "410000", "year": 2011, "level": "中级", "trade": "", "unit": None, "rule_set": None, "fields": {},
    }  # fmt: skip
    text = said("requirements", "--area", "410000", "--year", "2011", "--level", "中级")
    assert text.strip() == "这一年度没有适用的规定。"


@pytest.mark.parametrize("year", ["0", "-1", "1989", "2101", "99999"])
def test_absurd_years_are_refused_in_words(db: None, year: str) -> None:
    with pytest.raises(CommandError, match=f"年度应在 1990 至 2100 之间，没有 {year} 年度"):
        said("requirements", "--area", "410000", f"--year={year}", "--level", "中级")


def test_requirements_in_words(regulation: None) -> None:
    text = said("requirements", "--area", "410000", "--year", "2025", "--level", "中级")
    assert "河南省 2025 年" in text
    assert "total: 90  [S4-02] verified" in text


@pytest.mark.parametrize("area", ["000000", "99", "４１０２００", "410200\n", "cn"])
def test_a_place_that_is_none_is_refused(regulation: None, area: str) -> None:
    with pytest.raises(CommandError):
        asked(area, 2021, "中级")


def test_a_level_that_is_none_is_refused(regulation: None) -> None:
    with pytest.raises(CommandError):
        asked("410200", 2021, "特级")


@pytest.mark.clause("A4")
def test_due_on_answers_one_line_a_date_in_order(regulation: None) -> None:
    dates = ["2025-09-28", "2025-12-25T16:30", "2026-12-28", "2026-09-18"]
    assert said("due_on", *dates).splitlines() == [
        "2025-09-28 2025-10-11",
        "2025-12-25T16:30 2026-01-04",
        "2026-12-28 2027-01-05 暂定",
        "2026-09-18 2026-09-24",
    ]


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2027-02-04", "2027-02-15 暂定"),  # 除夕 and three days, two of them on a weekend
        ("2027-04-30", "2027-05-07 暂定"),
        ("2027-09-30", "2027-10-08 暂定"),
        ("2026-12-31", "2027-01-08 暂定"),
        ("2050-03-01", "2050-03-08 暂定"),
        ("2015-03-02", "2015-03-09 暂定"),
    ],
)
def test_a_year_without_a_notice_is_counted_less_the_statutory_days(regulation: None, start: str, due: str) -> None:
    assert said("due_on", start).strip() == f"{start} {due}"


def test_due_on_takes_other_limits_and_other_zones(regulation: None) -> None:
    assert said("due_on", "2026-11-20", "--days", "1").strip().endswith(" 2026-11-23")
    assert said("due_on", "2026-11-19T16:30+00:00", "--days", "1").strip().endswith(" 2026-11-23")
    assert said("due_on", "2025-06-30", "--days", "60").strip().endswith(" 2025-09-22")


@pytest.mark.parametrize(
    "arguments", [["2025-02-30"], ["x"], ["2025-09-28", "--days", "0"], ["0001-13-01"], ["0001-01-01"], ["9999-12-31"]]
)
def test_what_is_no_date_is_refused(regulation: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        said("due_on", *arguments)


def test_load_regulation_says_what_changed() -> None:
    assert "有更新" in said("load_regulation")
    assert said("load_regulation").startswith("规则集 0 个、学习方式 0 项、学时折算 0 条、日历 0 个")
