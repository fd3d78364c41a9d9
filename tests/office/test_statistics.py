"""The yearly report: every figure equals its list, only one's own place or trade, fixed and published."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Organization, Professional, User
from bases.models import TrainingClass
from ceportal.kernel.models import AuditEvent
from ceportal.office.models import FixedReport
from ceportal.office.rules.reports import digest_of
from ceportal.office.selectors.reports import published_reports
from ceportal.office.services.counting import count_years
from tests import factories as make
from tests.bases import teaching
from tests.credits import factories as regulation
from tests.credits.rosters import recognise
from tests.office.factories import NOW, entry
from tests.reviews.factories import approved, submitted

pytestmark = pytest.mark.django_db
STATISTICS = "/statistics/"
YEAR = 2026
LINK = re.compile(r'<a href="(/statistics/people/[^"]+)">(\d+)</a>')


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
            people = page(client, user, href.replace("&amp;", "&"))
            assert listed(people) == int(figure), href
    met = page(client, user, f"{STATISTICS}people/", standing="met")
    (person,) = set(re.findall(r"/statistics/people/[0-9a-f-]{36}/2026/", met))
    assert "网络课程" in page(client, user, person)


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
        with django_assert_max_num_queries(19):
            client.get(STATISTICS, {"year": YEAR})
        with django_assert_max_num_queries(14):
            client.get(f"{STATISTICS}people/", {"year": YEAR})
        for number in range(3):
            make.professional(f"教师{number}", works_at=make.employer(supervisor=employer.supervisor))
        count_years(now=NOW)


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
    table = text[text.index("按公益性") : text.index("计划经费")]
    assert re.findall(r"<td[^>]*>([\d.]+)</td>", table) == ["2", "24", "6", "1", "12", "3"]
    assert ("免费" in table, "急需紧缺" in table, "公益</th>" in table) == (True, True, False)
