"""The yearly report: every figure equals its list, only one's own place or trade, fixed and published."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Organization, Professional, User
from bases.models import TrainingClass, TrainingPlanItem
from ceportal.kernel.models import AuditEvent
from ceportal.office.models import CountedYear, FixedReport
from ceportal.office.rules.counting import ADDED, TIMES
from ceportal.office.rules.reports import digest_of
from ceportal.office.selectors.reports import published_reports
from ceportal.office.services.counting import count_years
from tests import factories as make
from tests.bases import planning, teaching
from tests.credits import factories as regulation
from tests.credits.rosters import recognise
from tests.office.factories import NOW, entry
from tests.reviews.factories import MONDAY, approved, submitted, turned_down

pytestmark = pytest.mark.django_db
STATISTICS = "/statistics/"
YEAR = 2026
LINK = re.compile(r'<a href="(/statistics/people/[^"]+)">([\d.]+)</a>')
MEASURE = re.compile(r"measure=([a-z_]+)")


@pytest.fixture
def counted(
    declarant: Professional, other_declarant: Professional, lone_declarant: Professional, employer_reviewer: User,
    authority_reviewer: User,
) -> None:  # fmt: skip
    """Three people of a county, one in each standing; a fourth in another city."""
    regulation.rule_set("henan", figures={"total": "20"})
    entry(declarant, "20")
    entry(other_declarant, "10")
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    make.professional("平顶山教师", works_at=make.employer(at=make.area("410402")))
    count_years(now=NOW)


def page(client: Client, user: User, address: str = STATISTICS, **query: Any) -> str:
    client.force_login(user)
    answer = client.get(address, None if "?" in address else {"year": YEAR} | query)
    assert answer.status_code == 200, (address, query)
    return answer.content.decode()


def listed(text: str) -> int:
    """How many people stand on a page of them."""
    return len(set(re.findall(r'href="/statistics/people/[0-9a-f-]{36}/\d{4}/"', text)))


@pytest.mark.clause("S1-11", "S1-13")
@pytest.mark.parametrize(
    ("who", "expected"),
    [("province_officer", 4), ("city_officer", 3), ("county_officer", 3), ("authority_reviewer", 2)],
)
def test_every_figure_leads_to_the_list_it_counts_and_equals_it(
    client: Client, request: Any, counted: None, who: str, expected: int
) -> None:
    """From the top of the reader's own down to one person's entries."""
    user = request.getfixturevalue(who)
    for by in ("area", "trade", "nature", "level"):
        text = page(client, user, by=by)
        assert f"共 <b>{expected}</b> 人" in text
        links = LINK.findall(text)
        assert len(links) >= 5
        for href, figure in links:
            if "measure=" not in href:
                people = page(client, user, href.replace("&amp;", "&"))
                assert listed(people) == int(figure), href
    met = page(client, user, f"{STATISTICS}people/", standing="met")
    (person,) = set(re.findall(r"/statistics/people/[0-9a-f-]{36}/2026/", met))
    assert "网络课程" in page(client, user, person)


@pytest.mark.clause("S1-11", "S1-13")
def test_hours_reviews_and_whatever_else_is_added_up_lead_to_whom_they_come_from(
    client: Client, counted: None, city_officer: User, declarant: Professional, lone_declarant: Professional,
    employer_reviewer: User, lone_reviewer: User,
) -> None:  # fmt: skip
    """The parts on the list come to the figure; on one person's page each of them stands, thing by thing."""
    turned_down(submitted(declarant), employer_reviewer)
    turned_down(submitted(lone_declarant), lone_reviewer, move="reject", now=MONDAY + timedelta(days=20))
    count_years(now=NOW)
    text = page(client, city_officer).replace("&amp;", "&")
    links = {(found[1], figure): href for href, figure in LINK.findall(text) if (found := MEASURE.search(href))}
    measures = {name for name, _ in links}
    assert measures >= {"times", "professional_hours", "online_times", "reviews", "late", "returned", "rejected"}
    for (name, figure), href in links.items():
        people = page(client, city_officer, href)
        label = ADDED[name]
        parts = re.findall(rf'data-label="{label}" class="num">([\d.]+)<', people)
        assert sum(map(Decimal, parts)) == Decimal(figure), href
        assert len(parts) == listed(people)
        assert f"合计 <b>{figure}</b>" in people
    for person in CountedYear.objects.filter(year=YEAR).exclude(professional__name="平顶山教师"):
        one = page(client, city_officer, f"{STATISTICS}people/{person.professional.ref}/{YEAR}/")
        assert f"计入的学习：{sum(getattr(person, name) for name in TIMES)} 次" in one
        assert f"审核：{person.reviews} 次" in one
        assert one.count('data-label="期限" class="nowrap">超期') == person.late
        assert one.count('<span class="nowrap">退回补正</span>') == person.returned


