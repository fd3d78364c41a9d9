"""The desks of those who approve people and units: who may enter, what they find, what happens, how many queries."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import IdKind, RegistrationState, TitleLevel, UnitNature
from accounts.models import PersonRegistration, Professional
from accounts.services.people import approve_person, register_person, withdraw_registration
from accounts.services.units import register_unit
from tests import factories as make

pytestmark = pytest.mark.django_db
WAITING = reverse("accounts:people_to_approve")
UNITS = reverse("accounts:units_to_approve")
PEOPLE = reverse("accounts:people")


def apply(employer, serial=801, **changes):
    facts = {
        "id_number": make.id_number(serial=serial),
        "name": f"申请人{serial}",
        "phone": make.phone(),
        "password": make.PASSWORD,
        "organization": employer,
        "area": make.area(),
        "title_series": make.title_series(),
        "title_level": TitleLevel.MIDDLE,
        "id_kind": IdKind.RESIDENT,
        "now": timezone.now(),
    }
    return register_person(**(facts | changes))


def apply_unit(supervisor, serial=801):
    return register_unit(
        uscc=make.uscc(serial), name=f"新建单位{serial}", nature=UnitNature.INSTITUTION, area=make.area(),
        supervisor=supervisor, contact_name="人事科", contact_phone="0371-23456789", applicant_name="管理员",
        applicant_phone=make.phone(), password=make.PASSWORD, now=timezone.now(),
    )  # fmt: skip


def page_of(registration):
    return reverse("accounts:review_person", args=[registration.ref])


def unit_page_of(registration):
    return reverse("accounts:review_unit", args=[registration.ref])


@pytest.mark.parametrize("page", [WAITING, UNITS, PEOPLE])
def test_a_desk_is_for_those_with_its_duty(client, declarant, operator, page):
    assert client.get(page).status_code == 302
    for user in (declarant.user, operator):
        client.force_login(user)
        assert client.get(page).status_code == 403


def test_the_list_holds_what_waits_and_asks_few_queries(
    client, employer, employer_reviewer, other_employer, stranger, django_assert_max_num_queries
):
    for serial in range(801, 831):
        apply(employer, serial)
    theirs = apply(other_employer, 890)
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(10):
        answer = client.get(WAITING)
    text = answer.content.decode()
    assert text.count("申请人8") >= 25
    assert theirs.professional.name not in text
    first = answer.context["page"]
    assert (len(first.items), bool(first.next_cursor)) == (25, True)
    rest = client.get(WAITING, {"after": first.next_cursor}).context["page"]
    assert len(rest.items) == 5
    assert not {row.pk for row in rest.items} & {row.pk for row in first.items}


def test_another_employers_item_is_not_there(client, employer, employer_reviewer, stranger, county_officer):
    made = apply(employer)
    for user in (stranger, county_officer):
        client.force_login(user)
        foreign = client.get(page_of(made))
        absent = client.get(reverse("accounts:review_person", args=["00000000-0000-4000-8000-000000000000"]))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert client.post(page_of(made), {"move": "approve"}).status_code == 404
    made.refresh_from_db()
    assert made.state == RegistrationState.WAITING


def test_approve(client, employer, employer_reviewer, django_assert_max_num_queries):
    made = apply(employer)
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(10):
        text = client.get(page_of(made)).content.decode()
    assert made.professional.id_mask in text
    assert client.post(page_of(made), {"move": "approve"}).url == WAITING
    assert Professional.objects.get().approved_at
    assert "决定" in client.get(page_of(made)).content.decode()


def test_refuse_wants_a_reason(client, employer, employer_reviewer):
    made = apply(employer)
    client.force_login(employer_reviewer)
    for reason, words in (("", "请写明"), ("字" * 10_000, "最多 300 个字")):
        answer = client.post(page_of(made), {"move": "refuse", "reason": reason})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert client.post(page_of(made), {"move": "refuse", "reason": "不是本单位人员"}).url == WAITING
    made.refresh_from_db()
    assert made.state == RegistrationState.REFUSED


@pytest.mark.parametrize("move", ["", "zzz", "Approve", "\0"])
def test_what_is_neither_approval_nor_refusal_decides_nothing(client, employer, employer_reviewer, move):
    made = apply(employer)
    client.force_login(employer_reviewer)
    answer = client.post(page_of(made), {"move": move, "reason": "不是本单位人员"})
    assert answer.status_code == 422
    made.refresh_from_db()
    assert made.state == RegistrationState.WAITING


def test_the_second_hand_gets_409_and_the_winners_name(client, employer, employer_reviewer):
    made = apply(employer)
    other = make.give(make.user("先到的审核员"), employer, "approve_people")
    approve_person(PersonRegistration.objects.get(pk=made.pk), by=other, now=timezone.now())
    client.force_login(employer_reviewer)
    for move in ("approve", "refuse"):
        answer = client.post(page_of(made), {"move": move, "reason": "不是"})
        assert answer.status_code == 409
        assert "先到的审核员" in answer.content.decode()


def test_a_withdrawn_one_is_gone_from_the_desk(client, employer, employer_reviewer):
    made = apply(employer)
    withdraw_registration(made, by=made.declarant, now=timezone.now())
    client.force_login(employer_reviewer)
    assert client.get(page_of(made)).status_code == 404
    assert "没有人等待核准" in client.get(WAITING).content.decode()


def test_ones_own_is_not_in_ones_list(client, employer, employer_reviewer, county_officer):
    made = apply(employer, account=employer_reviewer)
    client.force_login(employer_reviewer)
    assert client.get(page_of(made)).status_code == 404
    client.force_login(county_officer)
    assert client.get(page_of(made)).status_code == 200


def test_people_of_the_unit(client, employer, employer_reviewer, other_declarant, django_assert_max_num_queries):
    for serial in range(30):
        make.professional(f"王{serial}" if serial % 2 else f"李{serial}", works_at=employer)
    apply(employer)
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(10):
        answer = client.get(PEOPLE)
    text = answer.content.decode()
    assert len(answer.context["page"].items) == 25
    assert other_declarant.name not in text
    assert "申请人801" not in text
    found = client.get(PEOPLE, {"name": "王"}).context["page"].items
    assert {person.name[0] for person in found} == {"王"}
    assert len(found) == 15
    for text in ("%", "_", "'"):
        assert "没有找到这个姓名" in client.get(PEOPLE, {"name": text}).content.decode()
    assert len(client.get(PEOPLE, {"name": "王\0"}).context["page"].items) == 15


def test_a_bureau_has_the_people_without_an_employer(client, county_officer, declarant):
    made = apply(None)
    approve_person(made, by=county_officer, now=timezone.now())
    client.force_login(county_officer)
    found = client.get(PEOPLE).context["page"].items
    assert [person.pk for person in found] == [made.professional_id]


def test_units_wait_and_are_approved(
    client, authority, authority_reviewer, county_bureau, county_officer, django_assert_max_num_queries
):
    for serial in range(801, 831):
        apply_unit(authority, serial)
    made = apply_unit(None, 890)
    client.force_login(authority_reviewer)
    with django_assert_max_num_queries(10):
        page = client.get(UNITS).context["page"]
    assert len(page.items) == 25
    assert client.get(unit_page_of(made)).status_code == 404
    first = page.items[0]
    with django_assert_max_num_queries(10):
        assert client.get(unit_page_of(first)).status_code == 200
    assert client.post(unit_page_of(first), {"move": "refuse", "reason": ""}).status_code == 422
    assert client.post(unit_page_of(first), {"move": "approve"}).url == UNITS
    assert client.post(unit_page_of(first), {"move": "approve"}).status_code == 409
    client.force_login(county_officer)
    assert client.post(unit_page_of(made), {"move": "refuse", "reason": "名称不全"}).url == UNITS
