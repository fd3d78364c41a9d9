"""What a rule set may say: each refusal, and reading requirements out of rules."""

import pytest

from ceportal.kernel.rules.dated import DatedFigure, DatedRule, places_of
from credits.rules.regulation_file import reasons_not_to_offer, reasons_not_to_read, rule_in
from credits.rules.ruleset import (
    FIELDS,
    fields_of,
    levels_named,
    reasons_not_to_combine,
    reasons_not_to_load,
    requirements_in,
    trade_named,
    trade_of,
)


def rule(code: str = "a", area: str = "410000", years=(2020, None), **changes) -> DatedRule:
    clause, status = changes.pop("clause", "S4-02"), changes.pop("status", "verified")
    figures = changes.pop("figures", {"total": "90", "public": "30", "professional": "60"})
    said = {name: DatedFigure(text, clause, status, "文件") for name, text in figures.items()}
    return DatedRule(code, code, area, *years, said, **changes)


def codes(*rules: DatedRule) -> list[str]:
    return [reason.code for reason in reasons_not_to_load(rules)]


def test_a_sound_set_has_nothing_against_it() -> None:
    assert codes(rule()) == []
    assert not list(reasons_not_to_combine([rule()]))


def test_overlapping_years_of_one_place_level_and_trade_are_refused() -> None:
    assert codes(rule("a", years=(2020, 2024)), rule("b", years=(2024, None))) == ["overlap"]
    assert codes(rule("a", years=(2020, 2023)), rule("b", years=(2024, None))) == []


def test_a_set_that_ends_before_it_began_is_refused() -> None:
    assert codes(rule(years=(2024, 2023))) == ["years"]


def test_a_figure_without_a_clause_is_refused() -> None:
    assert set(codes(rule(clause=" "))) == {"clause"}


def test_a_figure_without_a_status_is_refused() -> None:
    assert set(codes(rule(status=""))) == {"status"}
    assert set(codes(rule(status="law"))) == {"status"}


def test_unknown_fields_and_levels_are_refused() -> None:
    assert codes(rule(figures={"totals": "90"})) == ["field"]
    assert codes(rule(levels=frozenset({"专家级"}))) == ["level"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("total", "九十"), ("total", "-1"), ("total", "90.25"), ("total", "1e2"), ("total", "９０"), ("total", "99999"),
        ("minutes", "45.5"), ("minutes", "-1"), ("professional_ratio", "4/3"), ("professional_ratio", "0.66"),
        ("professional_ratio", "1/0"), ("deadline", "02-30"), ("deadline", "2025-12-31"), ("deadline", "1231"),
        ("back_years_closed_from", "2024"), ("back_years_closed_from", "20240101"), ("carry_over", "false"),
        ("unit", "小时"), ("back_years", "open"), ("filing", "weekly"), ("themes", "字" * 301),
    ],
)  # fmt: skip
def test_values_that_cannot_be_read_are_refused(field: str, text: str) -> None:
    assert codes(rule(figures={field: text})) == ["value"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("total", "90"), ("total", "86.5"), ("minutes", "45"), ("professional_ratio", "2/3"), ("deadline", "12-31"),
        ("back_years_closed_from", "2024-01-01"), ("carry_over", "no"), ("unit", "学分"), ("themes", "字" * 300),
        ("professional_ratio", ""),
    ],
)  # fmt: skip
def test_values_that_can_be_read_are_accepted(field: str, text: str) -> None:
    assert codes(rule(figures={field: text})) == []


@pytest.mark.parametrize(
    ("field", "least", "most", "beyond"),
    [
        ("minutes", "1", "120", ("0", "121")),
        ("ceiling_per_day", "0.5", "24", ("0", "24.5")),
        ("ceiling_person_day", "0.5", "24", ("0", "24.5")),
        ("review_days_employer", "1", "60", ("0", "61")),
        ("review_days_authority", "1", "60", ("0", "61")),
        ("correction_grace_days", "0", "60", ("61",)),
        ("total", "0", "1000", ("1000.5",)),
        ("elective", "0", "1000", ("1000.5",)),
    ],
)
def test_numbers_stay_within_their_range_and_the_message_names_it(
    field: str, least: str, most: str, beyond: tuple[str, ...]
) -> None:
    for text in (least, most):
        assert codes(rule(figures={field: text})) == []
    for text in beyond:
        (reason,) = reasons_not_to_load([rule(figures={field: text})])
        assert (reason.code, f"范围是 {least}–{most}" in reason.message) == ("value", True)