def test_nobody_sees_a_neighbour(
    client: Client, counted: None, county_officer: User, authority_reviewer: User, employer: Organization
) -> None:
    """By no filter and no address; what is foreign answers as what does not exist."""
    foreign = Professional.objects.get(name="平顶山教师")
    unit = foreign.employments.get().organization
    for user, place in ((county_officer, "410200"), (county_officer, "410402"), (authority_reviewer, "410402")):
        client.force_login(user)
        for address in ("", "people/", "table/", "paper/"):
            for query in ({"place": place}, {"place": "999999"}, {"unit": str(unit.ref)}, {"unit": "x"}):
                assert client.get(f"{STATISTICS}{address}", query).status_code == 404, (address, query)
        assert client.get(f"{STATISTICS}people/{foreign.ref}/2026/").status_code == 404
        assert "平顶山" not in page(client, user, f"{STATISTICS}people/")
    assert employer.name in page(client, county_officer, place="410203")


def test_pages_cost_the_same_however_many(
    client: Client, counted: None, city_officer: User, employer: Organization, django_assert_max_num_queries: Any
) -> None:
    client.force_login(city_officer)
    for _ in range(2):
        with django_assert_max_num_queries(20):
            client.get(STATISTICS, {"year": YEAR})
        with django_assert_max_num_queries(14):
            client.get(f"{STATISTICS}people/", {"year": YEAR})
        for number in range(3):
            make.professional(f"教师{number}", works_at=make.employer(supervisor=employer.supervisor))
        count_years(now=NOW)


@time_machine.travel(NOW)
def test_units_of_a_county_stand_on_pages_and_the_sum_is_of_all(
    client: Client, counted: None, county_officer: User, django_assert_max_num_queries: Any
) -> None:
    """A county has a thousand units; whoever has none stands on the last page."""
    for number in range(24):
        make.professional(f"教师{number}", works_at=make.employer(f"第{number}中学"))
    make.professional("没有单位的人")
    count_years(now=NOW)
    client.force_login(county_officer)
    rows, cursor = [], ""
    for at in range(2):
        with django_assert_max_num_queries(26):
            answer = client.get(STATISTICS, {"year": YEAR, "after": cursor})
        shown = [row[0] for row in answer.context["tables"][0][2]]
        assert (len(shown), "没有单位" in shown) == ([25, 3][at], at == 1)
        assert "合计是全部单位的" in answer.content.decode()
        rows += shown
        assert answer.context["total"].total == 28
        cursor = answer.context["page"].next_cursor
    assert (len(rows), len(set(rows)), cursor) == (28, 28, "")
    home = client.get("/overview/", {"year": YEAR})
    units = next(chart for chart in home.context["charts"] if chart["id"] == "chart-unit")
    assert len(units["rows"]) == 20
    assert "未达标人数最多的 20 个单位" in home.content.decode()


