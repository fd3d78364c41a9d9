"""The bureaus' register: their own place and below, read only."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Professional, User
from ceportal.kernel.web import keyset
from tests import factories
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db
REGISTER = "/admin/certificates/certificate/"


def test_a_bureau_sees_the_certificates_of_its_place(
    client: Client, declarant: Professional, county_officer: User, city_officer: User
) -> None:
    certificate = make.issued(declarant)
    for officer in (county_officer, city_officer):
        client.force_login(officer)
        text = client.get(REGISTER).content.decode()
        assert certificate.number in text
        assert declarant.name in text
        assert "有效" in text
        assert declarant.id_mask not in text


def test_another_place_sees_nothing_of_it(client: Client, declarant: Professional) -> None:
    certificate = make.issued(declarant)
    elsewhere = factories.give(factories.user(), factories.bureau("410402"), "oversee")
    client.force_login(elsewhere)
    text = client.get(REGISTER).content.decode()
    assert certificate.number not in text
    assert "还没有证书" in text


@pytest.mark.parametrize("few", [0, 5_000], ids=["many of that name", "few"])
def test_whoever_is_asked_for_by_name_is_found_in_ones_own_place_alone(
    client: Client, declarant: Professional, county_officer: User, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(keyset, "_FEW", few)
    certificate = make.issued(declarant)
    elsewhere = factories.give(factories.user(), factories.bureau("410402"), "oversee")
    asked = {"name": declarant.name[:2]}
    for officer, is_shown in ((county_officer, True), (elsewhere, False)):
        client.force_login(officer)
        assert (certificate.number in client.get(REGISTER, asked).content.decode()) is is_shown
        assert certificate.number not in client.get(REGISTER, asked | {"state": "revoked"}).content.decode()
        assert certificate.number not in client.get(REGISTER, {"name": "别人"}).content.decode()


def test_it_is_no_page_of_other_people(client: Client, declarant: Professional, employer_reviewer: User) -> None:
    for user in (declarant.user, employer_reviewer):
        client.force_login(user)
        assert client.get(REGISTER).status_code in {302, 403}


def test_nothing_can_be_added_changed_or_deleted(client: Client, declarant: Professional, county_officer: User) -> None:
    certificate = make.issued(declarant)
    client.force_login(county_officer)
    for address in ("add/", f"{certificate.pk}/change/", f"{certificate.pk}/delete/"):
        assert client.get(REGISTER + address).status_code == 404
        assert client.post(REGISTER + address).status_code == 404


def test_a_long_list_takes_as_many_queries_as_a_short_one(
    client: Client, declarant: Professional, county_officer: User, django_assert_max_num_queries: Any
) -> None:
    make.issued(declarant)
    client.force_login(county_officer)
    client.get(REGISTER)
    with django_assert_max_num_queries(14):
        client.get(REGISTER)
    for number in range(30):
        make.promised(factories.professional(f"同事{number}"))
    with django_assert_max_num_queries(14):
        assert "下一页" in client.get(REGISTER).content.decode()