def test_parts_above_the_total_are_refused_also_when_a_wider_place_gave_them() -> None:
    one = rule(figures={"total": "90", "public": "40", "professional": "60"})
    assert [reason.code for reason in reasons_not_to_combine([one])] == ["parts"]
    city = rule("b", "410200", figures={"public": "40"})
    assert [reason.code for reason in reasons_not_to_combine([rule(), city])] == ["parts"]
    assert not list(reasons_not_to_combine([rule(), rule("b", "410200", figures={"public": "20"})]))


@pytest.mark.clause("A28")
def test_compulsory_above_public_is_refused() -> None:
    one = rule(figures={"total": "90", "public": "30", "public_compulsory": "30.5", "professional": "60"})
    assert [reason.code for reason in reasons_not_to_combine([one])] == ["compulsory"]


def asked(*rules: DatedRule, area: str = "410200", year: int = 2025, level: str = "中级", trade: str = ""):
    return requirements_in(rules, places=places_of(area), year=year, level=level, trade=trade)


def test_a_year_without_a_total_has_no_requirements() -> None:
    defaults = rule("default", "*", figures={"minutes": "45"})
    assert asked(defaults) is None
    assert asked(defaults, rule()) is not None


def test_the_rule_set_named_is_the_nearest_that_sets_a_threshold() -> None:
    city = rule("city", "410200", figures={"back_years": "closed"})
    found = asked(city, rule("province"))
    assert (found.rule_set, found.settings["back_years"].value) == ("province", "closed")


def test_numbers_and_words_are_told_apart_and_keep_their_sources() -> None:
    found = asked(rule(figures={"total": "90", "minutes": "45", "deadline": "12-31", "unit": "学分"}))
    assert {*found.figures} == {"total", "minutes"}
    assert found.settings["deadline"].value == "2025-12-31"
    assert (found.unit, found.total.document, found.total.clause) == ("学分", "文件", "S4-02")


def test_every_field_has_a_kind_and_every_word_for_a_level_is_known() -> None:
    assert levels_named(["高级", "中级"]) == {"正高级", "副高级", "中级"}
    assert levels_named(["初级", "无"]) == {"助理级", "员级", "无"}
    assert len(FIELDS) == len(set(FIELDS))


def test_a_series_belongs_to_the_trade_that_begins_its_name() -> None:
    assert trade_of("会计人员", {"", "会计"}) == "会计"
    assert trade_of("会计人员", {"会", "会计"}) == "会计"
    assert trade_of("统计专业人员", {"", "会计"}) == ""
    assert trade_of("", {"会计"}) == ""


@pytest.mark.parametrize(
    ("text", "trade"),
    [
        ("", ""),
        ("会计", "会计"),
        ("公共安全", "公共安全"),
        ("会计人员", "会计"),
        ("会计人", "会计"),
        ("卫生技术人员", "卫生技术人员"),
        ("卫生", "卫生"),
        ("卫", None),
        ("会计人员们", None),
        ("火箭", None),
    ],
)
def test_a_trade_is_asked_about_by_its_name_or_that_of_a_title_series(text: str, trade: str | None) -> None:
    assert trade_named(text, trades={"会计", "公共安全"}, series=["卫生技术人员", "会计人员"]) == trade


ENTRY = {"code": "a", "name": "甲", "area": "410000", "years": [2020, None], "status": "verified",
         "values": {"total": [90, "S4-02"]}}  # fmt: skip


def test_an_entry_of_a_file_becomes_a_rule() -> None:
    entry = ENTRY | {"levels": ["初级"], "values": {"total": [90, "S4-02"], "public": [30, "A26", "assumed"]}}
    found = rule_in(entry)
    assert (found.levels, found.figures["total"].text) == (frozenset({"助理级", "员级"}), "90")
    assert (found.figures["public"].clause, found.figures["public"].status) == ("A26", "assumed")


