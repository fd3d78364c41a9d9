"""Opening a year and closing one: each line says how it stands and leads where it is mended."""

import re
from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarNotice
from ceportal.office.selectors.year_end import year_to_close, year_to_open
from ceportal.office.services.counting import count_years
from tests import factories as make
from tests.credits import drafts
from tests.office.factories import NOW

pytestmark = pytest.mark.django_db
OPENING, CLOSING = "/year/opening/", "/year/closing/"


def text(client: Client, page: str) -> str:
    return " ".join(client.get(page).content.decode().split())


def test_which_year_is_meant() -> None:
    days = (date(2026, 1, 2), date(2026, 9, 30), date(2026, 10, 1))
    assert [(year_to_open(day), year_to_close(day)) for day in days] == [(2026, 2025), (2026, 2025), (2027, 2026)]


@time_machine.travel(NOW, tick=False)
def test_the_coming_year_says_what_it_lacks_and_where_to_mend_it(
    client: Client, city_officer: User, city_bureau: Organization, county_bureau: Organization
) -> None:
    client.force_login(city_officer)
    page = text(client, OPENING)
    assert "2027 年度没有规则" in page
    assert "2027 年放假安排还没有导入" in page
    assert f"{county_bureau.name}没有人承担" in page
    assert "/admin/credits/ruleset/" not in page, "who does not keep the rules is not led to them"
    call_command("load_regulation", verbosity=0)
    CalendarNotice.objects.update_or_create(year=2027, defaults={"status": NoticeStatus.PUBLISHED, "imported_at": NOW})
    make.give(make.user(), county_bureau, Duty.REVIEW_HOURS)
    make.give(city_officer, city_bureau, Duty.REGULATE)
    page = text(client, OPENING)
    assert "暂按" in page
    assert "/admin/credits/ruleset/" in page
    assert "2027 年放假安排已导入" in page
    assert "各级人社部门都有人审核学时" in page
    assert "生僻字" in page


@time_machine.travel(NOW, tick=False)
@pytest.mark.usefixtures("regulation")
def test_the_year_that_ends_counts_what_is_open_at_one_cost(
    client: Client, city_officer: User, declarant: Professional
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(CLOSING)
        return len(asked)

    client.force_login(city_officer)
    none = text(client, CLOSING)
    assert "还没有审完" not in none
    assert "申报到 2026-12-31 为止" in none
    assert "数一致" in none
    few = cost()
    drafts.handed_in(declarant, now=NOW)
    page = text(client, CLOSING)
    assert "1 件还没有审完" in page
    assert cost() <= few
    count_years(now=NOW)
    page = text(client, CLOSING).replace("&amp;", "&")
    behind, href = re.findall(r'(\d+) 人还没有达标.*?href="([^"]+)"', page)[0]
    assert int(behind) >= 1
    listed = text(client, href)
    assert listed.count('data-label="情况"') == int(behind)
    assert f"<b>{behind}</b>" in listed
