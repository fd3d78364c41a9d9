"""A draft of the regulation: where it may go, what it makes of the rules in force, and how both are told in words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.dated import DatedFigure, DatedRule
from ceportal.kernel.rules.refusal import Refusal
from credits.enums import ObligationKind, ResultChange
from credits.enums import RuleDraftState as State
from credits.rules import rule_drafts as drafts
from credits.rules import rule_words as words
from credits.rules.requirements import Figure, Ground, Requirements, Standing
from credits.rules.rule_drafts import DraftFacts, DraftMove
from credits.rules.rule_runs import (
    Found,
    found_of,
    hours_in_words,
    is_asked_otherwise,
    reasons_not_to_judge_past,
    result_change,
)

TODAY = date(2026, 11, 20)
HOURS = {"total": "90", "public": "30", "professional": "60"}


def rule(code: str = "new", area: str = "410000", years: Any = (2027, None), **changes: Any) -> DatedRule:
    texts, status = changes.pop("figures", HOURS), changes.pop("status", "verified")
    figures = {name: DatedFigure(text, "S4-02", status, "新文件") for name, text in texts.items()}
    said = {"name": f"规则集{code}", "document": "豫人社〔2026〕9号"} | changes
    return DatedRule(code=code, area_code=area, year_from=years[0], year_to=years[1], figures=figures, **said)


OLD = rule("old", years=(2026, None), figures=HOURS | {"public": "20"})


def draft(new: DatedRule | None = None, **changes: Any) -> DraftFacts:
    said = {"effective_on": date(2026, 12, 1), "reason": "执行新文件", "gives_way": "old"} | changes
    return DraftFacts(new or rule(), **said)


def against(facts: DraftFacts, *rules: DatedRule) -> list[str]:
    return [reason.code for reason in drafts.reasons_not_to_submit(facts, rules or [OLD], today=TODAY)]


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("move", list(DraftMove))
def test_the_table_of_moves_is_the_whole_story(state: State, move: DraftMove) -> None:
    found = [reason.message for reason in drafts.reasons_not_to_move(state, move)]
    expected = [] if (state, move) in drafts.MOVES else [f"这份草案现在是“{state.label}”，不能再这样办理。"]
    assert found == expected


def test_a_sound_draft_has_nothing_against_it() -> None:
    assert against(draft()) == []


@pytest.mark.parametrize(
    ("giver", "taker", "left"),
    [
        ((2020, None), (2027, None), (2020, 2026)),
        ((2020, 2030), (2027, None), (2020, 2026)),
        ((2020, 2030), (2027, 2030), (2020, 2026)),
        ((2020, 2030), (2027, 2029), None),  # would be left in two pieces
        ((2020, None), (2027, 2029), None),
        ((2027, None), (2027, 2028), (2029, None)),
        ((2027, 2030), (2026, 2028), (2029, 2030)),
        ((2027, 2028), (2027, 2028), None),  # nothing left
        ((2027, None), (2027, None), None),
        ((2028, 2029), (2027, None), None),
    ],
)
def test_what_is_left_of_a_set_that_gives_way(giver: Any, taker: Any, left: Any) -> None:
    assert drafts.gives_way_to(rule("old", years=giver), rule(years=taker)) == left


def test_the_regulation_with_a_draft_in_it() -> None:
    other = rule("other", "410200")
    found = drafts.with_draft([OLD, other], draft())
    assert [(one.code, one.year_from, one.year_to) for one in found] == [
        ("old", 2026, 2026), ("other", 2027, None), ("new", 2027, None),
    ]  # fmt: skip
    changed = rule("old", figures=HOURS)
    assert drafts.with_draft([OLD, other], draft(changed, changes="old", gives_way="")) == [other, changed]
    stuck = draft(rule(years=(2026, None)))
    assert drafts.with_draft([OLD], stuck)[0] == OLD


def test_a_draft_is_tried_on_a_year_with_people_in_it() -> None:
    assert drafts.as_if_in([OLD], draft(), 2027) == drafts.with_draft([OLD], draft())
    there = drafts.as_if_in([OLD, rule("city", "410200", years=(2026, None))], draft(), 2026)
    assert [(one.code, one.year_from, one.year_to) for one in there] == [("city", 2026, None), ("new@2026", 2026, 2026)]
    assert drafts.speaks_of(rule(years=(2026, 2027)), 2027)
    assert not drafts.speaks_of(rule(years=(2026, 2027)), 2028)
    assert not drafts.speaks_of(rule(years=(2026, 2027)), 2025)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (draft(replace(rule(), name=" ")), "empty"),
        (draft(reason=""), "empty"),
        (draft(replace(rule(), name="名" * 101)), "too_long"),
        (draft(replace(rule(), note="坏\u202e字")), "strange_character"),
        (draft(rule(years=(1989, None))), "year"),
        (draft(rule(years=(2027, 2101))), "year"),
        (draft(rule(figures=HOURS | {"total": "九十"})), "value"),
        (draft(rule(years=(2028, 2027))), "years"),
        (draft(effective_on=date(2026, 11, 19)), "effective_on"),
        (draft(effective_on=date(2028, 1, 1)), "effective_on"),
        (draft(rule(figures={})), "nothing"),
        (draft(rule(status="candidate")), "candidate"),
        (draft(replace(rule(), document="")), "document"),
        (draft(gives_way=""), "overlap"),
        (draft(rule(years=(2027, 2028))), "overlap"),
        (draft(rule(figures=HOURS | {"public": "40"})), "parts"),
        (draft(rule(years=(2025, None)), gives_way="old"), "past"),
        (draft(OLD, changes="old", gives_way=""), "unchanged"),
    ],
)
def test_each_thing_against_a_draft_is_told(facts: DraftFacts, code: str) -> None:
    assert code in against(facts)


def test_a_draft_may_be_empty_but_never_unreadable() -> None:
    empty = DraftFacts(rule(name="", document="", figures={}), TODAY)
    assert list(drafts.reasons_not_to_keep(empty)) == []
    assert [reason.code for reason in drafts.reasons_not_to_keep(draft(rule(figures={"total": "x"})))] == ["value"]


def test_the_days_on_which_a_draft_may_take_effect() -> None:
    for effective_on in (TODAY, date(2027, 12, 31)):
        assert against(draft(effective_on=effective_on)) == []
    this_year = draft(rule(years=(2026, None), figures=HOURS), changes="old", gives_way="")
    assert "effective_on" in against(replace(this_year, effective_on=date(2027, 1, 1)))
    assert "effective_on" not in against(replace(this_year, effective_on=date(2026, 12, 31)))


def test_years_that_are_over_keep_their_rules_unless_somebody_says_why() -> None:
    past = draft(rule(years=(2025, 2025)), gives_way="")
    assert against(past) == ["past"]
    assert against(replace(past, past_reason="更正笔误")) == []
    ended = rule("old", years=(2025, 2026))
    assert drafts.touches_the_past(draft(rule(), changes="old"), [ended], this_year=2026)
    assert not drafts.touches_the_past(draft(), [ended], this_year=2026)


def test_what_a_wider_set_does_to_another_place_says_where_to_mend_it() -> None:
    city = rule("city", "410200", figures={"public": "40"}, name="某市规则")
    reasons = list(drafts.reasons_not_to_submit(draft(), [OLD, city], today=TODAY))
    assert [reason.code for reason in reasons] == ["parts"]
    assert "那里没有另行规定的学时按本草案执行" in reasons[0].message


@pytest.mark.parametrize(
    ("reason", "codes"), [("不同意", []), (" ", ["reason"]), ("字" * 300, []), ("字" * 301, ["too_long"])]
)
def test_a_draft_is_turned_down_with_a_reason(reason: str, codes: list[str]) -> None:
    assert [one.code for one in drafts.reasons_not_to_turn_down(reason)] == codes


def test_a_set_is_written_down_and_read_again_the_same() -> None:
    one = replace(rule(levels=frozenset({"员级", "助理级"}), trade="会计"), note="说明")
    told = drafts.said(one)
    assert told["levels"] == ["助理级", "员级"]
    assert drafts.rule_said(told) == replace(one, figures={
        name: replace(figure, document=one.document) for name, figure in one.figures.items()
    })  # fmt: skip
    assert drafts.digest_of(one, OLD) == drafts.digest_of(OLD, one) != drafts.digest_of(one)
    assert len(drafts.digest_of(one)) == 64


@pytest.mark.parametrize(
    ("years", "told"), [((2026, None), "2026 年度起"), ((2026, 2026), "2026 年度"), ((2016, 2022), "2016–2022 年度")]
)
def test_years_in_words(years: Any, told: str) -> None:
    assert drafts.years_in_words(rule(years=years)) == told


def asking(**hours: str) -> Requirements:
    figures = {name: Figure(Decimal(value), "S4-02", "verified", "文件") for name, value in hours.items()}
    return Requirements("code", "名称", "文件", "学时", 2026, "410000", "中级", "", figures)


def test_what_a_rule_set_makes_of_a_year() -> None:
    found = found_of(asking(**HOURS), Standing(public=Decimal(30), professional=Decimal("59.5")))
    assert (found.verdict, found.asked_in_words) == (
        ("code", "", False), "年度合计 90、公需科目 30、专业科目 60 学时",
    )  # fmt: skip
    assert (dict(found.need), dict(found.missing)) == (HOURS, {"total": "0.5", "professional": "0.5"})
    assert found.as_json() == {
        "rule_set": "code", "name": "名称", "is_met": False, "need": HOURS,
        "missing": {"total": "0.5", "professional": "0.5"},
    }  # fmt: skip
    assert found_of(None, Standing()) == Found()
    assert Found().asked_in_words == "没有学时要求"
    eased = replace(asking(**HOURS), ground=Ground(ObligationKind.EXEMPT, "产假", "A18"))
    assert found_of(eased, Standing()).obligation == ObligationKind.EXEMPT
    kept = found.as_it_stood(rule_set="old", obligation="", is_met=True)
    assert (kept.verdict, kept.need) == (("old", "", True), found.need)


def test_whose_result_changes() -> None:
    met, short = Found(is_met=True), Found()
    assert result_change(met, short) == ResultChange.LOST
    assert result_change(short, met) == ResultChange.GAINED
    assert result_change(met, met) is result_change(short, short) is None
    assert is_asked_otherwise(Found(need={"total": "90"}), Found(need={"total": "86"}))
    assert is_asked_otherwise(Found(), Found(unit="学分"))
    assert not is_asked_otherwise(met, short)


@pytest.mark.parametrize(
    ("year", "reason", "expected"),
    [
        (2025, "更正", []),
        (1990, "字" * 300, []),
        (2025, "字" * 301, [("too_long", "reason")]),
        (2025, " ", [("reason", "reason")]),
        (2026, "更正", [("not_over", "year")]),
        (1989, "更正", [("year", "year")]),
    ],
)
def test_a_year_that_is_over_is_judged_again_only_for_a_reason(year: int, reason: str, expected: Any) -> None:
    found = reasons_not_to_judge_past(year, reason, this_year=2026)
    assert [(one.code, one.field) for one in found] == expected


def test_hours_kept_of_a_judgement_are_told() -> None:
    assert hours_in_words({"total": "90", "public_compulsory": "24", "whatever": "1"}) == "合计 90、必修 24"


def test_how_sure_a_set_is_is_its_weakest_line() -> None:
    one = rule()
    mixed = replace(one, figures=one.figures | {"public": DatedFigure("30", "A26", "assumed")})
    candidate = replace(one, figures=mixed.figures | {"total": DatedFigure("90", "x", "candidate")})
    assert words.mark_of_all(one) == words.Mark("有文件依据", "ok")
    assert words.mark_of_all(rule(status="assumed")) == words.Mark("暂按执行", "warn")
    assert words.mark_of_all(mixed) == words.Mark("部分暂按执行", "warn")
    assert words.mark_of_all(candidate) == words.Mark("依据待核实，不是规定", "bad")


def test_a_set_is_told_section_by_section_in_the_order_of_pages() -> None:
    figures = {
        "information_at": DatedFigure("https://x.example/", "C", "assumed", "文件"),
        "minutes": DatedFigure("45", "A15", "assumed", "文件"),
        "spot_check": DatedFigure("yes", "S2-07", "verified", "文件"),
        "public": DatedFigure("", "C", "verified", "文件"),
        "total": DatedFigure("90", "S4-02", "verified", "文件"),
    }
    told = [
        (line.name, line.words, line.document, line.is_link) for part in words.sections(figures) for line in part.lines
    ]
    assert told == [
        ("total", "90 学时", "文件", False), ("public", "此处不适用", "文件", False),
        ("minutes", "45 分钟", "", False), ("spot_check", "是", "文件", False),
        ("information_at", "https://x.example/", "", True),
    ]  # fmt: skip
    assert [line.words for part in words.sections_asked(asking(total="90")) for line in part.lines] == ["90 学时"]


def test_what_a_draft_says_otherwise_is_told_field_by_field() -> None:
    after = rule(figures=HOURS | {"public": "25", "elective": "5"})
    held = rule(figures=HOURS | {"minutes": "45"}).figures
    before = replace(OLD, figures={name: replace(figure, document="旧文件") for name, figure in held.items()})
    told = [
        (one.label, one.before and one.before.words, one.after and one.after.words)
        for one in words.differences(before, after)
    ]
    assert told == [("公需科目", "30 学时", "25 学时"), ("选修科目", None, "5 学时"), ("一学时的长度", "45 分钟", None)]
    assert [one.label for one in words.differences(None, rule(figures={"total": "90"}))] == ["年度合计"]


@pytest.mark.parametrize(
    ("levels", "trade", "told"),
    [
        ((), "", "全部人员"),
        ((), "会计", "会计"),
        (("正高级", "副高级", "中级"), "会计", "会计，高级、中级"),
        (("助理级",), "", "助理级"),
        (("助理级", "员级"), "", "初级"),
    ],
)
def test_whose_a_set_is(levels: tuple[str, ...], trade: str, told: str) -> None:
    assert words.whose(rule(levels=frozenset(levels), trade=trade)) == told


def test_a_reason_against_another_set_names_it() -> None:
    (reason,) = drafts.reasons_not_to_submit(draft(gives_way=""), [OLD], today=TODAY)
    message = "与“规则集old”（2026 年度起）在同一地区、职称级别和行业有重叠的年度，请调整起止年度。"
    assert reason == Refusal("overlap", message, field="year_from")
