"""教育经费: reckoned, recorded once a year, and in the yearly report of the place and trade."""

import re
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from accounts.enums import Duty
from accounts.models import User
from ceportal.office.enums import By
from ceportal.office.models import FundingRecord
from ceportal.office.selectors.statistics import Asked, scope_of
from ceportal.office.services.reports import report_of
from tests import factories as make
from tests.office.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S2-12", "S4-15")]
PAGE = "/staff/funding/"
SAID = {"year": "2026", "rate": "1.5", "payroll": "1000000", "set_aside": "10000", "spent": "8000", "carried_in": ""}


@time_machine.travel(NOW, tick=False)
def test_a_unit_reckons_records_and_stands_in_the_report(
    client: Client, employer_reviewer: User, city_officer: User, county_officer: User
) -> None:
    client.force_login(employer_reviewer)
    page = client.post(PAGE, SAID | {"act": "reckon"}).content.decode()
    assert "15,000 元" in page
    assert "5,000 元" in page
    assert not FundingRecord.objects.exists(), "to reckon is not to record"
    for payroll in ("1000000", "2000000"):
        assert client.post(PAGE, SAID | {"act": "record", "payroll": payroll}).status_code == 302
    assert FundingRecord.objects.get().payroll == 2_000_000
    assert 'value="2000000.00"' in client.get(PAGE).content.decode(), "what is on record can be put right"
    assert "30,000" in client.get(PAGE).content.decode()

    for wrong in ({"payroll": "十万"}, {"payroll": "-1"}, {"payroll": "1"}, {"year": "1999"}, {"spent": "9" * 20}):
        assert client.post(PAGE, SAID | {"act": "record"} | wrong).status_code == 422
    assert FundingRecord.objects.get().payroll == 2_000_000

    def told(officer: User) -> list[list[str]]:
        scope = scope_of(officer)
        asked = Asked(2026, scope.units[0].area)
        tables = report_of(scope, asked, By.AREA, unit=scope.units[0], now=NOW)["tables"]
        return next(table["rows"] for table in tables if table["name"] == "教育经费")

    foreign = make.bureau("410400")
    for officer in (city_officer, county_officer):
        rate, units, payroll, due, set_aside, spent = told(officer)[0]
        assert (rate, units) == ("1.5%", "1")
        assert [Decimal(each) for each in (payroll, due, set_aside, spent)] == [2_000_000, 30_000, 10_000, 8_000]
    assert told(make.give(make.user(), foreign, Duty.OVERSEE)) == []

    client.force_login(county_officer)
    statistics = client.get("/statistics/").content.decode().replace("&amp;", "&")
    ((href, figure),) = re.findall(r'<a href="(/statistics/funding/[^"]+)">(\d+)</a>', statistics)
    listed = client.get(href).content.decode()
    assert (figure, listed.count('data-label="工资总额"')) == ("1", 1)
    assert "30,000" in listed


@time_machine.travel(NOW, tick=False)
def test_what_exceeded_last_year_is_offered_this_year(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    client.post(PAGE, SAID | {"act": "record", "year": "2025", "payroll": "100000", "spent": "9500"})
    assert 'value="1500.00"' in client.get(PAGE).content.decode()
