"""The home of a bureau: its figures, what waits and with whom, and every figure's list."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import Counter
from ceportal.office.models import Agreement, CountedYear, DayCount, YearSum
from ceportal.office.selectors import agreement
from ceportal.office.selectors.agreement import agreement_of, ways_of
from ceportal.office.services import agreeing
from ceportal.office.services.agreeing import keep_agreements
from ceportal.office.services.counting import count_years
from ceportal.office.services.counting_days import count_days
from credits.models import DeclarationStep
from tests import factories as make
from tests.credits import factories as regulation
from tests.office.factories import entry
from tests.reviews.factories import MONDAY, approved, submitted

pytestmark = pytest.mark.django_db
# Handed in on Monday 16 November: due on Monday 23.
DUE, LATE = MONDAY + timedelta(days=7), MONDAY + timedelta(days=8)
WAITING = "/overview/waiting/"


@pytest.fixture
def at_work(
    declarant: Professional, other_declarant: Professional, lone_declarant: Professional, employer_reviewer: User,
    authority_reviewer: User,
) -> None:  # fmt: skip
    """Two wait at one employer, one at another; a fourth waits in another city, a fifth was approved."""
    regulation.rule_set("henan", figures={"total": "20"})
    entry(declarant, "20")
    entry(other_declarant, "10")
    for person in (declarant, declarant, other_declarant):
        submitted(person)
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    submitted(make.professional("平顶山教师", works_at=make.employer("平顶山中学", at=make.area("410402"))))
    count_years(now=MONDAY)


def keys(text: str) -> dict[str, str]:
    found = re.findall(r'<a href="(/overview/waiting/[^"]*)">[^<]+</a>\s*<b>(\d+)</b>', text)
    return {href.replace("&amp;", "&"): count for href, count in found}


@pytest.mark.parametrize("who", ["province_officer", "city_officer", "county_officer", "authority_reviewer"])
def test_what_is_due_and_stuck_equals_its_list(
    client: Client, request: Any, at_work: None, employer: Organization, who: str
) -> None:
    user = request.getfixturevalue(who)
    expected = 4 if who == "province_officer" else 3
    for moment, counts in ((DUE, ["0", str(expected)]), (LATE, [str(expected), "0"])):
        with time_machine.travel(moment, tick=False):
            client.force_login(user)
            text = client.get("/overview/").content.decode()
            found = keys(text)
            assert [*found.values()] == [*counts, str(expected)]
            for href, count in found.items():
                rows = client.get(href).content.decode().count('data-label="在哪里"')
                assert rows == int(count), href
            foreign = "平顶山" in text + client.get(WAITING).content.decode()
            assert foreign == (who == "province_officer")
    with time_machine.travel(LATE, tick=False):
        client.force_login(user)
        text = client.get("/overview/").content.decode()
        assert employer.contact_phone in text
        one = client.get(WAITING, {"due": "late", "unit": str(employer.ref)}).content.decode()
        assert one.count('data-label="在哪里"') == 2
        assert "人事科" in one


def test_a_neighbour_and_nobody_answer_alike(client: Client, at_work: None, county_officer: User) -> None:
    client.force_login(county_officer)
    for ref in (Organization.objects.get(name="平顶山中学").ref, "x", "9" * 36):
        assert client.get(WAITING, {"unit": str(ref)}).status_code == 404


def test_charts_have_their_data_and_a_table_beside(client: Client, at_work: None, city_officer: User) -> None:
    client.force_login(city_officer)
    with time_machine.travel(LATE, tick=False):
        client.force_login(city_officer)
        text = client.get(reverse("office:overview")).content.decode()
    for name in ("area", "trade", "level", "nature", "days"):
        assert f'<script id="chart-{name}" type="application/json">' in text
        assert f'data-from="chart-{name}"' in text
    assert text.count("<table") == 6
    assert "<script>" not in text
    assert " style=" not in text
    assert "应学 <b>3</b> 人，已达标 <b>1</b> 人，在途 <b>1</b> 人，落后 <b>1</b> 人" in re.sub("</?a[^>]*>", "", text)


PEOPLE = re.compile(r'<a href="(/statistics/people/[^"]+standing[^"]+)">\s*(?:<b>)?(\d+)')
DAYS = re.compile(r'<a href="(/overview/day/[^"]+)">(\d+)</a>')


@pytest.mark.parametrize("who", ["city_officer", "authority_reviewer"])
def test_people_and_days_lead_to_their_lists(
    client: Client, request: Any, at_work: None, declarant: Professional, who: str
) -> None:
    handed_in(declarant, MONDAY)
    handed_in(make.professional("平顶山另一教师", works_at=make.employer(at=make.area("410402"))), MONDAY)
    while count_days(now=LATE):
        pass
    with time_machine.travel(LATE, tick=False):
        client.force_login(request.getfixturevalue(who))
        text = client.get("/overview/").content.decode().replace("&amp;", "&")
        people = set(PEOPLE.findall(text))
        assert len(people) >= 8
        for href, figure in people:
            rows = client.get(href).content.decode().count('data-label="情况"')
            assert rows == int(figure), href
        days = DAYS.findall(text)
        assert [figure for _, figure in days] == ["1", "2"]
        for href, figure in days:
            page = client.get(href).content.decode()
            assert page.count('data-label="时间"') == int(figure), href
            assert "平顶山" not in page
        for strange in ("9999-12-31", "0001-01-01", "x"):
            assert client.get("/overview/day/", {"day": strange}).status_code == 200


def handed_in(person: Professional, now: datetime) -> None:
    declaration = submitted(person, now=now)
    DeclarationStep.objects.create(declaration=declaration, round=1, move="submit", state="at_employer", at=now)


def test_days_are_counted_once_and_today_again(at_work: None, declarant: Professional) -> None:
    for days in (0, 0, 2):
        handed_in(declarant, MONDAY + timedelta(days=days))
    while count_days(now=LATE):
        pass
    steps = DeclarationStep.objects.all()
    assert sum(DayCount.objects.values_list("submitted", flat=True)) == steps.filter(move="submit").count() == 3
    assert sum(DayCount.objects.values_list("decided", flat=True)) == steps.filter(move="approve").count() == 2
    assert {str(row.day) for row in DayCount.objects.filter(submitted__gt=0)} == {"2026-11-16", "2026-11-18"}
    handed_in(declarant, LATE)
    assert count_days(now=LATE) == 1
    assert count_days(now=LATE) == 0
    assert sum(DayCount.objects.values_list("submitted", flat=True)) == 4


def test_a_day_counts_and_lists_under_the_place_of_that_day(
    client: Client, at_work: None, declarant: Professional, county_officer: User
) -> None:
    """Somebody who moves away later takes nothing along; steps from before places were kept are given theirs."""
    handed_in(declarant, MONDAY)
    handed_in(make.professional("平顶山又一教师", works_at=make.employer(at=make.area("410402"))), MONDAY)
    DeclarationStep.objects.update(area=None)
    while count_days(now=LATE):
        pass
    assert set(DeclarationStep.objects.values_list("area", flat=True)) == {declarant.area_id, "410402"}
    Professional.objects.filter(pk=declarant.pk).update(area="410402")
    DayCount.objects.all().delete()
    Counter.objects.filter(name="statistics.days").delete()
    while count_days(now=LATE):
        pass
    with time_machine.travel(LATE, tick=False):
        client.force_login(county_officer)
        page = client.get("/overview/day/", {"day": "2026-11-16"})
    assert page.context["count"] == len(page.context["page"].items) >= 1


def test_the_home_costs_the_same_however_many(
    client: Client, at_work: None, city_officer: User, declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    with time_machine.travel(LATE, tick=False):
        client.force_login(city_officer)
        for _ in range(2):
            with django_assert_max_num_queries(27):
                client.get("/overview/")
            for _ in range(3):
                submitted(declarant)


def test_bureau_authorities_and_employers_come_to_the_same_and_a_fault_shows(
    client: Client, at_work: None, city_officer: User, authority_reviewer: User
) -> None:
    client.force_login(city_officer)
    address = reverse("office:agreement")
    text = client.get(address, {"year": 2026}).content.decode()
    assert "四种统计一致" in text
    assert text.count('data-label="人数"') == 4
    YearSum.objects.filter(met=1).update(met=2)
    text = client.get(address, {"year": 2026}).content.decode()
    assert "不一致：人数、已达标" in text
    assert client.get(address, {"place": "410402"}).status_code == 404
    client.force_login(authority_reviewer)
    assert client.get(address).status_code == 404


def test_of_a_large_place_the_clock_adds_up_once_a_day(
    client: Client, at_work: None, city_officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (agreement, agreeing):
        monkeypatch.setattr(module, "LIVE_AT_MOST", 0)
    address = reverse("office:agreement")
    with time_machine.travel(LATE, tick=False):
        client.force_login(city_officer)
        assert "还没有核对过" in client.get(address, {"year": 2026}).content.decode()
        assert "还没有核对过" in client.get("/year/closing/", {"year": 2026}).content.decode()
        assert keep_agreements(now=LATE) > 1
        kept = Agreement.objects.get(place="410200", year=2026)
        live = ways_of(kept.place, 2026)
        assert agreement_of(kept.place, 2026, now=LATE).ways == live
        assert live[0].values[0] == CountedYear.objects.filter(year=2026, year_sum__area__parent="410200").count() > 0
        assert "四种统计一致" in client.get(address, {"year": 2026}).content.decode()
        YearSum.objects.filter(met=1).update(met=2)
        assert keep_agreements(now=LATE + timedelta(hours=23)) == 0
        assert "四种统计一致" in client.get(address, {"year": 2026}).content.decode()
        assert keep_agreements(now=LATE + timedelta(days=1)) > 1
        assert "不一致：人数、已达标" in client.get(address, {"year": 2026}).content.decode()
