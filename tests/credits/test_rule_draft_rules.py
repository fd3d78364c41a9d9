"""The rules of changing rules, by themselves: what may be drafted, what gives way, what a change makes of a year."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.dated import DatedFigure, DatedRule, overlap
from credits.enums import ResultChange
from credits.enums import RuleDraftState as State
from credits.rules.requirements import Figure, Ground, Requirements, Setting, Standing
from credits.rules.rule_drafts import (
    MOVES,
    DraftFacts,
    DraftMove,
    as_if_in,
    digest_of,
    gives_way_to,
    reasons_not_to_keep,
    reasons_not_to_move,
    reasons_not_to_submit,
    reasons_not_to_turn_down,
    rule_said,
    said,
    touches_the_past,
    with_draft,
    years_in_words,
)
from credits.rules.rule_fields import RULE_FIELDS, Kind
from credits.rules.rule_runs import (
    Found,
    found_of,
    hours_in_words,
    is_asked_otherwise,
    reasons_not_to_judge_past,
    result_change,
)
from credits.rules.rule_words import Change, changes, differences, mark_of_all, sections, sections_asked, whose
from credits.rules.ruleset import reasons_not_to_say

TODAY = date(2026, 11, 20)


def rule(code: str = "henan", years: tuple[int, int | None] = (2026, None), area: str = "410000", **said) -> DatedRule:
    status, clause = said.pop("status", "verified"), said.pop("clause", "S4-02")
    about = {name: said.pop(name) for name in ("levels", "trade", "document", "note") if name in said}
    figures = said or {"total": "90", "public": "30", "professional": "60"}
    held = {name: DatedFigure(text, clause, status, "文件") for name, text in figures.items()}
    return DatedRule(code, code, area, *years, held, **({"document": "文件"} | about))


def draft(changed: DatedRule | None = None, **about) -> DraftFacts:
    """A sound draft: a year's rule raised, from today on."""
    defaults = {"effective_on": TODAY, "changes": "henan", "reason": "收到新文件"}
    return DraftFacts(changed or rule(total="95", public="30", professional="60"), **(defaults | about))


BOOK = [rule(), rule("country", (2016, None), "CN", total="90", professional_ratio="2/3")]


# Beside which field a reason stands; of the others it is that which is wrong.
WHERE = {
    "past": {"past_reason"}, "effective_on": {"effective_on"}, "nothing": {"total"}, "document": {"document"},
    "overlap": {"year_from"}, "empty": {"name", "reason"}, "too_long": {"note", "reason", "name", "document"},
    "candidate": {"total"}, "year": {"year_from", "year_to"}, "strange_character": {"name"},
}  # fmt: skip


def codes(facts: DraftFacts, book: list[DatedRule] | None = None) -> set[str]:
    found = list(reasons_not_to_submit(facts, BOOK if book is None else book, today=TODAY))
    for reason in found:
        assert reason.field in WHERE.get(reason.code, {reason.field}), reason
    return {reason.code for reason in found}


def test_a_sound_draft_has_nothing_against_it() -> None:
    assert codes(draft()) == set()
    assert list(reasons_not_to_keep(draft())) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (draft(reason=" "), "empty"),
        (draft(reason="字" * 301), "too_long"),
        (draft(replace(rule(total="95"), name=" ")), "empty"),
        (draft(replace(rule(total="95"), name="坏\u202e名")), "strange_character"),
        (draft(replace(rule(total="95"), note="字" * 301)), "too_long"),
        (draft(replace(rule(total="95"), document="")), "document"),
        (draft(rule(years=(1899, None), total="95")), "year"),
        (draft(rule(years=(2026, 3000), total="95")), "year"),
        (draft(rule(years=(2026, 2025), total="95")), "years"),
        (draft(replace(rule(), levels=frozenset({"专家级"}))), "level"),
        (draft(effective_on=date(2026, 11, 19)), "effective_on"),
        (draft(effective_on=date(2027, 1, 1)), "effective_on"),
        (draft(replace(rule(), figures={})), "nothing"),
        (draft(rule(total="95", status="candidate")), "candidate"),
        (draft(rule(total="95", clause="A26")), "unfounded"),
        (draft(rule(total="95.3")), "value"),
        (draft(rule(totals="95")), "field"),
        (draft(rule(total="80", public="30", professional="60")), "parts"),
        (draft(rule(total="90", public="20", public_compulsory="24", professional="60")), "compulsory"),
        (draft(rule()), "unchanged"),
        (draft(rule(years=(2025, None), total="95")), "past"),
        (draft(rule("new", total="95"), changes=""), "overlap"),
    ],
)
def test_each_reason_against_a_draft(facts: DraftFacts, code: str) -> None:
    assert code in codes(facts)