def test_workbook_and_paper_say_what_the_page_says(client: Client, counted: None, city_officer: User) -> None:
    client.force_login(city_officer)
    book = load_workbook(BytesIO(client.get(f"{STATISTICS}table/", {"year": YEAR}).content))
    sheet = book["按地区"]
    rows = {row[0]: dict(zip(next(sheet.values), row, strict=True)) for row in list(sheet.values)[1:]}
    assert [rows["合计"][name] for name in ("人数", "应学", "达标", "在途", "落后", "达标率（%）")] == [
        "3", "3", "1", "1", "1", "33.3",
    ]  # fmt: skip
    assert (rows["合计"]["审核次数"], rows["合计"]["网络学习人次"]) == ("2", "2")
    assert client.get(f"{STATISTICS}paper/", {"year": YEAR, "by": "trade"}).content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action__in=["statistics.export", "statistics.print"]).count() == 2


@pytest.mark.clause("S1-11")
def test_a_report_is_fixed_published_once_and_stays(
    client: Client, counted: None, city_officer: User, county_officer: User
) -> None:
    client.force_login(city_officer)
    client.post(reverse("office:fixed_reports"), {"year": YEAR})
    report = FixedReport.objects.get()
    assert report.digest == digest_of(report.content)
    public = reverse("office:published_report", args=[report.ref])
    assert client.get(public).status_code == 404
    client.force_login(county_officer)
    assert client.get(reverse("office:fixed_report", args=[report.ref])).status_code == 404
    client.force_login(city_officer)
    publish = reverse("office:publish_report", args=[report.ref])
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.post(publish)
        assert not published_reports().exists()
    client.post(publish)
    assert published_reports().get() == report
    assert client.post(publish).status_code == 409
    paper = client.get(reverse("office:fixed_paper", args=[report.ref]))
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    entry(Professional.objects.get(name="外单位教师"), "12")
    count_years(now=NOW)
    client.logout()
    text = client.get(public).content.decode()
    assert report.digest in text
    assert "33.3" in text
    assert report.title in client.get(reverse("office:published_reports")).content.decode()


@pytest.mark.clause("S1-11")
def test_classes_free_urgent_and_for_public_benefit_are_counted(
    client: Client, base: Organization, base_teacher: User, city_officer: User
) -> None:
    recognise(base)
    for code, flags in (("A", {"is_free": True}), ("B", {"is_free": True, "is_urgent": True}), ("C", {})):
        held = teaching.on_paper(base, base_teacher, code=code)
        TrainingClass.objects.filter(pk=held.pk).update(state="open", opened_at=NOW, taken=3, **flags)
    text = page(client, city_officer)
    table = text[text.index("按公益性") : text.index(">经费<")]
    assert re.findall(r'class="num">\s*(?:<a [^>]+>)?([\d.]+)<', table) == ["2", "24", "6", "1", "12", "3"]
    assert ("免费" in table, "急需紧缺" in table, "公益</th>" in table) == (True, True, False)
    links = re.findall(r'<a href="(/statistics/classes/[^"]+)">(\d+)</a>', text)
    assert len(links) == 4
    for href, figure in links:
        classes = page(client, city_officer, href.replace("&amp;", "&"))
        assert f"共 <b>{figure}</b> 班" in classes
        assert classes.count('data-label="举办单位"') == int(figure), href


@pytest.mark.clause("S1-11")
def test_planned_funding_leads_to_the_trainings_it_counts(
    client: Client, county_bureau: Organization, city_bureau: Organization, employer: Organization,
    employer_reviewer: User, authority_reviewer: User, county_officer: User, city_officer: User,
) -> None:  # fmt: skip
    item = planning.filed(employer, employer_reviewer).items.get()
    for funding, budget in (("unit", None), ("free", None)):
        facts = {name: getattr(item, name) for name in planning.TYPED if name not in ("funding", "budget")}
        TrainingPlanItem.objects.create(plan=item.plan, funding=funding, budget=budget, **facts)
    text = page(client, city_officer)
    links = re.findall(r'<a href="(/statistics/plans/[^"]+)">(\d+)</a>', text)
    assert sorted(figure for _, figure in links) == ["1", "2"]
    for href, figure in links:
        trainings = page(client, city_officer, href.replace("&amp;", "&"))
        assert f"共 <b>{figure}</b> 项" in trainings
        assert trainings.count('data-label="经费来源"') == int(figure)
