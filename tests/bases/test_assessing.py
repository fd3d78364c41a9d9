"""A round from its sheet to the exit of a base: by itself, its authority, the experts; published, then left alone."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, User
from bases.models import Assessment, AssessmentRound
from bases.services.assessing import assess_oneself, open_round, publish_round, score
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from tests import factories as make
from tests.bases import assessing
from tests.bases.teaching import NOW
from tests.credits import rosters
from tests.credits.drafts import photo

pytestmark = pytest.mark.django_db
POINTS = {"point_0": "20", "point_1": "30.5", "words": "师资不足"}
LIST, NEW, RESULTS = "/assessments/", "/assessments/new/", "/assessments/results/"


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def assessor(province_bureau: Organization) -> User:
    return make.give(make.user("省厅考核人"), province_bureau, Duty.REGULATE)


@pytest.mark.clause("S0-17", "S0-18", "S2-09", "S1-14")
def test_from_the_sheet_over_two_failures_to_the_exit(
    client: Client, province_bureau: Organization, assessor: User, base: Organization, base_teacher: User,
    authority: Organization, authority_reviewer: User, city_officer: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    Organization.objects.filter(pk=base.pk).update(supervisor=authority)
    for year in (2025, 2026):
        rosters.recognise(base, year=year)
    last = assessing.opened(province_bureau, assessor, year=2025)
    score(last.assessments.get(), [Decimal(1), Decimal(1)], words="未开展", by=assessor, now=NOW)
    publish_round(last, by=assessor, now=NOW)
    client.force_login(assessor)
    shown = client.get(NEW).content.decode()
    assert ("建议稿" in shown, "教学档案完整" in shown) == (True, True)
    typed = assessing.said(sheet="师资 60") | {"organization": province_bureau.pk, "self_until": "2026-12-10"}
    assert "第 1 行应写成" in client.post(NEW, typed).content.decode()
    typed |= {"sheet": assessing.SHEET}
    assert "这一年度的同类考核已经开始" in client.post(NEW, typed | {"year": "2025"}).content.decode()
    assert client.post(NEW, typed).status_code == 302
    row = Assessment.objects.get(round__year=2026)
    page, round_page = (
        reverse("bases:assessment", args=[row.ref]),
        reverse("bases:assessment_round", args=[row.round.ref]),
    )
    assert Notice.objects.filter(to=base_teacher, text__contains="12月10日前自评").exists()
    assert "还有 1 个基地没有评分" in client.post(round_page).content.decode()
    client.force_login(base_teacher)
    assert "12月10日前自评" in client.get(LIST).content.decode()
    wrong = client.post(page, POINTS | {"point_0": "61", "point_1": "x"}).content.decode()
    assert "以 0.5 为一档" in wrong
    assert "请填写 0 到 60 分" in client.post(page, POINTS | {"point_0": "61"}).content.decode()
    assert client.post(page, POINTS | {"point_0": "55", "document": photo()}).status_code == 302
    client.force_login(authority_reviewer)
    assert client.post(page, {"words": " "}).status_code == 422
    assert client.post(page, {"words": "重视不够"}).status_code == 302
    client.force_login(city_officer)
    assert client.get(page).status_code == 404
    client.force_login(assessor)
    document = client.get(reverse("bases:assessment_document", args=[row.ref]))
    assert b"".join(document.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    seen = client.get(page).content.decode()
    assert ("重视不够" in seen, "55" in seen) == (True, True)
    assert client.post(page, POINTS).status_code == 302
    row.refresh_from_db()
    assert (row.total, row.grade) == (Decimal("50.5"), "failed")
    client.force_login(base_teacher)
    assert "师资不足" in client.get(page).content.decode()
    assert "50.5" not in client.get(page).content.decode()
    assert "2026 年度考核" not in client.get(RESULTS).content.decode()
    client.force_login(assessor)
    assert client.post(round_page).status_code == 302
    assert client.post(page, POINTS).status_code == 409
    with pytest.raises(MovedOn):
        score(row, [Decimal(60), Decimal(40)], words="好", by=assessor, now=NOW)
    with pytest.raises(MovedOn):
        publish_round(row.round, by=assessor, now=NOW)
    assert "连续两年考核不合格" in client.get(round_page).content.decode()
    line = rosters.Recognition.objects.get(organization=base, year=2026)
    removal = reverse("admin:bases_recognition_remove", args=[line.ref])
    assert f"{removal}?ground=failed_twice" in client.get(round_page).content.decode()
    preset = client.get(removal, {"ground": "failed_twice"}).content.decode()
    assert 'value="failed_twice"' in preset.split("checked")[-2] + preset.split("checked")[-1]
    gone = {
        "act": "remove",
        "kind": "exited",
        "grounds": "failed_twice",
        "reason": "两年不合格",
        "from_on": "2026-11-21",
    }
    assert client.post(removal, gone).status_code == 302
    with pytest.raises(Refused, match="没有由"), time_machine.travel(NOW.replace(day=22)):
        assessing.opened(province_bureau, assessor, kind="full", now=NOW.replace(day=22))
    client.logout()
    with django_assert_num_queries(7):
        results = client.get(RESULTS).content.decode()
    assert ("不合格" in results, "重视不够" in results) == (True, False)
    record = client.get(reverse("bases:institution", args=[base.ref])).content.decode()
    assert ("2026 年度考核：不合格" in record, "取消资格" in record) == (True, True)


def test_the_trail_keeps_the_points_as_they_were_and_are(
    province_bureau: Organization, assessor: User, base: Organization, november: Any
) -> None:
    rosters.recognise(base)
    row = assessing.opened(province_bureau, assessor).assessments.select_related("round").get()
    for points in ([Decimal(60), Decimal(40)], [Decimal(30), Decimal(20)]):
        score(row, points, words="好", by=assessor, now=NOW)
    first, second = AuditEvent.objects.filter(action="assessment.score").order_by("id")
    assert (first.before, first.after["points"]) == ({"points": [], "total": None, "grade": ""}, ["60", "40"])
    assert (second.before, Decimal(second.after["total"])) == (first.after, Decimal(50))


@pytest.mark.clause("A24", "S0-17")
def test_nobody_scores_their_own_base_nor_assesses_it_after_the_day(
    province_bureau: Organization, assessor: User, base: Organization, base_teacher: User, november: Any
) -> None:
    with pytest.raises(Refused, match="没有由"):
        assessing.opened(province_bureau, assessor)
    rosters.recognise(base)
    row = assessing.opened(province_bureau, assessor).assessments.select_related("round").get()
    make.give(assessor, base, Duty.MANAGE_UNIT)
    points = [Decimal(60), Decimal(40)]
    with pytest.raises(Refused, match="不能为它评分"):
        score(row, points, words="好", by=assessor, now=NOW)
    late = NOW.replace(month=12, day=11)
    november.move_to(late)
    with pytest.raises(Refused, match="自评已于"):
        assess_oneself(row, points, words="好", document=None, by=base_teacher, now=late)
    with pytest.raises(Refused, match="两年一次"):
        open_round(province_bureau, **assessing.said(kind="full", self_until=late.date().replace(day=31)), by=assessor,
                   now=_after_a_full_one(province_bureau, assessor, late))  # fmt: skip


def _after_a_full_one(bureau: Organization, by: User, now: Any) -> Any:
    AssessmentRound.objects.create(
        organization=bureau, year=2025, kind="full", sheet=[], excellent_from=85, pass_from=60,
        self_until=timezone.localdate(now), made_by=by, made_at=now,
    )  # fmt: skip
    return now


def test_many_rounds_are_paged_and_ask_the_same(
    client: Client, province_bureau: Organization, assessor: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    facts = {
        "organization": province_bureau, "kind": "yearly", "sheet": [], "excellent_from": 85, "pass_from": 60,
        "self_until": NOW.date(), "made_by": assessor, "made_at": NOW, "published_at": NOW,
    }  # fmt: skip
    AssessmentRound.objects.bulk_create(AssessmentRound(year=year, **facts) for year in range(1990, 2020))
    client.force_login(assessor)
    for address, size, queries in ((LIST, 25, 16), (RESULTS, 5, 28)):
        client.get(address)
        with django_assert_max_num_queries(queries):
            page = client.get(address).context["page"]
        seen = [len(page.items)]
        years = [row.year for row in page.items]
        while page.next_cursor:
            page = client.get(address, {"after": page.next_cursor}).context["page"]
            years += [row.year for row in page.items]
        assert (seen, sorted(years)) == ([size], list(range(1990, 2020))), address


def test_the_database_holds_a_grade_to_points(
    province_bureau: Organization, assessor: User, base: Organization
) -> None:
    rosters.recognise(base)
    made = assessing.opened(province_bureau, assessor)
    with pytest.raises(IntegrityError, match="a_grade_comes_of_points"), transaction.atomic():
        made.assessments.update(grade="failed")
    with pytest.raises(IntegrityError, match="excellent_is_above_passed"), transaction.atomic():
        AssessmentRound.objects.filter(pk=made.pk).update(pass_from=90)