def test_what_is_empty_may_stand_in_a_draft_what_cannot_be_read_may_not() -> None:
    assert not list(reasons_not_to_keep(draft(reason="")))
    assert {reason.code for reason in reasons_not_to_keep(draft(rule(total="九十")))} == {"value"}


def test_the_last_day_of_the_year_is_early_enough() -> None:
    assert codes(draft(effective_on=date(2026, 12, 31))) == set()
    later = draft(
        rule("next", (2027, None), total="95"), changes="", gives_way="henan", effective_on=date(2027, 12, 31)
    )
    assert codes(later) == set()


def test_who_touches_the_past_says_why() -> None:
    past = draft(rule(years=(2025, None), total="95"))
    assert touches_the_past(past, BOOK, this_year=2026)
    assert touches_the_past(draft(), [rule(years=(2020, None))], this_year=2026)
    assert not touches_the_past(draft(), BOOK, this_year=2026)
    assert codes(replace(past, past_reason="原文件录错")) == set()


def test_a_nearer_place_and_a_trade_must_still_fit_and_the_message_says_where() -> None:
    book = [*BOOK, rule("accounting", trade="会计", total="90", professional_ratio="2/3")]
    facts = draft(rule(total="100", public="30", professional="70"))
    found = [reason for reason in reasons_not_to_submit(facts, book, today=TODAY) if reason.code == "parts"]
    assert [("accounting" in reason.message, "请先在那里写明" in reason.message) for reason in found] == [(True, True)]


def test_parts_are_looked_at_in_every_year_in_which_something_begins() -> None:
    city = rule("city", (2020, None), "410200", public="40", status="assumed")
    roomy = rule("henan", (2020, 2025), total="100", public="30", professional="60")
    assert codes(draft(rule("city", (2026, None), "410200", public="40"), changes="city"), [roomy, rule("next"), city])


@pytest.mark.parametrize(
    ("giver", "years", "left"),
    [
        ((2026, None), (2027, None), (2026, 2026)),
        ((2020, 2030), (2027, 2030), (2020, 2026)),
        ((2020, 2030), (2027, None), (2020, 2026)),
        ((2026, None), (2026, 2026), (2027, None)),
        ((2026, 2030), (2026, 2026), (2027, 2030)),
        ((2026, None), (2027, 2027), None),
        ((2020, 2030), (2025, 2026), None),
        ((2026, 2026), (2026, None), None),
        ((2026, None), (2026, None), None),
    ],
)
def test_what_is_left_to_a_set_that_gives_way(giver: tuple, years: tuple, left: tuple | None) -> None:
    assert gives_way_to(rule(years=giver), rule("new", years)) == left
    facts = draft(rule("new", years, total="95"), changes="", gives_way="henan", past_reason="试验")
    assert ("overlap" in codes(facts, [rule(years=giver)])) == (left is None)


