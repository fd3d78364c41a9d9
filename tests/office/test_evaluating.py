"""Units evaluated by those above them, and by nobody else (S1-11, S1-15)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.office.models import UnitEvaluation
from ceportal.office.rules.evaluating import WORDS_LIMIT, reasons_not_to_evaluate
from ceportal.office.services.counting import count_years
from tests import factories as make
from tests.credits import factories as regulation
from tests.office.factories import NOW, entry

GOOD = {"plan": "good", "work": "fair", "content": "good", "effect": "good", "words": ""}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"plan": ""}, "plan"),
        ({"effect": "excellent"}, "effect"),
        ({"work": "poor"}, "words"),
        ({"work": "poor", "words": " 计划没有落实 "}, None),
        ({"words": "字" * (WORDS_LIMIT + 1)}, "words"),
    ],
)
def test_each_point_is_judged_and_what_must_be_mended_is_said(changes: dict[str, str], field: str | None) -> None:
    found = list(reasons_not_to_evaluate(GOOD | changes, year=2026, this_year=2026, is_own=False))
    assert [reason.field for reason in found] == ([field] if field else [])


@pytest.mark.parametrize(
    ("year", "is_own", "code"), [(2024, False, "year"), (2027, False, "year"), (2025, True, "own")]
)
def test_only_lately_and_never_ones_own_unit(year: int, *, is_own: bool, code: str) -> None:
    [found] = reasons_not_to_evaluate(GOOD, year=year, this_year=2026, is_own=is_own)
    assert found.code == code


@pytest.fixture
def bureau_officer(employer: Organization) -> User:
    return make.give(make.user("开封市经办人"), make.bureau("410200"), Duty.OVERSEE)


def address(unit: Organization) -> str:
    return reverse("office:evaluate", args=[unit.ref])


@pytest.mark.django_db
@pytest.mark.clause("S1-11", "S1-15")
def test_the_bureau_judges_beside_what_was_counted_and_the_unit_reads_it(
    client: Client, declarant: Professional, employer: Organization, employer_reviewer: User, bureau_officer: User
) -> None:
    regulation.rule_set("henan", figures={"total": "20"})
    entry(declarant, "20")
    entry(make.professional("同事教师", works_at=employer), "4.5")
    count_years(now=NOW)
    with time_machine.travel(NOW, tick=False):
        client.force_login(bureau_officer)
        assert employer.name in client.get("/evaluations/", {"look": "open"}).content.decode()
        page = client.get(address(employer)).content.decode()
        for fact in ("已备案的年度计划：没有", "专业科目：24.5 学时", "应学人员：2 人；已达标：1 人"):
            assert fact in page
        refused = client.post(address(employer), GOOD | {"work": "poor"})
        assert refused.status_code == 422
        assert "请写明问题和改进要求" in refused.content.decode()
        assert not UnitEvaluation.objects.exists()
        assert client.post(address(employer), GOOD | {"words": "按计划开展"}).status_code == 302
        counted = client.get("/evaluations/").content.decode().replace("&amp;", "&")
        figures = re.findall(r'href="(\?year=2026[^"]*)">(?:<b>)?(\d+)<', counted)
        assert len(figures) == 7
        for href, figure in figures:
            listed = client.get(f"/evaluations/{href}").content.decode()
            assert listed.count('class="item-title"') == int(figure), href
        assert employer.name not in client.get("/evaluations/", {"look": "open"}).content.decode()
        client.force_login(employer_reviewer)
        own = client.get("/evaluations/").content.decode()
    for words in ("对本单位的评估", "2026 年度", "按计划开展"):
        assert words in own
    made = UnitEvaluation.objects.get()
    assert made.facts["effect"] == [["应学人员", "2 人"], ["已达标", "1 人"]]
    assert made.by_organization.is_bureau
    assert AuditEvent.objects.filter(action="unit.evaluate", actor_id=bureau_officer.pk).count() == 1
    assert Notice.objects.filter(to=employer_reviewer, text__contains="作出了评估").count() == 1


@pytest.mark.django_db
def test_nobody_evaluates_beyond_their_reach_or_their_own_unit(
    client: Client, employer: Organization, authority_reviewer: User, bureau_officer: User
) -> None:
    elsewhere = make.give(make.user("平顶山市经办人"), make.bureau("410400"), Duty.OVERSEE)
    with time_machine.travel(NOW, tick=False):
        client.force_login(authority_reviewer)
        assert client.get(address(employer)).status_code == 200
        client.force_login(elsewhere)
        assert client.post(address(employer), GOOD).status_code == 404
        assert employer.name not in client.get("/evaluations/").content.decode()
        make.give(bureau_officer, employer, Duty.MANAGE_UNIT)
        client.force_login(bureau_officer)
        assert client.post(address(employer), GOOD).status_code == 404
    assert not UnitEvaluation.objects.exists()


@pytest.mark.django_db
def test_a_long_list_of_units_takes_as_many_queries_as_a_short_one(
    client: Client, employer: Organization, bureau_officer: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(26):
        make.employer(at=employer.area)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        client.force_login(bureau_officer)
        client.get("/evaluations/")
        with django_assert_max_num_queries(13):
            assert "下一页" in client.get("/evaluations/").content.decode()
