"""When hours are doubted: too much on one day, two things at once, the same thing under another name."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.rules import plausibility as rules
from credits.rules.plausibility import Known, Sitting, Standing
from credits.rules.window import YearLimits

DAY = date(2026, 3, 9)


def training(number: int = 1, days: tuple[int, int] = (0, 0), hours: str = "8", **changes: Any) -> Standing:
    start, end = (DAY + timedelta(days=n) for n in days)
    said = {"source": "平台甲", "door": "platform", "title": "网络安全基础知识", "activity_key": str(number),
            "course_key": ""} | changes  # fmt: skip
    return Standing(number=number, span=(start, end), hours=Decimal(hours), **said)


def sitting(start: int, end: int) -> Sitting:
    """In minutes after nine."""
    nine = datetime(2026, 3, 9, 1, tzinfo=UTC)
    return nine + timedelta(minutes=start), nine + timedelta(minutes=end)


def told(one: Standing, known: Known, *, sittings: Any = (), per_day: str = "12") -> list[Refusal]:
    return list(rules.reasons_of_what_is_known(one, sittings, known, per_day=Decimal(per_day)))


def place_and_year(**changes: Any) -> list[Refusal]:
    said = {"is_recognised": True, "limits": YearLimits(), "ended_on": DAY, "today": DAY, "subject": "公需科目",
            "place": "开封市"} | changes  # fmt: skip
    return list(rules.reasons_of_place_and_year(**said))


def test_a_record_of_a_recognised_institution_in_its_year_is_not_doubted() -> None:
    assert place_and_year() == []
    assert place_and_year(ended_on=date(2026, 1, 1), today=date(2026, 12, 31)) == []


@pytest.mark.clause("S4-09", "A12", "S0-14")
def test_an_unrecognised_institution_a_year_without_rule_and_a_closed_year_wait_for_the_bureau() -> None:
    unknown = Refusal(
        "not_recognised", "报送单位未列入 2026 年度开封市公需科目的认定名单，待人社部门核实。", "/subject", "S4-09"
    )
    no_rule = Refusal("no_rule", "2026 年度没有学时规定，待人社部门核实。", "/completed_on")
    closed = Refusal("year_closed", "2025 年度已结束，原则上不再补报，待人社部门核实。", "/completed_on", "S0-14")
    assert place_and_year(is_recognised=False) == [unknown]
    assert place_and_year(limits=None) == [no_rule]
    (absent,) = place_and_year(is_recognised=False, why_absent="自2026年9月1日起被取消资格，原因：教学管理混乱")
    assert (absent.code, "教学管理混乱" in absent.message, absent.clause) == ("not_recognised", True, "A27")
    assert place_and_year(ended_on=date(2025, 12, 31), today=date(2026, 1, 1)) == [closed]
    assert place_and_year(is_recognised=False, limits=None) == [unknown, no_rule]


def test_what_the_place_and_the_bureau_open_is_not_doubted() -> None:
    closed, january = date(2025, 12, 31), date(2026, 1, 31)
    until_january = YearLimits(deadline=january)
    assert place_and_year(ended_on=closed, today=january, limits=until_january) == []
    assert [each.code for each in place_and_year(ended_on=closed, today=date(2026, 2, 1), limits=until_january)] == [
        "year_closed"
    ]
    assert place_and_year(ended_on=closed, today=date(2026, 2, 1), is_excused=True) == []
    assert (
        place_and_year(ended_on=closed, today=january, limits=YearLimits(back_year_clause="S2-08"))[0].clause == "S2-08"
    )


def test_what_ended_after_the_last_day_to_learn_is_doubted() -> None:
    limits = YearLimits(deadline=date(2026, 11, 30), deadline_clause="S4-10")
    assert place_and_year(ended_on=date(2026, 11, 30), today=date(2026, 12, 5), limits=limits) == []
    late = place_and_year(ended_on=date(2026, 12, 1), today=date(2026, 12, 5), limits=limits)
    assert [(each.code, each.clause) for each in late] == [("deadline_passed", "S4-10")]


OVER = Refusal("over_person_day", "同一天各来源合计超过 12 学时，待人社部门核实。", "/hours")


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (("12", (0, 0)), [], []),
        (("12.5", (0, 0)), [], [OVER]),
        (("8", (0, 0)), [("4", (0, 0))], []),
        (("8", (0, 0)), [("4.5", (0, 0))], [OVER]),
        (("8", (0, 0)), [("8", (1, 1))], []),
        (("8", (0, 0)), [("8", (-1, -1))], []),
        (("16", (0, 1)), [("8", (1, 2))], []),  # 8 and 4 on the second day
        (("16", (0, 1)), [("8.5", (1, 2))], [OVER]),
        (("16", (0, 1)), [("4", (0, 0)), ("4", (1, 1))], []),  # one after the other, never both
        (("16", (0, 1)), [("4", (1, 1)), ("0.5", (1, 1))], [OVER]),
    ],
)
def test_more_than_twelve_hours_on_a_day_are_doubted(own: Any, others: Any, expected: list[Refusal]) -> None:
    known = Known()
    for number, (hours, days) in enumerate(others, start=2):
        known.add(training(number, days, hours))
    assert told(training(1, own[1], own[0]), known) == expected


def test_the_ceiling_of_a_day_is_the_rule_sets() -> None:
    (refusal,) = told(training(hours="8.5"), Known(), per_day="8.0")
    assert refusal.message == "同一天各来源合计超过 8 学时，待人社部门核实。"


def test_hours_are_spread_evenly_over_the_days_they_took() -> None:
    assert rules.heaviest_day(training(days=(0, 2), hours="10"), []) == Fraction(10, 3)
    others = [training(2, (-1, 1), "6"), training(3, (2, 9), "8"), training(4, (5, 6), "99")]
    assert rules.heaviest_day(training(days=(0, 2), hours="9"), others) == 5


def seen(one: Standing, *others: Standing, per_day: str = "12") -> list[str]:
    return [reason.message for reason in rules.reasons_to_look_at_the_day(one, others, per_day=Decimal(per_day))]


def test_reviewers_are_shown_what_else_was_learned_on_too_full_a_day() -> None:
    one = training(hours="8")
    assert seen(one, training(hours="4.5", title="甲"), training(days=(1, 1), hours="20", title="次日")) == [
        "同一天还有“甲”（4.5 学时），合计最多一天 12.5 学时，超过每人每天 12 学时，请核对日期和学时。"
    ]
    assert seen(one, training(hours="4", title="甲")) == []
    assert seen(one, training(hours="4", title="甲"), per_day="11.5") != []
    assert seen(training(hours="13")) == []
    assert seen(training(hours="13"), training(days=(-1, -1), hours="1")) == []


def test_of_many_on_one_day_three_are_named_and_a_sum_is_rounded_up() -> None:
    others = [training(days=(-1, 1), hours="5", title=title) for title in "甲乙丙丁"]
    (message,) = seen(training(hours="6"), *others)
    assert "“丙”（5 学时）等 4 项，合计最多一天 12.7 学时" in message
    assert "丁" not in message
    (message,) = seen(training(hours="6"), *others[:3], per_day="10")
    assert "“丙”（5 学时），合计最多一天 11 学时" in message


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ([(0, 60)], [], False),
        ([(0, 60), (60, 90)], [], False),
        ([(0, 60), (59, 90)], [], True),
        ([(30, 90), (0, 31)], [], True),
        ([(0, 60)], [(60, 90)], False),
        ([(60, 90)], [(0, 60)], False),
        ([(0, 61)], [(60, 90)], True),
        ([(10, 20)], [(0, 60)], True),
        ([(0, 60)], [(10, 20)], True),
        ([(0, 10), (50, 60)], [(10, 50)], False),
        ([(0, 10), (49, 60)], [(10, 50)], True),
        ([(61, 70)], [(0, 60), (80, 90)], False),
        ([(61, 81)], [(0, 60), (80, 90)], True),
    ],
)
def test_nobody_sits_in_two_places_at_once(own: Any, others: Any, expected: bool) -> None:
    known = Known()
    known.sit(sitting(*each) for each in others)
    assert rules.do_overlap([sitting(*each) for each in own], known.sittings) is expected
    found = told(training(hours="1"), known, sittings=[sitting(*each) for each in own])
    refusal = Refusal("sessions_overlap", "学习时段与另一段学习重叠，待人社部门核实。", "/sessions")
    assert found == ([refusal] if expected else [])


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ([(0, 60)], [(55, 90)], False),
        ([(0, 60)], [(54, 90)], True),
        ([(0, 60)], [(0, 3), (57, 90)], True),
        ([(0, 60)], [(0, 3), (58, 90)], False),
        ([(0, 60), (55, 90)], [], False),
        ([(0, 60), (50, 55)], [], False),
        ([(0, 60), (50, 56)], [], True),
    ],
)
def test_clocks_of_two_platforms_may_differ_by_what_the_rule_set_allows(own: Any, others: Any, expected: bool) -> None:
    known, five = Known(), timedelta(minutes=5)
    known.sit(sitting(*each) for each in others)
    assert rules.do_overlap([sitting(*each) for each in own], known.sittings, five) is expected


def test_hours_sat_are_kept_as_stretches_in_order() -> None:
    known = Known()
    known.sit([sitting(60, 90), sitting(0, 30)])
    assert known.sittings == [sitting(0, 30), sitting(60, 90)]
    known.add(training(), [sitting(30, 45), sitting(100, 110), sitting(10, 20)])
    assert known.sittings == [sitting(0, 45), sitting(60, 90), sitting(100, 110)]
    known.sit([sitting(44, 61)])
    assert known.sittings == [sitting(0, 90), sitting(100, 110)]
    assert [one.number for one in known.trainings] == [1]


@pytest.mark.clause("A13")
def test_the_same_training_from_two_sources_is_doubted_once() -> None:
    known = Known()
    for number in (2, 3):
        known.add(training(number, hours="1", source="平台乙", title="网络安全 基础知识（上）"))
    message = "与已计入的“网络安全 基础知识（上）”名称相近、时间重叠，可能是同一次学习，待人社部门核实。"
    assert told(training(hours="1"), known) == [Refusal("fuzzy_twin", message, "/title", "A13")]
    assert told(training(hours="1", source="平台乙"), known) == []
    assert told(training(hours="1", title="应急管理"), known) == []


@pytest.mark.parametrize(
    ("days", "others", "expected"),
    [((0, 2), (2, 3), True), ((0, 2), (3, 3), False), ((2, 3), (0, 2), True), ((3, 3), (0, 2), False)],
)
def test_a_twin_lies_on_the_same_days(days: Any, others: Any, expected: bool) -> None:
    assert rules.is_fuzzy_twin(training(1, days), training(2, others)) is expected


def test_a_twin_belongs_to_the_same_year() -> None:
    new_year = (date(2026, 1, 1) - DAY).days
    assert not rules.is_fuzzy_twin(training(1, (new_year - 2, new_year - 1)), training(2, (new_year - 2, new_year)))
    assert rules.is_fuzzy_twin(training(1, (new_year - 2, new_year)), training(2, (new_year - 2, new_year)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("网络安全", "网络安全", True),
        ("ＡＢＣ 网络、安全", "abc网络安全", True),
        ("网络安全第一讲", "网络安全第二讲", False),
        ("2025 年公需科目", "2026 年公需科目", False),
        ("新一代信息技术", "新一代信息技术与应用专题培训班", True),
        ("新一代信息技术与应用专题培训班", "新一代信息技术", True),
        ("医学伦理课", "全科医师医学伦理课专题研修讲座", False),  # five characters within another are no proof
        ("医学伦理专题", "全科医师医学伦理专题研修讲座培训", True),  # six are
        ("河南省中小学教师信息素养培训", "河南省中小学教师信息素质培训", True),
        ("乡村振兴", "应急管理", False),
        ("甲乙丙丁戊己庚辛壬癸", "癸壬辛庚己戊丁丙乙甲", False),
        ("", "", True),
    ],
)
def test_titles_that_are_alike(one: str, other: str, expected: bool) -> None:
    assert rules.are_alike(one, other) is expected
    assert rules.are_alike(other, one) is expected


def test_a_twin_is_known_by_title_and_days_or_by_its_course() -> None:
    known = Known()
    known.add(training(1, course_key="C1"))
    known.add(training(2, activity_key="K2"))
    assert known.twin("1", "", 2026).number == 1
    assert known.twin("K2", "C9", 2026).number == 2
    assert known.twin("other", "C1", 2026).number == 1
    assert known.twin("1", "C1", 2025) is None
    assert known.twin("other", "", 2026) is None
