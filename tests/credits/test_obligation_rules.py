"""What the year asks of one person: all, less or nothing; what may be granted, and how it ends (A18, A19, A30)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.dated import DatedFigure, DatedRule
from ceportal.kernel.rules.refusal import Refusal
from credits.enums import EasingGround, ObligationKind
from credits.rules import easing_requests as easing
from credits.rules import obligation as rules
from credits.rules.declaring import Limits
from credits.rules.easing_requests import Asked
from credits.rules.limits import limits_in
from credits.rules.obligation import Grant, PersonFacts
from credits.rules.requirements import Figure, Ground, Requirements, Setting, Standing, is_met, thresholds

EXEMPT, REDUCED, ELSEWHERE = ObligationKind.EXEMPT, ObligationKind.REDUCED, ObligationKind.ELSEWHERE


def figures(**hours: str) -> dict[str, Figure]:
    return {name: Figure(Decimal(value), "S4-02", "verified", "2025年通知") for name, value in hours.items()}


def asking(year: int = 2026, starts: str = "title_year", **hours: str) -> Requirements:
    said = figures(**(hours or {"total": "90", "public": "30", "professional": "60"}))
    settings = {"starts": Setting(starts, "财会〔2018〕10号", "verified", "财会文件")}
    return Requirements("code", "名称", "文件", "学时", year, "410000", "中级", "", said, settings)


def granting(kind: ObligationKind = EXEMPT, **changes: Any) -> Grant:
    said = {"year_from": 2026, "year_to": 2027, "reason": "产假", "clause": "A18", "document": "汴人社〔2026〕1号"}
    return Grant(kind=kind, **(said | changes))


def reducing(**less: str) -> Grant:
    return granting(REDUCED, less={name: Decimal(value) for name, value in less.items()})


def judged(requirements: Requirements = asking(), **facts: Any) -> Requirements:  # noqa: B008
    return rules.as_asked_of(requirements, PersonFacts(**facts))


def against(grant: Grant, *, others: Any = (), asked: Any = ()) -> list[Refusal]:
    return list(rules.reasons_not_to_grant(grant, others=others, asked=asked))


@pytest.mark.clause("A18")
def test_everybody_owes_the_whole_year_unless_something_says_otherwise() -> None:
    assert judged() == asking()
    assert judged().is_obliged
    assert judged(titled_on=date(2026, 6, 1)) == asking()


@pytest.mark.clause("A18")
@pytest.mark.parametrize(("year", "is_eased"), [(2025, False), (2026, True), (2027, True), (2028, False)])
def test_a_grant_holds_in_its_years(year: int, is_eased: bool) -> None:
    found = judged(asking(year), grants=(granting(),))
    assert found.ground == (Ground(EXEMPT, "产假", "A18", "汴人社〔2026〕1号") if is_eased else None)
    assert found.is_obliged is not is_eased
    assert found.figures == asking(year).figures
    open_ended = judged(asking(year), grants=(granting(ELSEWHERE, year_to=None),))
    assert (open_ended.ground is not None) is (year >= 2026)


@pytest.mark.clause("A18")
def test_less_is_asked_of_each_threshold_by_itself() -> None:
    found = judged(grants=(reducing(total="45", public="15", professional="30"),))
    assert {name: figure.value for name, figure in found.figures.items()} == {
        "total": 45, "public": 15, "professional": 30,
    }  # fmt: skip
    assert found.figures["total"] == Figure(
        Decimal(45), "A18", "verified", "汴人社〔2026〕1号", reduced_from=Decimal(90)
    )
    assert found.ground == Ground(REDUCED, "产假", "A18", "汴人社〔2026〕1号")
    assert found.is_obliged
    assert is_met(found, Standing(public=Decimal(15), professional=Decimal(30)))
    assert not is_met(found, Standing(public=Decimal("14.5"), professional=Decimal("30.5")))


def test_never_less_than_nothing_and_what_is_not_asked_is_not_reduced() -> None:
    found = judged(grants=(reducing(total="90.5", elective="5", public="0"),))
    assert (found.figures["total"].value, "elective" in found.figures) == (0, False)
    assert found.figures["public"] == asking().figures["public"]


def test_a_part_known_by_its_ratio_alone_can_be_reduced_too() -> None:
    by_ratio = replace(asking(total="90"), settings={"professional_ratio": Setting("2/3", "第八条", "verified")})
    found = rules.as_asked_of(by_ratio, PersonFacts(grants=(reducing(total="30", professional="20"),)))
    assert {row.kind: row.need for row in thresholds(found, Standing())} == {"total": 60, "professional": 40}


@pytest.mark.clause("S3-01", "A19")
@pytest.mark.parametrize(
    ("left_on", "is_asked"),
    [(None, True), (date(2026, 12, 31), False), (date(2026, 1, 1), False), (date(2027, 1, 1), True)],
)
def test_who_had_left_by_the_end_of_the_year_is_not_asked(left_on: date | None, is_asked: bool) -> None:
    found = judged(left_on=left_on)
    assert found.is_obliged is is_asked
    assert found.ground == (None if is_asked else Ground(ObligationKind.LEFT, f"已于 {left_on} 离职或退休", "A18"))


@pytest.mark.clause("A30")
@pytest.mark.parametrize(
    ("titled_on", "starts", "is_asked"),
    [
        (date(2025, 12, 31), "year_after_title", True),
        (date(2026, 1, 1), "year_after_title", False),
        (date(2026, 12, 31), "year_after_title", False),
        (date(2027, 1, 1), "year_after_title", False),
        (date(2026, 1, 1), "title_year", True),
        (None, "year_after_title", True),
    ],
)
def test_accountants_begin_in_the_year_after_their_title(titled_on: Any, starts: str, is_asked: bool) -> None:
    found = judged(asking(starts=starts), titled_on=titled_on)
    words = f"职称于 {titled_on} 取得，自 {titled_on.year + 1} 年度开始参加继续教育" if titled_on else ""
    ground = Ground(ObligationKind.NOT_YET, words, "财会〔2018〕10号", "财会文件")
    assert found.ground == (None if is_asked else ground)
    assert rules.begins_after_title(asking(starts=starts)) is (starts == "year_after_title")
    assert not rules.begins_after_title(replace(asking(), settings={}))


def test_an_exemption_speaks_before_all_and_a_reduction_last() -> None:
    gone = {"left_on": date(2026, 5, 1)}
    assert judged(grants=(granting(),), **gone).ground.kind == EXEMPT
    assert judged(grants=(reducing(total="10"),), **gone).ground.kind == ObligationKind.LEFT
    first, second = granting(reason="甲"), granting(reason="乙")
    assert judged(grants=(first, second)).ground.words == "甲"


@pytest.mark.clause("S3-01")
def test_who_is_looked_after_elsewhere_is_not_judged_here() -> None:
    plenty = Standing(public=Decimal(90), professional=Decimal(90))
    assert not is_met(judged(grants=(granting(ELSEWHERE, year_to=None),)), plenty)
    assert is_met(judged(grants=(granting(),)), plenty)


MANY_YEARS = Refusal("year_to", "一次最多 5 个年度，期满后可再次办理。", field="year_to")
BACKWARDS = Refusal("year_to", "截止年度不能早于起始年度。", field="year_to")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"year_to": 2030}, []),
        ({"year_to": 2031}, [MANY_YEARS]),
        ({"year_to": 2026}, []),
        ({"year_to": 2025}, [BACKWARDS]),
        ({"year_from": 2099, "year_to": 2101}, [BACKWARDS]),
        (
            {"year_from": 1989, "year_to": 1990},
            [Refusal("year_from", "请填写正确的起始年度，例如 2026。", "year_from")],
        ),
        ({"year_to": None}, [Refusal("year_to", "请填写截止年度。", field="year_to")]),
        ({"reason": " "}, [Refusal("reason", "请填写原因。", field="reason", clause="A18")]),
        ({"clause": ""}, [Refusal("clause", "请填写依据。", field="clause", clause="A18")]),
        ({"document": ""}, [Refusal("document_no", "请填写批准文号。", field="document_no", clause="A18")]),
        ({"reason": "字" * 300, "clause": "字" * 80, "document": "字" * 80}, []),
        ({"reason": "字" * 301}, [Refusal("reason", "原因最多 300 个字。", field="reason")]),
        ({"clause": "字" * 81}, [Refusal("clause", "依据最多 80 个字。", field="clause")]),
        ({"document": "字" * 81}, [Refusal("document_no", "批准文号最多 80 个字。", field="document_no")]),
        ({"less": {"total": Decimal(1)}}, [Refusal("less", "只有“减免学时”才填写减免的学时。", field="less_total")]),
        ({"less": {"total": Decimal(0)}}, []),
    ],
)
def test_what_a_grant_must_say(changes: dict[str, Any], expected: list[Refusal]) -> None:
    assert against(granting(**changes)) == expected


def test_only_care_elsewhere_is_granted_without_an_end() -> None:
    assert against(granting(ELSEWHERE, year_to=None)) == []
    assert list(rules.years_of(granting(ELSEWHERE, year_to=None))) == [2026]
    assert list(rules.years_of(granting(year_to=2028))) == [2026, 2027, 2028]
    assert list(rules.years_of(granting(year_to=2090))) == [2026, 2027, 2028, 2029, 2030]


@pytest.mark.parametrize(
    ("mine", "theirs", "share"),
    [
        ((2026, 2027), (2024, 2025), False),
        ((2026, 2027), (2024, 2026), True),
        ((2026, 2027), (2027, 2029), True),
        ((2026, 2027), (2028, 2029), False),
        ((2026, 2027), (2028, None), False),
        ((2026, 2027), (2020, None), True),
        ((2026, 2027), (2027, None), True),
    ],
)
def test_two_grants_never_share_a_year(mine: Any, theirs: Any, share: bool) -> None:
    message = "这位人员在这些年度中已有免修、减免或其他调整，请先终止原来的，再作新的调整。"
    other = granting(ELSEWHERE, year_from=theirs[0], year_to=theirs[1])
    found = against(granting(year_from=mine[0], year_to=mine[1]), others=[other])
    assert found == ([Refusal("overlap", message, field="year_from")] if share else [])
    forever = granting(ELSEWHERE, year_from=mine[0], year_to=None)
    shares_after = theirs[1] is None or theirs[1] >= mine[0]
    assert bool(against(forever, others=[other])) is shares_after


KAIFENG = asking(total="90", public="30", public_compulsory="24", professional="60")


@pytest.mark.parametrize(
    ("less", "requirements", "expected"),
    [
        ({"total": "45", "public": "15", "professional": "30"}, asking(), []),
        ({"total": "0.5", "public": "0.5"}, asking(), []),
        ({"public": "0.5"}, asking(), []),
        ({"total": "0.5"}, asking(), [("parts", "less_total", "")]),
        ({"total": "90", "public": "30", "professional": "60"}, asking(), [("all", "less_total", "")]),
        ({"total": "90.5", "public": "30", "professional": "60"}, asking(),
         [("too_much", "less_total", ""), ("all", "less_total", "")]),
        ({"total": "30", "public": "30.5"}, asking(), [("too_much", "less_public", "")]),
        ({"elective": "1"}, asking(), [("too_much", "less_elective", "")]),
        ({"total": "15", "public": "15"}, KAIFENG, [("compulsory", "less_public_compulsory", "A28")]),
        ({"total": "15", "public": "15", "public_compulsory": "9"}, KAIFENG, []),
        ({"total": "15", "public": "15", "public_compulsory": "8.5"}, KAIFENG,
         [("compulsory", "less_public_compulsory", "A28")]),
        ({"total": "0.3"}, asking(), [("half_steps", "less_total", "A16"), ("parts", "less_total", "")]),
        ({"total": "-1"}, asking(), [("half_steps", "less_total", "A16"), ("less", "less_total", "")]),
        ({"total": "0"}, asking(), [("less", "less_total", "")]),
    ],
)  # fmt: skip
def test_a_reduction_leaves_thresholds_that_can_be_met_together(less: Any, requirements: Any, expected: Any) -> None:
    found = against(reducing(**less), asked=[requirements])
    assert [(reason.code, reason.field, reason.clause) for reason in found] == expected


def test_each_year_is_looked_at_and_named() -> None:
    found = against(reducing(total="95", elective="2"), asked=[asking(2026), asking(2027)])
    assert [reason.message for reason in found if reason.code == "too_much"] == [
        "2026 年度的年度合计最多减免 90。", "2026 年度的选修科目没有这项要求。",
        "2027 年度的年度合计最多减免 90。", "2027 年度的选修科目没有这项要求。",
    ]  # fmt: skip
    assert [reason.message for reason in found if reason.code == "all"] == [
        f"{year} 年度的学时全部减去了，请改选“免修”。" for year in (2026, 2027)
    ]
    (parts,) = against(reducing(total="0.5"), asked=[asking()])
    assert parts.message == "减免后 2026 年度各科目之和多于年度合计，请把合计少减一些，或把科目多减一些。"
    (compulsory,) = against(reducing(total="15", public="15"), asked=[KAIFENG])
    assert compulsory.message == "减免后 2026 年度的必修课多于公需科目，请一并减免必修课。"
    (steps, *_) = against(reducing(total="0.3"))
    assert steps.message == "年度合计的减免学时应不小于 0，以 0.5 为一档。"
    assert against(reducing(total="0"))[0].message == "请填写减免的学时。"


@pytest.mark.parametrize("hours", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_reduces_nothing(hours: str) -> None:
    found = against(reducing(total=hours), asked=[asking()])
    assert [(reason.code, reason.field) for reason in found] == [("half_steps", "less_total"), ("less", "less_total")]


NO_REASON = Refusal("reason", "请写明终止的原因，当事人会看到。", field="reason")
WRONG_YEAR = Refusal("last_year", "请填写仍然有效的最后一个年度，最早填 2025（表示自始不予调整）。", field="last_year")


@pytest.mark.parametrize(
    ("last_year", "reason", "expected"),
    [
        (2025, "原因", []),
        (2026, "字" * 300, []),
        (2027, "原因", []),
        (2024, "原因", [WRONG_YEAR]),
        (2028, "原因", [WRONG_YEAR]),
        (2026, " ", [NO_REASON]),
        (2026, "字" * 301, [Refusal("reason", "原因最多 300 个字。", field="reason")]),
        (2028, "", [WRONG_YEAR, NO_REASON]),
    ],
)
def test_a_grant_ends_within_its_years_and_with_a_reason(last_year: int, reason: str, expected: Any) -> None:
    assert list(rules.reasons_not_to_end(granting(), last_year=last_year, reason=reason)) == expected


def test_care_elsewhere_ends_whenever_it_ends() -> None:
    forever = granting(ELSEWHERE, year_to=None)
    assert list(rules.reasons_not_to_end(forever, last_year=2050, reason="调回")) == []
    assert list(rules.reasons_not_to_end(forever, last_year=2024, reason="调回")) == [WRONG_YEAR]


TODAY = date(2026, 11, 20)
ASKED = Asked(REDUCED, EasingGround.BIRTH, 2026, 2027, Decimal(15), Decimal(30))


@pytest.mark.clause("A18")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"kind": EXEMPT}, []),
        ({"kind": ELSEWHERE}, [Refusal("kind", "请选择全年免修，还是减免一部分学时。", field="kind")]),
        ({"ground": "whim"}, [Refusal("ground", "请选择原因。", field="ground")]),
        ({"year_from": None}, [Refusal("year_from", "请选择起始年度。", field="year_from")]),
        ({"year_from": 2025}, []),
        ({"year_from": 2024},
         [Refusal("too_early", "只能申请 2025 年度及以后的减免，更早的年度已经结束。", field="year_from")]),
        ({"year_to": None}, [Refusal("year_to", "请选择截止年度。", field="year_to")]),
    ],
)  # fmt: skip
def test_what_is_asked_when_somebody_asks_to_owe_less(changes: dict[str, Any], expected: list[Refusal]) -> None:
    assert list(easing.reasons_not_to_ask(replace(ASKED, **changes), today=TODAY)) == expected


def test_what_would_be_granted_follows_from_the_two_subjects() -> None:
    found = easing.wanted(ASKED, document="汴人社〔2026〕1号")
    assert found == Grant(
        REDUCED, 2026, 2027, "产假、哺乳期", "A18", "汴人社〔2026〕1号",
        {"total": Decimal(45), "public": Decimal(15), "professional": Decimal(30)},
    )  # fmt: skip
    assert easing.wanted(replace(ASKED, less_public=Decimal(0)), document="").less == {
        "total": Decimal(30), "professional": Decimal(30),
    }  # fmt: skip
    exempt = easing.wanted(replace(ASKED, kind=EXEMPT, year_from=None, year_to=None), document="")
    assert (exempt.less, exempt.year_from, exempt.year_to) == ({}, 0, 0)
    nothing = replace(ASKED, less_public=Decimal(0), less_professional=Decimal(0))
    assert easing.wanted(nothing, document="").less == {}


def test_a_reason_about_a_total_stands_beside_the_public_hours_of_the_form() -> None:
    reason = Refusal("parts", "合不上。", field="less_total", clause="A1")
    of_a_part, of_a_year = replace(reason, field="less_public_compulsory"), replace(reason, field="year_to")
    assert easing.beside_fields([reason, of_a_part, of_a_year]) == [
        Refusal("parts", "合不上。", field="less_public", clause="A1"),
        of_a_year,
    ]


def test_leaving_is_no_grant_and_words_are_ones_that_can_be_read() -> None:
    assert [reason.code for reason in against(granting(ObligationKind.LEFT))] == ["kind"]
    assert [reason.code for reason in against(granting(reason="病\u200b假"))] == ["reason"]
    assert [reason.message for reason in rules.reasons_not_to_end(granting(), last_year=2026, reason="有\x00误")] == [
        "原因中有无法显示的字符，请重新输入。"
    ]


@pytest.mark.clause("A30")
def test_the_trades_that_begin_after_the_title_are_known_from_their_rules() -> None:
    def rule(trade: str, **said: str) -> DatedRule:
        held = {name: DatedFigure(text, "A30", "verified") for name, text in said.items()}
        return DatedRule(trade, trade, "CN", 2019, None, held, trade=trade)

    book = [rule("会计", starts="year_after_title"), rule("", starts="title_year"), rule("教师", total="90")]
    assert rules.trades_begun_after_title(book) == {"会计"}


def test_where_the_regulation_is_silent_declaring_goes_by_what_is_usual() -> None:
    assert limits_in(asking()) == Limits(year=2026)
    stricter = {
        "ceiling_per_day_act": Setting("refuse", "S4-10", "verified"),
        "back_years": Setting("exception", "S4-10", "verified"),
    }
    assert limits_in(replace(asking(), settings=stricter)) == Limits(year=2026, back_year_clause="S4-10")
    said = {
        "deadline": "2026-12-20", "back_years": "none", "back_years_closed_from": "2027-02-01",
        "ceiling_per_day_act": "show", "authority_clock_start": "declaration",
    }  # fmt: skip
    numbers = figures(
        total="90", public_compulsory="10", elective="6", ceiling_per_day="7", ceiling_person_day="10",
        correction_grace_days="3", review_days_employer="4", review_days_authority="6",
    )  # fmt: skip
    settings = {name: Setting(value, "S4-10", "verified") for name, value in said.items()}
    settings["deadline"] = Setting("2026-12-20", "S2-07", "verified")
    assert limits_in(replace(asking(), figures=numbers, settings=settings, trade="会计")) == Limits(
        per_day=Decimal(7), per_day_clause="S4-02", per_day_refuses=False, person_day=Decimal(10),
        deadline=date(2026, 12, 20), deadline_clause="S2-07", asks_compulsory=True,
        asks_elective=True, trade="会计", compulsory_clause="S4-02",
        back_year_clause="S4-10", has_exception=False, closed_from=date(2027, 2, 1), grace_days=3, employer_days=4,
        authority_days=6, authority_days_clause="S4-02", authority_starts_at_declaration=True, year=2026,
    )  # fmt: skip
