"""The search box: by name, number or title, of one's own place or trade alone, and nothing of it in an address."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.office.services.counting import count_years
from tests import factories as make
from tests.office.factories import NOW

pytestmark = pytest.mark.django_db
PAGE = "/find/"


def reads(user: User, said: str) -> str:
    client = Client()
    client.force_login(user)
    return client.post(PAGE, {"said": said}).content.decode().split("<main", 1)[1]


def nothing_of(user: User, said: str) -> str:
    """The page without what was asked and without its token."""
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", reads(user, said).replace(said, ""))


def test_own_people_units_and_numbers_are_found_and_others_are_as_if_absent(
    county_officer: User, authority: Organization, employer: Organization, declarant: Professional
) -> None:
    number = make.id_number()
    person = make.professional("王小明", works_at=employer, number=number)
    elsewhere = make.employer("外地一中", at=make.area("410402"))
    foreign_number = make.id_number()
    make.professional("王外地", works_at=elsewhere, number=foreign_number)
    count_years(now=NOW)
    trade = make.give(make.user("主管部门经办"), authority, Duty.OVERSEE)
    year = NOW.year
    for reader in (county_officer, trade):
        for said in ("王", number, f" {number.lower()} "):
            page = reads(reader, said)
            assert reverse("office:counted_person", args=[person.ref, year]) in page
            assert "王外地" not in page
        assert "开封市第一实验中学</a>" in reads(reader, "第一实验")
        told = {nothing_of(reader, one) for one in ("外地一中", "没有的单位", foreign_number, make.id_number())}
        assert len(told) == 1
        assert "没有找到" in told.pop()
    assert person.id_mask in reads(county_officer, number)


def test_it_is_for_who_oversees_and_costs_the_same_however_many_are_found(
    client: Client, county_officer: User, employer: Organization, employer_reviewer: User
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            reads(county_officer, "同名")
        return len(asked)

    make.professional("同名人", works_at=employer)
    few = cost()
    for _ in range(25):
        make.professional("同名人", works_at=employer)
    assert cost() == few
    assert reads(county_officer, "同名").count("item-title") == 20
    client.force_login(employer_reviewer)
    assert client.post(PAGE, {"said": "同名"}).status_code == 403
    assert PAGE not in client.get("/today/").content.decode()
    client.force_login(county_officer)
    assert 'placeholder="人员、单位、证书、班"' in client.get(PAGE).content.decode()


def test_what_was_taken_over_says_from_where(client: Client, county_officer: User, employer: Organization) -> None:
    make.professional("转入教师", works_at=employer, taken_from="老平台")
    client.force_login(county_officer)
    assert "由老平台转入" in client.post("/find/", {"said": "转入教师"}).content.decode()