@given(st.integers(2016, 2030), st.integers(0, 8) | st.none(), st.integers(2016, 2030), st.integers(0, 8) | st.none())
def test_what_gives_way_never_overlaps_and_loses_no_other_year(
    a: int, more: int | None, b: int, long: int | None
) -> None:
    giver = rule(years=(a, None if more is None else a + more))
    new = rule("new", (b, None if long is None else b + long))
    left = gives_way_to(giver, new)
    if left is None or not overlap(giver, new):
        return
    shorter = replace(giver, year_from=left[0], year_to=left[1])
    assert not overlap(shorter, new)
    years = range(2010, 2045)
    assert {y for y in years if giver.holds(y, "中级", "")} - {y for y in years if new.holds(y, "中级", "")} == {
        y for y in years if shorter.holds(y, "中级", "")
    }


def test_the_regulation_with_a_draft_in_it() -> None:
    changed = with_draft(BOOK, draft())
    assert {(each.code, each.year_to) for each in changed} == {("henan", None), ("country", None)}
    facts = draft(rule("next", (2027, None)), changes="", gives_way="henan")
    assert {(each.code, each.year_to) for each in with_draft(BOOK, facts)} == {
        ("henan", 2026), ("next", None), ("country", None),
    }  # fmt: skip
    stuck = draft(rule("next", (2026, None)), changes="", gives_way="henan")
    assert ("henan", None) in {(each.code, each.year_to) for each in with_draft(BOOK, stuck)}


def test_a_draft_is_tried_on_a_year_it_does_not_speak_of() -> None:
    facts = draft(rule("next", (2027, None), total="95"), changes="", gives_way="henan")
    assert as_if_in(BOOK, facts, 2027) == with_draft(BOOK, facts)
    tried = as_if_in(BOOK, facts, 2026)
    assert {each.code for each in tried} == {"country", "next@2026"}
    assert {(each.year_from, each.year_to) for each in tried if each.code == "next@2026"} == {(2026, 2026)}


def test_a_year_that_a_change_takes_away_is_tried_without_the_set() -> None:
    facts = draft(rule(years=(2027, None), total="95"))
    assert as_if_in(BOOK, facts, 2026) == with_draft(BOOK, facts)
    assert "henan@2025" in {each.code for each in as_if_in(BOOK, facts, 2025)}


@pytest.mark.parametrize(
    ("was", "said", "field", "span"),
    [
        ({}, {"years": (2027, None)}, "year_from", "2026 年度"),
        ({"years": (2020, None)}, {"years": (2024, None)}, "year_from", "2020–2023 年度"),
        ({"years": (2020, None)}, {"years": (2020, 2024)}, "year_to", "2025–2026 年度"),
        ({}, {"levels": frozenset({"正高级", "副高级"})}, "levels", "2026 年度"),
        ({}, {"trade": "会计"}, "trade", "2026 年度"),
    ],
)
def test_nobody_in_a_year_that_has_begun_is_left_without_a_rule(was: dict, said: dict, field: str, span: str) -> None:
    book = [rule(**was), BOOK[1]]
    facts = draft(rule(total="95", public="30", professional="60", **said), past_reason="原文件录错")
    found = [reason for reason in reasons_not_to_submit(facts, book, today=TODAY) if reason.code == "gap"]
    assert [reason.field for reason in found] == [field]
    assert f"“henan”规定了 {span}的公需科目、专业科目" in found[0].message


@pytest.mark.parametrize(
    ("was", "said"),
    [
        ({"years": (2026, 2026)}, {"years": (2026, None)}),
        ({}, {"years": (2026, 2026)}),
        ({"years": (2027, None)}, {"years": (2028, None)}),
        ({"levels": frozenset({"中级"})}, {}),
        ({"trade": "会计"}, {}),
    ],
)
def test_a_change_may_speak_of_more_and_of_other_years_to_come(was: dict, said: dict) -> None:
    facts = draft(rule(total="95", public="30", professional="60", **said), effective_on=date(2026, 12, 31))
    assert codes(facts, [rule(**was), BOOK[1]]) == set()


