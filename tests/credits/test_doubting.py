"""Hours that a platform posts and the portal doubts: held with their reasons, none lost."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Professional
from bases.models import Course
from bases.rules.courses import CourseLine
from bases.services.courses import file_courses
from ceportal.kernel.models import Tally
from credits.enums import Outcome
from credits.models import Claim, HourEntry, RuleSet, YearAccount
from credits.selectors.courses import versions_credited
from credits.selectors.reconciliation import mismatches
from credits.services.crediting import credit_records
from credits.services.weighing import Speaker
from tests import factories as people
from tests.credits.factories import NOW
from tests.credits.platforms import record, speaker

pytestmark = pytest.mark.usefixtures("henan_2026")


def says(field: str, value: str) -> None:
    values = RuleSet.objects.get(code="henan-2026").values
    values.update_or_create(field=field, defaults={"value": value, "clause": "测试文件", "status": "verified"})


@pytest.fixture
def here(db: None) -> Speaker:
    return speaker()


def reasons(speaker: Speaker, *records: Any, now: Any = NOW) -> list[list[str]]:
    told = credit_records(records, speaker=speaker, now=now)
    for each in told:
        assert (each.outcome == Outcome.HELD) is bool(each.reasons)
    assert not list(mismatches())
    return [[reason.code for reason in each.reasons] for each in told]


@pytest.mark.clause("S4-06")
def test_a_course_is_asked_for_where_the_rule_set_asks(declarant: Professional, here: Speaker) -> None:
    named = {"course_code": "GX-2026-01", "subject": "public", "title": "数字技术"}
    assert reasons(here, record(declarant, **named | {"course_code": "GX-0"}), record(declarant)) == [[], []]
    says("unfiled_course", "hold")
    assert reasons(here, record(declarant, **named), record(declarant)) == [["course_not_filed"], []]
    line = CourseLine("gx-2026 01", "数字技术", "public", Decimal("1.5"), "李老师", "press", "文号")
    clerk = people.user("管名单的人")
    file_courses(here.organization, [line], area=people.area("410200"), year=2026, by=clerk, now=NOW)
    longer = record(declarant, **named | {"title": "数字技术二", "hours": Decimal(2)})
    assert reasons(here, record(declarant, **named), longer) == [[], ["longer_than_course"]]
    # Another platform's course of that code is another course.
    assert reasons(speaker(), record(declarant, **named | {"title": "甲"})) == [["course_not_filed"]]
    later = NOW + timedelta(days=2)
    longer_now = replace(line, hours=Decimal(2))
    file_courses(here.organization, [longer_now], area=people.area("410200"), year=2026, by=clerk, now=later)
    day = {"started_on": later.date(), "ended_on": later.date(), "title": "丙", "hours": Decimal(2)}
    assert reasons(here, record(people.professional("后学的人"), **named | day), now=later) == [[]]
    entries = HourEntry.objects.select_related("claim", "area").order_by("id")
    assert [*versions_credited(entries).values()] == [1, 2]
    assert versions_credited([]) == {}
    Course.objects.update(ended_on=date(2025, 12, 31))
    assert reasons(here, record(declarant, **named | {"title": "乙"})) == [["course_not_filed"]]


@pytest.mark.clause("S3-01")
def test_people_long_gone_and_hours_too_fast_wait(declarant: Professional, here: Speaker) -> None:
    day = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 5)}
    start = NOW.replace(month=3, day=5, hour=9)
    fast = record(declarant, **day, sessions=((start, start + timedelta(minutes=10)),))
    assert reasons(here, fast) == [["too_fast"]]
    says("sat_percent", "10")
    assert reasons(here, record(declarant, **day, title="另一门", sessions=fast.sessions)) == [[]]
    gone = people.professional("离开的人", left_at=NOW.replace(year=2025, month=6))
    assert reasons(here, record(gone, **day)) == [["not_at_work"]]
    says("gone_days", "3650")
    assert reasons(here, record(gone, **day, title="另一门")) == [[]]


def test_a_rush_waits_and_ends_with_its_window(declarant: Professional, here: Speaker) -> None:
    by_key = Speaker(here.door, here.organization, client="钥匙")
    says("burst_client_hour", "3")
    several = [record(declarant) for _ in range(4)]
    assert reasons(by_key, *several) == [[], [], [], ["burst_client"]]
    assert reasons(by_key, record(declarant)) == [["burst_client"]]
    # A repeat is none; who speaks by no key (a roster, the clock) is not counted.
    credit_records(several, speaker=by_key, now=NOW)
    assert sum(Tally.objects.values_list("count", flat=True)) == 15
    assert reasons(here, record(declarant)) == [[]]
    assert reasons(by_key, record(declarant), now=NOW + timedelta(minutes=61)) == [[]]
    assert YearAccount.objects.get().professional_hours == Decimal("7.5")
    assert Claim.objects.filter(state="held").count() == 2


def test_a_rush_of_one_course(declarant: Professional, here: Speaker) -> None:
    by_key = Speaker(here.door, here.organization, client="钥匙")
    says("burst_course_day", "2")
    same = {"course_code": "GX-1"}
    others = [people.professional(f"学员{n}") for n in range(2)]
    first = [record(person, **same) for person in (declarant, *others)]
    assert reasons(by_key, *first) == [[], [], ["burst_course"]]
    assert reasons(by_key, record(declarant), now=NOW + timedelta(hours=23)) == [[]]


def test_doubts_cost_the_same_however_many(declarant: Professional, here: Speaker) -> None:
    by_key, counts = Speaker(here.door, here.organization, client="钥匙"), []
    credit_records([record(declarant)], speaker=by_key, now=NOW)
    for size in (2, 30):
        batch = [record(declarant, course_code=f"GX-{size}-{n}") for n in range(size)]
        with CaptureQueriesContext(connection) as asked:
            credit_records(batch, speaker=by_key, now=NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 32