def test_all_that_an_entry_says_is_in_its_rule() -> None:
    said = {"years": [2020, 2023], "trade": "会计", "document": "某号文", "note": "试行", "levels": ["初级"]}
    figures = {"total": DatedFigure("90", "S4-02", "verified", "某号文")}
    levels = frozenset({"助理级", "员级"})
    whole = DatedRule("a", "甲", "410000", 2020, 2023, figures, levels, "会计", "某号文", "试行")
    assert rule_in(ENTRY | said) == whole
    bare = rule_in(ENTRY)
    assert (bare.year_from, bare.year_to, bare.levels, bare.trade) == (2020, None, frozenset(), "")
    assert (bare.document, bare.note, bare.figures["total"].document) == ("", "", "")


def test_an_entry_of_another_shape_is_named_and_so_is_what_is_wrong_with_it() -> None:
    entry = {key: value for key, value in ENTRY.items() if key not in {"name", "years"}} | {"x": 1, "colour": "red"}
    strange, missing = reasons_not_to_read(entry)
    assert strange.message == "规则集 a 中有不认识的项目：colour、x。"
    assert missing.message == "规则集 a 缺少：name、years。"
    assert next(reasons_not_to_read({})).message.startswith("规则集 ? 缺少：")
    assert [each.field for each in reasons_not_to_read(ENTRY | {"years": 2020})] == ["years"]
    assert [each.field for each in reasons_not_to_read(ENTRY | {"values": {"total": [1, "A1", "assumed", "x"]}})] == [
        "total"
    ]
    assert "学习方式 ?" in next(reasons_not_to_offer([{"name": "甲"}])).message
    assert "学习方式 b" in next(reasons_not_to_offer([{"code": "b"}])).message


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"years": [2020]}, "years"),
        ({"years": "2020"}, "years"),
        ({"years": [2020, "2021"]}, "years"),
        ({"code": ""}, "shape"),
        ({"values": {}}, "shape"),
        ({"colour": "red"}, "shape"),
        ({"values": {"total": 90}}, "clause"),
        ({"values": {"total": [90]}}, "clause"),
    ],
)
def test_entries_of_another_shape_are_refused(changes: dict, code: str) -> None:
    assert [reason.code for reason in reasons_not_to_read(ENTRY | changes)] == [code]


def test_an_entry_that_is_no_mapping_is_refused() -> None:
    assert [reason.code for reason in reasons_not_to_read("x")] == ["shape"]


def test_an_activity_names_its_clause_once() -> None:
    good = {"code": "a", "name": "甲", "evidence": [], "clause": "S1-05"}
    assert not list(reasons_not_to_offer([good]))
    assert [r.code for r in reasons_not_to_offer([good, good])] == ["twice"]
    assert [r.code for r in reasons_not_to_offer([good | {"clause": ""}])] == ["clause"]
    assert [r.code for r in reasons_not_to_offer([good | {"status": "law"}])] == ["clause"]
    assert [r.code for r in reasons_not_to_offer([good | {"name": ""}])] == ["shape"]


def test_the_fields_that_apply_are_told_in_one_order_numbers_and_words_together() -> None:
    found = asked(
        rule(figures={"unit": "学时", "deadline": "12-31", "public": "30", "total": "90", "spot_check": "yes"})
    )
    assert list(fields_of(found)) == ["total", "public", "unit", "deadline", "spot_check"]
    assert (fields_of(found)["total"], fields_of(found)["unit"].value) == (found.total, "学时")
    assert found.settings["spot_check"].is_yes
    assert not asked(rule(figures={"total": "90", "spot_check": "no"})).settings["spot_check"].is_yes


def test_a_ratio_takes_its_part_of_the_total_too() -> None:
    one = rule(figures={"total": "90", "public": "30", "professional_ratio": "2/3"})
    assert not list(reasons_not_to_combine([one]))
    more = rule(figures={"total": "90", "public": "30.5", "professional_ratio": "2/3"})
    assert [reason.code for reason in reasons_not_to_combine([more])] == ["parts"]


@pytest.mark.parametrize(
    ("text", "codes_found"),
    [("https://ausm.mof.gov.cn/index/", []), ("javascript:alert(1)", ["value"]), ("https://" + "x" * 300, ["value"])],
)
def test_an_address_is_one_of_the_web(text: str, codes_found: list[str]) -> None:
    assert codes(rule(figures={"information_at": text})) == codes_found