def test_what_a_wider_place_asks_as_well_may_be_taken_back_and_what_is_left_out_is_meant() -> None:
    city = rule("city", (2026, None), "410200", public="30")
    facts = draft(rule("city", (2027, None), "410200", public="20"), changes="city")
    assert codes(facts, [*BOOK, city]) == set()
    assert codes(draft(rule(total="90"))) == set()


def test_a_set_gives_way_to_nobody_who_speaks_of_other_people() -> None:
    facts = draft(rule("next", (2027, None), trade="会计"), changes="", gives_way="henan")
    assert ("henan", None) in {(each.code, each.year_to) for each in with_draft(BOOK, facts)}
    narrow = draft(rule("next", (2026, None), levels=frozenset({"中级"})), changes="", gives_way="henan")
    book = [rule(years=(2020, None)), BOOK[1]]
    assert "gap" in codes(narrow, book)


def test_the_table_of_moves() -> None:
    for state in State:
        for move in DraftMove:
            assert bool(list(reasons_not_to_move(state, move))) == ((state, move) not in MOVES)
    assert not [key for key, to in MOVES.items() if to == State.IN_FORCE and key[0] != State.APPROVED]


def test_a_refusal_says_why() -> None:
    assert [reason.field for reason in reasons_not_to_turn_down("  ")] == ["reason"]
    assert [reason.code for reason in reasons_not_to_turn_down("字" * 301)] == ["too_long"]
    assert not list(reasons_not_to_turn_down("条款写错了"))


def test_a_set_is_told_and_read_again_and_known_by_its_digest() -> None:
    one = rule(levels=frozenset({"中级", "正高级"}), trade="会计", note="说明")
    assert rule_said(said(one)) == replace(one, figures=rule_said(said(one)).figures)
    assert said(rule_said(said(one))) == said(one)
    assert rule_said(said(replace(one, year_to=2027))).year_to == 2027
    assert {figure.document for figure in rule_said(said(one)).figures.values()} == {one.document}
    assert digest_of(one, rule("b")) == digest_of(rule("b"), one)
    assert digest_of(one) != digest_of(replace(one, note=""))


def test_years_and_people_in_words() -> None:
    assert [years_in_words(rule(years=years)) for years in ((2026, None), (2025, 2025), (2016, 2022))] == [
        "2026 年度起", "2025 年度", "2016–2022 年度",
    ]  # fmt: skip
    assert whose(rule()) == "全部人员"
    assert whose(rule(trade="会计", levels=frozenset({"正高级", "副高级", "中级"}))) == "会计，高级、中级"


def test_a_set_is_as_sure_as_its_weakest_line() -> None:
    sure, guess = rule(total="90"), rule(public="30", status="assumed", clause="A26")
    both = replace(sure, figures={**sure.figures, **guess.figures})
    doubt = replace(sure, figures={**sure.figures, **rule(elective="18", status="candidate").figures})
    assert [mark_of_all(each).label for each in (sure, guess, both, doubt)] == [
        "有文件依据", "暂按执行", "部分暂按执行", "依据待核实，不是规定",
    ]  # fmt: skip


def test_sections_show_each_line_in_words() -> None:
    figures = rule(
        total="90", deadline="12-31", back_years="closed", guide_at="https://example.org/a", elective=""
    ).figures
    lines = {line.name: line for section in sections(figures) for line in section.lines}
    assert (lines["total"].words, lines["back_years"].words, lines["elective"].words) == (
        "90 学时",
        "不再补报",
        "此处不适用",
    )
    assert (lines["guide_at"].is_link, lines["total"].is_link) == (True, False)
    deadline = Setting("2026-12-31", "S4-10", "verified", "文件")
    asked_for = replace(asked("90", status="assumed"), settings={"deadline": deadline})
    told = {line.name: line for section in sections_asked(asked_for) for line in section.lines}
    assert (told["total"].document, told["deadline"].document) == ("", "文件")


