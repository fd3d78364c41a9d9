"""An employer that has not registered yet: named by people whom the bureau holds meanwhile, who follow it later."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, IdKind, TitleLevel, UnitNature
from accounts.models import Organization, PersonChange, PersonRegistration, Professional, UnitProposal, User
from accounts.rules.proposing import Proposed, reasons_not_to_propose
from accounts.selectors.people import employer_of
from accounts.services.people import approve_person, withdraw_registration
from accounts.services.units import approve_unit, register_unit
from ceportal.kernel.rules.refusal import Refused
from tests import factories as make
from tests.accounts.test_desk_pages import apply
from tests.credits.drafts import text_of

NOW = timezone.now()
NAME = "开封新办科技有限公司"


@pytest.mark.parametrize(
    ("proposed", "is_registered", "codes"),
    [
        (Proposed(NAME), False, []),
        (Proposed(NAME, make.uscc(1)), False, []),
        (Proposed(NAME, make.uscc(1)[:-1]), False, ["uscc_shape"]),
        (Proposed(NAME), True, ["unit_registered"]),
        (Proposed("", make.uscc(1)), True, ["blank"]),
        (Proposed("——"), False, ["blank"]),
        (Proposed("单" * 101), False, ["too_long"]),
        (Proposed("甲\u202e"), False, ["strange_character"]),
    ],
)
def test_what_can_be_named(proposed: Proposed, is_registered: bool, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_propose(proposed, is_registered=is_registered)] == codes
    assert not Proposed(" ")


def named(serial: int, *said: str) -> PersonRegistration:
    return apply(None, serial, proposed=Proposed(*said))


def registers(code: str, name: str = NAME, **changes: Any) -> Organization:
    officer = User.objects.get(name="区人社经办人")
    made = register_unit(
        name=name, uscc=code, area=make.area("410203"), nature=UnitNature.PRIVATE, supervisor=None, contact_name="人事",
        contact_phone="0371-23456789", applicant_name="新管理员", applicant_phone=make.phone(),
        password=make.PASSWORD, now=NOW,
    )  # fmt: skip
    return approve_unit(made, by=officer, now=NOW).organization


@pytest.mark.clause("S1-03")
@pytest.mark.django_db
def test_they_move_over_when_the_unit_registers(county_bureau: Organization, county_officer: User) -> None:
    """Approved ones work there from that day, waiting ones wait there; others and those who withdrew stay."""
    code = make.uscc()
    by_code, by_name, waits, other, gone = (
        named(serial, *said)
        for serial, said in enumerate((("新办公司", code), (f"{NAME}。",), (NAME,), ("别的公司",), (NAME,)), 971)
    )
    for registration in (by_code, by_name, other):
        approve_person(registration, by=county_officer, now=NOW)
    withdraw_registration(gone, by=gone.declarant, now=NOW)
    assert employer_of(by_code.professional) is None
    unit = registers(code)
    assert {employer_of(each.professional) for each in (by_code, by_name)} == {unit}
    assert employer_of(other.professional) is employer_of(gone.professional) is None
    waits.refresh_from_db()
    assert (waits.waiting_on, waits.organization, waits.round) == (unit, unit, 2)
    assert PersonChange.objects.filter(after={"organization": str(unit.ref)}).count() == 2
    approve_person(waits, by=User.objects.get(name="新管理员"), now=NOW)
    assert employer_of(waits.professional) == unit
    assert list(UnitProposal.objects.filter(settled_at__isnull=True)) == [other.proposal]


@pytest.mark.django_db
def test_who_found_an_employer_meanwhile_stays_there(
    county_bureau: Organization, county_officer: User, employer: Organization
) -> None:
    registration = named(976, NAME)
    approve_person(registration, by=county_officer, now=NOW)
    registration.professional.employments.create(organization=employer, started_on=make.JOINED_ON)
    registers(make.uscc())
    assert employer_of(registration.professional) == employer


@pytest.mark.django_db
def test_a_unit_that_people_can_choose_is_not_named(county_bureau: Organization, employer: Organization) -> None:
    for said in ((employer.name,), ("另一个写法", str(employer.uscc))):
        with pytest.raises(Refused) as caught:
            named(977, *said)
        assert [each.code for each in caught.value] == ["unit_registered"]
    assert not Professional.objects.exists()


@pytest.mark.django_db
def test_on_the_pages(
    county_bureau: Organization, county_officer: User, employer: Organization, foreign_officer: User,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    """Named while registering, held by the bureau, matched by it where the unit has registered under another name."""
    make.title_series()
    person, desk, other = (Client() for _ in range(3))
    desk.force_login(county_officer)
    other.force_login(foreign_officer)
    page = f"{reverse('accounts:register')}?without=410203"
    fields = {
        "name": "临时人员", "id_kind": IdKind.RESIDENT, "id_number": make.id_number(serial=978), "area": "410203",
        "title_series": "22", "title_level": TitleLevel.MIDDLE, "phone": "13912340978", "password": make.PASSWORD,
        "password_again": make.PASSWORD, "unit_name": NAME, "unit_uscc": "12",
    }  # fmt: skip
    assert "统一社会信用代码应为 18 位" in text_of(person.post(page, fields))
    assert person.post(page, fields | {"unit_uscc": ""}).status_code == 302
    proposal = UnitProposal.objects.get()
    assert NAME in text_of(person.get(reverse("accounts:registration")))
    assert NAME in text_of(desk.get(reverse("accounts:review_person", args=[proposal.registration.ref])))
    approve_person(proposal.registration, by=county_officer, now=NOW)
    assert NAME in text_of(person.get(reverse("accounts:profile")))
    held, one = reverse("accounts:held_people"), reverse("accounts:held_person", args=[proposal.ref])
    with django_assert_max_num_queries(10):
        assert NAME in text_of(desk.get(held))
    assert NAME not in text_of(other.get(held))
    assert other.get(one).status_code == 404
    assert "没有找到已注册的用人单位" in text_of(desk.post(one, {"uscc": "91"}))
    assert desk.post(one, {"uscc": employer.uscc}).url == held
    assert employer_of(proposal.registration.professional) == employer
    assert desk.post(one, {"uscc": employer.uscc}).status_code == 404


@pytest.fixture
def foreign_officer(db: None) -> User:
    bureau = make.bureau("410402")
    return make.give(make.user("外区经办人"), bureau, Duty.APPROVE_PEOPLE)
