"""When a year can be declared: to its deadline, after it for whom was let in; what a grant must say; when it closes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.working_days import WorkCalendar
from credits.rules import exceptions, window
from credits.rules.closing import closes_on, deadline_of
from credits.rules.exceptions import ClosedYear
from credits.rules.requirements import Figure, Requirements, Setting
from credits.rules.window import Opening, YearLimits, reasons_of_another_year, reasons_of_the_time

DEADLINE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)
HENAN = YearLimits(deadline=DEADLINE, year=2026)
KAIFENG = YearLimits(deadline=DEADLINE, back_year_clause="S2-08", has_exception=False)
END = date(2026, 3, 9)


def against(
    today: date, limits: YearLimits | None = HENAN, opening: Opening = window.CLOSED, end: date = END
) -> list[Refusal]:
    return list(reasons_of_the_time(end, today=today, limits=limits, opening=opening))


SHUT = "学习于 2026年3月9日结束，属于 2026 年度。2026 年度的申报已于 2026年12月31日截止，"
CLOSED = Refusal("year_closed", f"{SHUT}原则上不再补报。如属特殊原因，可以申请补报。", field="ended_on", clause="S0-14")


@pytest.mark.clause("S0-12", "S0-14", "A8", "A9")
def test_the_last_day_is_in_time_and_the_next_is_not() -> None:
    assert against(END) == []
    assert against(DEADLINE) == []
    assert against(NEW_YEAR) == [CLOSED]
    not_over = Refusal("not_over", "结束日期还没有到。学完并考核合格后再提交。", field="ended_on", clause="S2-13")
    assert against(date(2026, 3, 8)) == [not_over]


@pytest.mark.clause("S4-10")
def test_a_deadline_within_the_year_shuts_it_for_the_rest_of_it() -> None:
    early = YearLimits(deadline=date(2026, 11, 30), deadline_clause="X")
    message = "2026 年度的申报已于 2026年11月30日截止。如属特殊原因，可以申请补报。"
    assert against(date(2026, 11, 30), early) == []
    assert against(date(2026, 12, 1), early) == [Refusal("deadline_passed", message, field="ended_on", clause="X")]
    assert [reason.code for reason in against(NEW_YEAR, early)] == ["year_closed"]


@pytest.mark.clause("S2-08", "A20")
def test_where_there_is_no_way_back_none_is_named() -> None:
    (reason,) = against(NEW_YEAR, KAIFENG)
    assert reason == Refusal(
        "year_closed", f"{SHUT}原则上不再补报。您所在的地方不再开通补报。", field="ended_on", clause="S2-08"
    )


def test_a_year_without_rule_is_closed_like_any_other_and_before_that_has_no_rule() -> None:
    no_rule = Refusal("no_rule", "2026 年度还没有学时规定，暂不能申报。", field="ended_on")
    assert against(DEADLINE, None) == [no_rule]
    assert against(NEW_YEAR, None) == [CLOSED]


@pytest.mark.clause("S0-14")
@pytest.mark.parametrize(
    ("closed_from", "last"),
    [
        (None, DEADLINE),
        (date(2026, 6, 1), DEADLINE),
        (DEADLINE, DEADLINE),
        (NEW_YEAR, DEADLINE),
        (date(2027, 1, 2), NEW_YEAR),
        (date(2027, 7, 1), date(2027, 6, 30)),
    ],
)
def test_former_years_stay_open_until_the_day_they_are_shut(closed_from: date | None, last: date) -> None:
    limits = replace(HENAN, closed_from=closed_from)
    assert window.last_day(2026, limits) == last
    assert window.is_open(2026, today=last, limits=limits)
    assert not window.is_open(2026, today=date.fromordinal(last.toordinal() + 1), limits=limits)
    assert window.last_day(2026, None) == window.last_day(2026, YearLimits()) == DEADLINE


@pytest.mark.clause("A6", "A8")
@pytest.mark.parametrize("field", ["excused_until", "correct_until"])
def test_who_was_let_in_may_declare_to_the_last_day_of_it(field: str) -> None:
    opening = Opening(**{field: date(2027, 1, 8)})
    assert against(date(2027, 1, 8), opening=opening) == []
    (reason,) = against(date(2027, 1, 9), opening=opening)
    also = "补正的期限也已于 2027年1月8日截止，" if field == "correct_until" else ""
    assert reason.message == f"{SHUT}{also}原则上不再补报。如属特殊原因，可以申请补报。"
    assert window.last_day_for(2026, HENAN, Opening(excused_until=date(2026, 5, 1))) == DEADLINE


@pytest.mark.clause("A7")
def test_what_is_declared_for_a_year_has_ended_in_it() -> None:
    message = (
        "您填报的是 2026 年度，结束日期却在 2025 年。学时计入结束日期所在的年度："
        "请核对日期，或另填一份 2025 年度的申报。"
    )
    other = Refusal("other_year", message, field="ended_on", clause="A7")
    assert list(reasons_of_another_year(date(2025, 12, 31), 2026)) == [other]
    assert list(reasons_of_another_year(date(2026, 1, 1), 2026)) == []
    assert list(reasons_of_another_year(None, 2026)) == list(reasons_of_another_year(date(2025, 1, 1), None)) == []


@pytest.mark.parametrize(
    ("today", "opening", "words"),
    [
        (DEADLINE, window.CLOSED, "2026 年度的学习和申报都在 2026年12月31日前完成。"),
        (NEW_YEAR, window.CLOSED, "2026 年度的申报已于 2026年12月31日截止。"),
        (NEW_YEAR, Opening(correct_until=date(2027, 1, 8)),
         "2026 年度已截止；这项申报是按时提交后退回的，可在 2027年1月8日前补正后重新提交。"),
        (date(2027, 1, 8), Opening(excused_until=date(2027, 1, 8), document_no="汴人社〔2027〕1号"),
         "2026 年度已截止；已批准您补报（汴人社〔2027〕1号），可在 2027年1月8日前提交。"),
        (date(2027, 1, 9), Opening(excused_until=date(2027, 1, 8)), "2026 年度的申报已于 2026年12月31日截止。"),
        (DEADLINE, Opening(excused_until=DEADLINE, correct_until=DEADLINE),
         "2026 年度的学习和申报都在 2026年12月31日前完成。"),
    ],
)  # fmt: skip
def test_until_when_is_said_in_a_sentence(today: date, opening: Opening, words: str) -> None:
    assert window.in_words(2026, today=today, limits=HENAN, opening=opening) == words


@pytest.mark.parametrize(
    ("today", "opening", "words"),
    [
        (date(2026, 11, 30), window.CLOSED, "2026 年度的学习和申报都在 2026年11月30日前完成。"),
        (date(2026, 12, 1), window.CLOSED, "2026 年度的申报已于 2026年11月30日截止。"),
        (date(2026, 12, 1), Opening(correct_until=date(2026, 12, 10)),
         "2026 年度已截止；这项申报是按时提交后退回的，可在 2026年12月10日前补正后重新提交。"),
        (date(2026, 12, 1), Opening(excused_until=date(2026, 12, 10), document_no="1号"),
         "2026 年度已截止；已批准您补报（1号），可在 2026年12月10日前提交。"),
    ],
)  # fmt: skip
def test_a_deadline_before_the_end_of_the_year_is_the_one_that_is_told(
    today: date, opening: Opening, words: str
) -> None:
    early = YearLimits(deadline=date(2026, 11, 30))
    assert window.in_words(2026, today=today, limits=early, opening=opening) == words


def test_without_a_rule_the_years_end_is_told() -> None:
    assert window.in_words(2026, today=END, limits=None) == "2026 年度的学习和申报都在 2026年12月31日前完成。"
    assert window.in_words(2026, today=NEW_YEAR, limits=None) == "2026 年度的申报已于 2026年12月31日截止。"
    let_in = Opening(correct_until=date(2027, 1, 8))
    assert "补正" in window.in_words(2026, today=NEW_YEAR, limits=None, opening=let_in)
    let_in = Opening(excused_until=date(2027, 1, 8))
    assert "补报" in window.in_words(2026, today=NEW_YEAR, limits=None, opening=let_in)


TODAY = date(2027, 3, 1)


def asked_for(*years: int, known: Any = None, excused: Any = None) -> list[Refusal]:
    limits = {2025: replace(HENAN, deadline=date(2025, 12, 31)), 2026: HENAN, 2027: YearLimits()} | (known or {})
    return list(exceptions.reasons_not_to_ask_for(years, today=TODAY, known=limits, excused=excused or {}))


@pytest.mark.clause("S0-14", "S2-08", "A8", "A20")
def test_an_exception_is_asked_for_years_that_are_closed_and_have_one() -> None:
    assert asked_for(2026) == asked_for(2025, 2026) == []
    assert asked_for() == [Refusal("no_year", "请选择要补报的年度。", field="years")]
    open_year = "2027 年度可以申报到 2027年12月31日，直接申报就可以，不用申请补报。"
    assert asked_for(2027) == [Refusal("year_open", open_year, field="years")]
    no_rule = Refusal("no_rule", "2011 年度没有学时规定，不需要补报。", field="years")
    assert asked_for(2011) == [no_rule]
    assert asked_for(2026, known={2026: None}) == [Refusal("no_rule", "2026 年度没有学时规定，不需要补报。", "years")]
    shut = "2026 年度不能补报：按您所在地方的规定，补报（补录）通道不再开通。"
    assert asked_for(2026, known={2026: KAIFENG}) == [Refusal("no_exception", shut, field="years", clause="S2-08")]
    again = "2026 年度已经批准您补报，可在 2027年6月1日前申报。"
    assert asked_for(2026, excused={2026: date(2027, 6, 1)}) == [Refusal("excused_already", again, field="years")]
    assert [reason.code for reason in asked_for(2027, 2011)] == ["no_rule", "year_open"]


def test_closed_years_are_shown_latest_first_with_what_stands_against_each() -> None:
    known = {2025: HENAN, 2026: KAIFENG, 2027: YearLimits(), 2024: None}
    until = date(2027, 6, 1)
    found = exceptions.back_years(known, today=TODAY, excused={2025: until})
    assert [(one.year, [reason.code for reason in one.reasons]) for one in found] == [
        (2026, ["no_exception"]), (2025, ["excused_already"]), (2024, ["no_rule"]),
    ]  # fmt: skip
    assert found[0] == ClosedYear(2026, DEADLINE, "S2-08", found[0].reasons, None)
    assert (found[1].clause, found[1].excused_until) == ("S0-14", until)
    assert (found[2].clause, found[2].closed_on) == ("", date(2024, 12, 31))


@pytest.mark.parametrize(
    ("document", "until", "expected"),
    [
        ("汴人社〔2027〕1号", date(2027, 3, 1), []),
        ("汴人社〔2027〕1号", date(2028, 3, 1), []),
        ("汴人社〔2027〕1号", None, [("no_last_day", "请填写补报截止的日期。", "valid_until")]),
        (
            "汴人社〔2027〕1号",
            date(2027, 2, 28),
            [("past_last_day", "补报截止的日期已经过去，请核对。", "valid_until")],
        ),
        (
            "汴人社〔2027〕1号",
            date(2028, 3, 2),
            [("far_last_day", "补报最多可以开放一年，请核对日期。", "valid_until")],
        ),
        ("", date(2027, 3, 1), [("blank", "请填写批准文号。", "document_no")]),
        ("号" * 80, date(2027, 3, 1), []),
        ("号" * 81, date(2027, 3, 1), [("too_long", "批准文号最多 80 个字，现在有 81 个字。", "document_no")]),
    ],
)
def test_a_grant_names_its_paper_and_its_last_day(document: str, until: date | None, expected: Any) -> None:
    found = exceptions.reasons_not_to_grant(document, until, today=TODAY)
    assert [(reason.code, reason.message, reason.field) for reason in found] == expected


def test_years_are_told_in_order() -> None:
    assert exceptions.years_in_words({2024, 2023}) == "2023、2024 年度"


def asking(**said: str) -> Requirements:
    figures = {name: Figure(Decimal(value), "S4-17", "verified") for name, value in said.items() if name != "deadline"}
    settings = {"deadline": Setting(said["deadline"], "S4-10", "verified")} if "deadline" in said else {}
    return Requirements("c", "n", "d", "学时", 2026, "410000", "中级", "", figures, settings)


@pytest.mark.clause("A3", "A5", "A6")
@pytest.mark.parametrize(
    ("requirements", "closes"),
    [
        (None, "2027-01-14"),  # ten working days, Monday to Friday, after 31 December, a Thursday
        (asking(), "2027-01-14"),
        (asking(review_days_employer="5", review_days_authority="5"), "2027-01-14"),
        (asking(review_days_employer="1", review_days_authority="2"), "2027-01-05"),
        (asking(correction_grace_days="5"), "2027-01-21"),
        (asking(deadline="2026-11-30"), "2026-12-14"),
    ],
)
def test_a_year_stands_once_both_reviews_of_its_last_day_are_due(requirements: Any, closes: str) -> None:
    assert closes_on(2026, requirements, WorkCalendar()) == date.fromisoformat(closes)
    asked_until = "2026-11-30" if requirements and "deadline" in requirements.settings else "2026-12-31"
    assert deadline_of(2026, requirements) == date.fromisoformat(asked_until)