def test_differences_are_told_field_by_field() -> None:
    before = rule(total="90", public="30", themes="甲")
    after = replace(rule(total="95", public="30", guide="乙"), document="新")
    found = {
        row.label: (row.before and row.before.words, row.after and row.after.words)
        for row in differences(before, after)
    }
    assert found == {"年度合计": ("90 学时", "95 学时"), "公需科目内容": ("甲", None), "专业科目学习指南": (None, "乙")}
    other_document = replace(
        before, figures={name: replace(each, document="新") for name, each in before.figures.items()}
    )
    assert differences(before, other_document) == []
    assert len(differences(None, after)) == 3


def test_changes_of_years_levels_trade_and_name_are_told() -> None:
    before = rule()
    after = replace(before, name="新名", year_to=2027, levels=frozenset({"中级"}), trade="会计")
    assert changes(before, after) == [
        Change("名称", "henan", "新名"),
        Change("适用的年度", "2026 年度起", "2026–2027 年度"),
        Change("适用的职称级别", "全部级别", "中级"),
        Change("适用的行业", "全部行业", "会计"),
    ]
    assert changes(before, replace(before, figures={})) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_says_how_it_is_written(kind: Kind) -> None:
    name = next(name for name, field in RULE_FIELDS.items() if field.kind is kind)
    found = [
        reason for reason in reasons_not_to_say(name, DatedFigure("\x07", "一", "verified")) if reason.code == "value"
    ]
    assert len(found) == 1
    assert RULE_FIELDS[name].label in found[0].message


def test_values_in_words_carry_their_unit() -> None:
    assert RULE_FIELDS["minutes"].in_words("45") == "45 分钟"
    assert RULE_FIELDS["spot_check"].in_words("yes") == "是"
    assert RULE_FIELDS["themes"].in_words("甲") == "甲"
    assert RULE_FIELDS["total"].in_words("") == ""


def asked(total: str, ground: Ground | None = None, status: str = "verified") -> Requirements:
    held = {"total": Figure(Decimal(total), "S4-02", status, "文件")}
    return Requirements("code", "名称", "文件", "学时", 2026, "410000", "中级", "", held, ground=ground)


def test_what_a_rule_makes_of_a_year() -> None:
    has = Standing(Decimal(30), Decimal(0), Decimal(60))
    met, short = found_of(asked("90"), has), found_of(asked("96"), has)
    assert (met.is_met, short.is_met, short.missing) == (True, False, {"total": "6"})
    assert result_change(met, short) == ResultChange.LOST
    assert result_change(short, met) == ResultChange.GAINED
    assert result_change(met, met) is None
    assert is_asked_otherwise(met, short)
    assert not is_asked_otherwise(met, met)
    assert met.asked_in_words == "年度合计 90 学时"
    assert found_of(None, has) == Found()
    assert Found().asked_in_words == "没有学时要求"
    assert hours_in_words(short.as_json()["need"]) == "合计 96"
    stood = short.as_it_stood(rule_set="alt", obligation="", is_met=True)
    assert stood.verdict == ("alt", "", True)
    assert found_of(asked("90", Ground("exempt", "产假", "A18", "文件")), Standing()).obligation == "exempt"


@pytest.mark.parametrize(
    ("year", "reason", "expected"),
    [
        (2025, "依据更正后的文件", set()),
        (2026, "依据更正后的文件", {"not_over"}),
        (2012, "依据更正后的文件", set()),
        (2011, "依据更正后的文件", {"year"}),
        (2025, " ", {"reason"}),
        (2025, "字" * 301, {"too_long"}),
    ],
)
def test_a_past_year_is_judged_anew_only_for_a_reason(year: int, reason: str, expected: set[str]) -> None:
    assert {each.code for each in reasons_not_to_judge_past(year, reason, first_year=2012, this_year=2026)} == expected
