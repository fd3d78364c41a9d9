"""What a script that plays courses leaves behind, each threshold from both sides."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.rules import doubts as rules
from credits.rules.doubts import OURS, FiledCourse, Rush, Thresholds
from credits.rules.limits import thresholds_in
from credits.rules.requirements import Figure, Requirements, Setting

NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
DAY = date(2026, 3, 9)


def sat(*minutes: int) -> list[tuple[datetime, datetime]]:
    return [(NOON, NOON + timedelta(minutes=each)) for each in minutes]


def test_the_rule_set_has_its_own_thresholds() -> None:
    counts = {"minutes": 50, "overlap_minutes": 5, "sat_percent": 70, "gone_days": 90, "burst_client_hour": 1,
              "burst_address_hour": 2, "burst_course_day": 3}  # fmt: skip
    figures = {name: Figure(Decimal(value), "A1", "assumed") for name, value in counts.items()}
    said = {
        "rule_set": "a",
        "name": "",
        "document": "",
        "unit": "",
        "year": 2026,
        "area_code": "",
        "level": "",
        "trade": "",
    }
    holding = Requirements(**said, figures=figures, settings={"unfiled_course": Setting("hold", "S4-06", "assumed")})
    assert thresholds_in(holding) == Thresholds(50, 5, 70, 90, 1, 2, 3, asks_filing=True)
    accepting = Requirements(**said, figures={}, settings={"unfiled_course": Setting("accept", "S4-06", "assumed")})
    assert thresholds_in(accepting) == thresholds_in(Requirements(**said, figures={})) == OURS
    assert Thresholds(overlap=5).overlap_allowed == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("hours", "sittings", "is_doubted"),
    [("2", [], False), ("2", sat(54), False), ("2", sat(53), True), ("2", sat(27, 27), False), ("2", sat(27, 26), True),
     ("0.5", sat(14), False), ("0.5", sat(13), True)],
)  # fmt: skip
def test_hours_faster_than_the_course_is_long(hours: str, sittings: Any, is_doubted: bool) -> None:
    """Two hours of 45 minutes are 90; three fifths of that are 54."""
    found = list(rules.reasons_of_the_sitting(Decimal(hours), sittings, OURS))
    assert [each.code for each in found] == ["too_fast"] * is_doubted


def test_it_is_said_how_long_somebody_sat() -> None:
    (found,) = rules.reasons_of_the_sitting(Decimal("1.5"), sat(10), Thresholds(minutes=60, sat_percent=50))
    message = "学习时段合计 10 分钟，不到 1.5 学时应有时长的 50%，待人社部门核实。"
    assert found == Refusal("too_fast", message, "/sessions")
    assert not list(rules.reasons_of_the_sitting(Decimal("1.5"), sat(1), Thresholds(sat_percent=0)))


@pytest.mark.clause("S3-01")
@pytest.mark.parametrize(("days", "is_doubted"), [(-1, False), (180, False), (181, True)])
def test_people_long_gone(days: int, is_doubted: bool) -> None:
    found = list(rules.reasons_of_leaving(DAY, DAY - timedelta(days=days), OURS))
    told = Refusal("not_at_work", "学员目前的任职情况待人社部门核实。", "/id_number", "S3-01")
    assert found == [told] * is_doubted
    assert not list(rules.reasons_of_leaving(DAY, None, OURS))


def test_a_rush_of_a_key_an_address_a_course() -> None:
    limits = Thresholds(client_hour=1200, address_hour=1201, course_day=2)
    rush = Rush(client=1198, address=1198, courses={"甲": 1})
    told = []
    for course in ("甲", "甲", "乙"):
        rush.count(course)
        told.append(list(rules.reasons_of_a_rush(rush, course, limits)))
    key = Refusal("burst_client", "报送单位一小时内报送超过 1,200 条，待人社部门核实。")
    of_course = Refusal("burst_course", "同一课程一天内报送超过 2 人次，待人社部门核实。", "/course_code")
    assert told == [[], [of_course], [key]]
    rush.count("乙")
    assert [each.code for each in rules.reasons_of_a_rush(rush, "丙", limits)] == ["burst_client", "burst_address"]


def course(**changes: Any) -> FiledCourse:
    said = {"area_code": "410200", "year": 2026, "subject": "public", "hours": Decimal(2)}
    return FiledCourse(**(said | changes))


def told_of(filed: Any, *, asks: bool = True, **changes: Any) -> list[Refusal]:
    said = {"places": ("410000", "410200"), "year": 2026, "subject": "public", "hours": Decimal(2), "on": DAY} | changes
    return list(rules.reasons_of_the_course(filed, **said, limits=Thresholds(asks_filing=asks)))


@pytest.mark.clause("S4-06")
@pytest.mark.parametrize(
    "filed",
    [[], [course(area_code="410400")], [course(year=2025)], [course(subject="professional")],
     [course(ended_on=DAY - timedelta(days=1))], [course(from_on=DAY + timedelta(days=1))]],
)  # fmt: skip
def test_an_unfiled_course_is_held_or_accepted_as_the_rule_set_says(filed: list[FiledCourse]) -> None:
    message = "课程未列入 2026 年度的课程备案名单，待人社部门核实。"
    assert told_of(filed) == [Refusal("course_not_filed", message, "/course_code", "S4-06")]
    assert told_of(filed, asks=False) == []
    assert told_of(None) == []


@pytest.mark.clause("S4-06")
def test_each_day_has_its_version() -> None:
    first = course(ended_on=DAY, hours=Decimal(1))
    second = course(from_on=DAY + timedelta(days=1), version=2)
    for day, version in ((DAY, 1), (DAY + timedelta(days=1), 2)):
        (held,) = rules.lines_that_hold([first, second], places=["410200"], year=2026, subject="public", on=day)
        assert held.version == version


@pytest.mark.clause("S4-06")
def test_nobody_learns_more_of_a_course_than_it_is_long() -> None:
    assert told_of([course(), course(ended_on=DAY)]) == []
    (found,) = told_of([course(hours=Decimal("1.5")), course(area_code="410000", hours=Decimal(1))], asks=False)
    assert found == Refusal("longer_than_course", "学时多于课程备案的 1.5 学时，待人社部门核实。", "/hours", "S4-06")
