"""Every reason not to hand in a declaration, one at a time, and the figures at their edges."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Move
from credits.enums import DeclarationState as State
from credits.rules import declaring as rules
from credits.rules.claiming import Worked
from credits.rules.conversion import Standard
from credits.rules.declaring import DeclarationFacts, Limits, reasons_not_to_submit
from credits.rules.evidence import OTHER, labels_to_choose, missing_labels, reasons_not_to_add
from credits.rules.typed import narrow, reasons_not_to_read_day, reasons_not_to_read_hours

TODAY = date(2026, 11, 20)
LIMITS = Limits(deadline=date(2026, 12, 31))
COMPLETE = DeclarationFacts(
    state=State.DRAFT,
    activity="training",
    title="骨干教师研修班",
    organiser="河南省教育厅",
    subject="professional",
    started_on=date(2026, 10, 12),
    ended_on=date(2026, 10, 14),
    hours=Decimal("24"),
    was_passed=True,
    payer="unit",
    evidence_count=1,
    reviewer="开封市第一实验中学",
)


# Beside which field each reason stands, and on which clause it rests.
WHERE = {
    "not_approved": ("", ""),
    "no_reviewer": ("", "S1-13"),
    "no_activity": ("activity", ""),
    "no_organiser": ("organiser", ""),
    "no_subject": ("subject", ""),
    "no_public_kind": ("public_kind", "S2-02"),
    "no_start": ("started_on", ""),
    "no_end": ("ended_on", ""),
    "ends_before_start": ("ended_on", ""),
    "no_hours": ("hours_claimed", ""),
    "no_result": ("was_passed", "S2-13"),
    "not_passed": ("was_passed", "S2-13"),
    "no_payer": ("payer", "S4-18"),
    "no_evidence": ("files", "default"),
    "no_own_evidence": ("files", "S0-19"),
    "declared_before": ("title", "A29"),
    "artefact_before": ("title", "A29"),
    "not_promised": ("promise", "S4-16"),
}


def codes(today: date = TODAY, limits: Limits | None = LIMITS, **changes: Any) -> list[str]:
    found = list(reasons_not_to_submit(replace(COMPLETE, **changes), today=today, limits=limits))
    for reason in found:
        assert (reason.field, reason.clause) == WHERE.get(reason.code, (reason.field, reason.clause)), reason.code
    return [reason.code for reason in found]


def test_what_is_complete_can_be_handed_in() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_approved": False}, "not_approved"),
        ({"reviewer": ""}, "no_reviewer"),
        ({"activity": ""}, "no_activity"),
        ({"title": ""}, "no_title"),
        ({"title": "长" * 121}, "too_long"),
        ({"title": "坏\u202e字"}, "strange_character"),
        ({"organiser": ""}, "no_organiser"),
        ({"organiser": "教育\u0000厅"}, "strange_character"),
        ({"certificate_no": "9" * 61}, "too_long"),
        ({"remark": "字" * 301}, "too_long"),
        ({"subject": ""}, "no_subject"),
        ({"started_on": None}, "no_start"),
        ({"ended_on": None}, "no_end"),
        ({"ended_on": date(2026, 10, 11)}, "ends_before_start"),
        ({"ended_on": date(2026, 11, 21)}, "not_over"),
        ({"started_on": date(1999, 12, 31)}, "day_too_early"),
        ({"hours": None}, "no_hours"),
        ({"hours": Decimal("24.5")}, "over_ceiling"),
        ({"hours": Decimal("0")}, "hours_not_positive"),
        ({"hours": Decimal("-8")}, "hours_not_positive"),
        ({"hours": Decimal("8.3")}, "hours_step"),
        ({"hours": Decimal("NaN")}, "hours_not_positive"),
        ({"was_passed": None}, "no_result"),
        ({"was_passed": False}, "not_passed"),
        ({"payer": ""}, "no_payer"),
        ({"evidence_count": 0}, "no_evidence"),
        ({"twins": ("《同名》（已通过）",)}, "declared_before"),
        ({"is_promised": False}, "not_promised"),
        ({"artefact_twins": ("《论文》（2025 年度，已通过）",)}, "artefact_before"),
        ({"asks": ("rank",)}, "no_detail"),
        ({"details": {"shoe": 43}}, "detail_unknown"),
    ],
)
def test_each_thing_missing_or_wrong_is_told(changes: dict[str, Any], code: str) -> None:
    assert code in codes(**changes)


def test_what_has_no_meaning_for_an_activity_is_not_asked() -> None:
    left_out = {"started_on": None, "was_passed": None, "payer": ""}
    assert codes(**left_out) == ["no_start", "no_result", "no_payer"]
    assert codes(**left_out, leaves_out=tuple(left_out)) == []


def test_what_is_missing_is_called_as_the_activity_calls_it() -> None:
    empty = replace(
        COMPLETE, title="", organiser="", ended_on=None, labels={"title": "论文题目", "ended_on": "发表日期"}
    )
    said = [reason.message for reason in reasons_not_to_submit(empty, today=TODAY, limits=LIMITS)]
    assert said == ["请填写论文题目。", "请填写主办单位。", "请填写发表日期。"]
    labels = {"organiser": "刊物", "started_on": "立项日期"}
    empty = replace(COMPLETE, organiser="", started_on=None, labels=labels)
    said = [reason.message for reason in reasons_not_to_submit(empty, today=TODAY, limits=LIMITS)]
    assert said == ["请填写刊物。", "请填写立项日期。"]


def test_what_ones_unit_asks_beside_must_be_there() -> None:
    worked = Worked(standard=Standard("某单位", TODAY, evidence=("学习心得", "签到表")))
    assert codes(worked=worked, evidence_labels=("签到表",)) == ["no_own_evidence"]
    assert codes(worked=worked, evidence_labels=("签到表", "学习心得")) == []
    assert codes(worked=worked, evidence_count=0) == ["no_evidence"]


def test_the_same_declaration_is_told_once() -> None:
    assert codes(twins=("《论文》",), artefact_twins=("《论文》",)) == ["declared_before"]


def test_all_that_is_missing_is_told_at_once_in_the_order_of_the_page() -> None:
    empty = DeclarationFacts(state=State.DRAFT, reviewer="某单位", is_promised=False)
    found = [reason.field for reason in reasons_not_to_submit(empty, today=TODAY, limits=LIMITS)]
    assert found == [
        "activity", "title", "organiser", "subject", "started_on", "ended_on", "hours_claimed",
        "was_passed", "payer", "files", "promise",
    ]  # fmt: skip


def test_the_kind_is_asked_only_of_public_subjects_and_only_where_the_place_asks() -> None:
    kaifeng = replace(LIMITS, asks_compulsory=True, compulsory_clause="S2-02")
    assert codes(limits=kaifeng) == []
    assert codes(limits=kaifeng, subject="public") == ["no_public_kind"]
    assert codes(limits=kaifeng, subject="public", public_kind="compulsory") == []
    assert codes(subject="public") == []


def test_a_year_without_rule_cannot_be_declared() -> None:
    assert codes(limits=None) == ["no_rule"]


def test_hours_that_are_not_attended_have_no_ceiling_by_days() -> None:
    assert codes(is_attended=False, hours=Decimal(90)) == []
    assert codes(is_attended=False, hours=Decimal("90.5")) == ["hours_too_many"]


@pytest.mark.parametrize(("days", "most"), [(1, "8"), (2, "16"), (5, "40"), (11, "88")])
def test_the_ceiling_is_eight_a_day_of_the_span(days: int, most: str) -> None:
    end = COMPLETE.started_on + timedelta(days=days - 1)  # type: ignore[operator]
    assert codes(ended_on=end, hours=Decimal(most)) == []
    assert codes(ended_on=end, hours=Decimal(most) + Decimal("0.5")) == ["over_ceiling"]


def test_the_last_day_of_the_year_is_in_time_and_the_first_of_the_next_is_not() -> None:
    whole = {"started_on": date(2026, 12, 30), "ended_on": date(2026, 12, 31), "hours": Decimal(16)}
    assert codes(today=date(2026, 12, 31), **whole) == []
    assert codes(today=date(2027, 1, 1), **whole) == ["year_closed"]


def test_a_deadline_within_the_year_holds() -> None:
    early = replace(LIMITS, deadline=date(2026, 11, 19), deadline_clause="X")
    reasons = list(reasons_not_to_submit(COMPLETE, today=TODAY, limits=early))
    assert [(reason.code, reason.clause) for reason in reasons] == [("deadline_passed", "X")]
    assert codes(today=date(2026, 11, 19), limits=early) == []


def test_a_closed_year_names_the_way_for_special_reasons_only_where_there_is_one() -> None:
    old = {"started_on": date(2025, 3, 1), "ended_on": date(2025, 3, 3)}
    limits = replace(LIMITS, deadline=date(2025, 12, 31))
    (henan,) = reasons_not_to_submit(replace(COMPLETE, **old), today=TODAY, limits=limits)
    assert henan.code == "year_closed"
    assert "特殊原因" in henan.message
    kaifeng = replace(limits, back_year_clause="S2-08", has_exception=False)
    (reason,) = reasons_not_to_submit(replace(COMPLETE, **old), today=TODAY, limits=kaifeng)
    assert "特殊原因" not in reason.message
    assert reason.clause == "S2-08"


def test_a_draft_may_be_empty_but_never_impossible() -> None:
    empty = DeclarationFacts(state=State.DRAFT)
    assert list(rules.reasons_not_to_keep(empty)) == []
    backwards = replace(empty, started_on=date(2026, 5, 2), ended_on=date(2026, 5, 1))
    assert [reason.code for reason in rules.reasons_not_to_keep(backwards)] == ["ends_before_start"]


def test_the_table_of_moves_is_the_whole_story() -> None:
    for state in State:
        for move in Move:
            is_refused = any(rules.reasons_not_to_move(state, move))
            assert is_refused is ((state, move) not in rules.MOVES)
    assert {state for state, move in rules.MOVES if move == Move.SUBMIT} == rules.EDITABLE
    assert {state for state, move in rules.MOVES if move == Move.RETURN} == rules.UNDER_REVIEW


def test_it_is_taken_back_only_before_the_first_decision() -> None:
    def may(state: State, was_decided: bool) -> bool:
        return not any(rules.reasons_not_to_withdraw(state, was_decided=was_decided))

    assert may(State.AT_EMPLOYER, False)
    assert may(State.DRAFT, False)
    assert may(State.RETURNED, True)
    assert may(State.AT_AUTHORITY, False)
    assert not may(State.AT_AUTHORITY, True)
    assert not any(may(state, False) for state in (State.APPROVED, State.REJECTED, State.WITHDRAWN, State.REVERSED))


@pytest.mark.parametrize(
    ("hours", "code"),
    [("0", "hours_not_positive"), ("24.5", "more_than_claimed"), ("7.9", "hours_step"), ("NaN", "hours_not_positive")],
)
def test_a_reviewer_recognises_at_most_what_is_claimed(hours: str, code: str) -> None:
    found = list(rules.reasons_not_to_recognise(Decimal(hours), claimed=Decimal(24)))
    assert (code, "hours") in [(reason.code, reason.field) for reason in found]
    for enough in ("23.5", "24"):
        assert not any(rules.reasons_not_to_recognise(Decimal(enough), claimed=Decimal(24)))


def test_a_training_over_new_year_is_explained() -> None:
    assert rules.year_note(date(2025, 12, 30), date(2026, 1, 3)) == "这次学习跨年，按结束日期计入 2026 年度。"
    assert rules.year_note(date(2026, 1, 1), date(2026, 1, 3)) == ""
    assert rules.year_note(None, date(2026, 1, 3)) == ""


HOURS_REFUSED = [
    "-1", "0", "0.0", "0.4", "8.05", "NaN", "Infinity", "-Infinity", "1e1", "1e400", "true", "[8]", '{"a":1}',
    "٨", "८", "８", "9" * 5000, "90.5", "91", "8,5", "8.", ".5", "+8", "0x8", "8_0", "8 学时", "八", "8\n", "8\t",
    "８.５０１",
]  # fmt: skip


@pytest.mark.parametrize("text", HOURS_REFUSED)
def test_no_other_way_of_writing_hours_is_read(text: str) -> None:
    assert reasons_not_to_read_hours(text)


@pytest.mark.parametrize(
    ("text", "hours"), [("8", "8"), ("0.5", "0.5"), ("８．５", "8.5"), (" 24.0 ", "24"), ("90", "90")]
)
def test_hours_are_read_as_they_are_meant(text: str, hours: str) -> None:
    assert reasons_not_to_read_hours(narrow(text)) == []
    assert Decimal(narrow(text)) == Decimal(hours)


DAYS_REFUSED = [
    "2025-02-30", "2025-W01-1", "20251231", "2025-1-1", "0001-01-01", "1999-12-31", "２０２５-01-01", "٢٠٢٥-01-01",
    "2025/01/01", "2025-12-31T16:00:00Z", "2025-12-31 ", "2025-12-31\n", "2025-13-01", "today", "99999-01-01",
]  # fmt: skip


@pytest.mark.parametrize("text", DAYS_REFUSED)
def test_no_other_way_of_writing_a_day_is_read(text: str) -> None:
    assert reasons_not_to_read_day(text, field="ended_on")


def test_a_day_is_read_as_browsers_send_it() -> None:
    assert reasons_not_to_read_day("2026-02-28", field="ended_on") == []


@given(st.text(max_size=12))
def test_what_is_read_as_hours_is_hours(text: str) -> None:
    if not reasons_not_to_read_hours(text):
        hours = Decimal(text)
        assert 0 < hours <= 90
        assert hours * 2 == int(hours * 2)
        assert text.isascii()


@given(st.text(max_size=12))
def test_what_is_read_as_a_day_is_that_day(text: str) -> None:
    if not reasons_not_to_read_day(text, field="x"):
        assert date.fromisoformat(text).isoformat() == text


def test_evidence_that_is_asked_for_and_missing_is_named() -> None:
    assert missing_labels(["培训通知", "结业证书"], ["结业证书", "其他材料"]) == ["培训通知"]
    assert labels_to_choose(["成绩单"]) == ["成绩单", OTHER]
    assert labels_to_choose([OTHER]) == [OTHER]


def test_a_file_has_a_known_label_and_there_are_at_most_twenty() -> None:
    assert not list(reasons_not_to_add("成绩单", asked=["成绩单"], count=19))
    assert [(r.code, r.field) for r in reasons_not_to_add("别的", asked=["成绩单"], count=20)] == [
        ("label_unknown", "label"),
        ("too_many_files", "files"),
    ]


@pytest.mark.parametrize("state", list(State))
def test_only_a_draft_and_what_was_returned_can_be_edited(state: State) -> None:
    found = [reason.code for reason in rules.reasons_not_to_edit(state)]
    assert found == ([] if state in {State.DRAFT, State.RETURNED} else ["not_editable"])
