"""Registration of people and units: success, each refusal, twice, two at once; inbox and mirror agree."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.enums import Duty, IdKind, RegistrationState, TitleLevel, UnitNature, UnitState
from accounts.fields import id_in_clear, phone_in_clear
from accounts.models import (
    Membership,
    Notice,
    Organization,
    PersonRegistration,
    Professional,
    UnitRegistration,
    User,
)
from accounts.selectors.duties import duties_of, waiting_for, who_can_rule
from accounts.selectors.people import employer_of, find_by_id_number, find_units
from accounts.services import memberships, people, units
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
NUMBER = make.id_number(serial=501)


def apply(organization, *, number=NUMBER, phone="13900000001", **changes):
    facts = {
        "id_number": number,
        "name": "申请人",
        "phone": phone,
        "password": make.PASSWORD,
        "organization": organization,
        "area": make.area("410203"),
        "title_series": make.title_series(),
        "title_level": TitleLevel.MIDDLE,
        "id_kind": IdKind.RESIDENT,
        "now": timezone.now(),
    }
    return people.register_person(**(facts | changes))


def apply_unit(supervisor, *, code=None, **changes):
    facts = {
        "uscc": code or make.uscc(77),
        "name": "开封市新建中学",
        "nature": UnitNature.INSTITUTION,
        "area": make.area("410203"),
        "supervisor": supervisor,
        "contact_name": "人事科",
        "contact_phone": "0371-22223333",
        "applicant_name": "单位管理员",
        "applicant_phone": "13900000002",
        "password": make.PASSWORD,
        "now": timezone.now(),
    }
    return units.register_unit(**(facts | changes))


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


# --- people


def test_a_person_waits_with_the_employer_for_five_working_days(employer, employer_reviewer, stranger):
    made = apply(employer)
    assert (made.waiting_on, made.duty, made.round) == (employer, Duty.APPROVE_PEOPLE, 1)
    assert made.due_at > made.waiting_since
    assert list(waiting_for(employer_reviewer, PersonRegistration.objects.all())) == [made]
    assert not waiting_for(stranger, PersonRegistration.objects.all())
    assert Notice.objects.filter(to=employer_reviewer, event="registration_waiting").count() == 1
    assert employer_of(made.professional) is None


def test_numbers_are_sealed_masked_and_found_by_blind_index(employer, employer_reviewer):
    person = apply(employer, number=f" {NUMBER.lower()} ").professional
    assert NUMBER.encode() not in bytes(person.id_sealed)
    assert id_in_clear(person.id_sealed, ref=person.ref) == NUMBER
    assert phone_in_clear(person.user.phone_sealed, ref=person.user.ref) == "13900000001"
    assert person.id_mask == f"{NUMBER[:6]}********{NUMBER[-4:]}"
    assert find_by_id_number(NUMBER) == person
    traces = "".join(str(list(row)) for row in AuditEvent.objects.values_list("before", "after", "actor_label"))
    assert NUMBER not in traces
    assert "13900000001" not in traces


def test_without_an_employer_the_bureau_of_the_place_decides(county_bureau, county_officer):
    made = apply(None)
    assert made.waiting_on == made.organization == county_bureau
    people.approve_person(made, by=county_officer, now=timezone.now())
    person = Professional.objects.get()
    assert person.approved_at is not None
    assert employer_of(person) is None


def test_an_employer_whose_administrator_left_does_not_hold_its_people_up(employer, employer_reviewer, county_officer):
    memberships.end(employer_reviewer, employer, by=None, now=timezone.now())
    made = apply(employer)
    assert made.waiting_on.is_bureau
    assert made.organization == employer
    people.approve_person(made, by=county_officer, now=timezone.now())
    assert employer_of(made.professional) == employer


def test_approved_the_person_works_there(employer, employer_reviewer):
    made = people.approve_person(apply(employer), by=employer_reviewer, now=timezone.now())
    person = Professional.objects.get()
    assert made.state == RegistrationState.APPROVED
    assert made.waiting_on is None
    assert employer_of(person) == employer
    assert employer_of(person, on=date(2020, 1, 1)) is None
    assert made.rulings.get().by == employer_reviewer
    assert Notice.objects.filter(to=person.user, event="registration_decided").count() == 1
    assert AuditEvent.objects.filter(action="registration.approve", subject_ref=made.ref).exists()


def test_the_second_of_two_hands_hears_who_was_first(employer, employer_reviewer):
    made = apply(employer)
    other = make.give(make.user("另一审核员"), employer, Duty.APPROVE_PEOPLE)
    mine, theirs = PersonRegistration.objects.get(pk=made.pk), PersonRegistration.objects.get(pk=made.pk)
    people.approve_person(mine, by=employer_reviewer, now=timezone.now())
    with pytest.raises(MovedOn, match="单位审核员"):
        people.refuse_person(theirs, reason="不是本单位人员", by=other, now=timezone.now())
    with pytest.raises(MovedOn):
        people.approve_person(mine, by=employer_reviewer, now=timezone.now())
    assert made.rulings.count() == 1
    assert Professional.objects.get().employments.count() == 1


def test_after_a_withdrawal_nobody_can_decide(employer, employer_reviewer):
    made = apply(employer)
    stale = PersonRegistration.objects.get(pk=made.pk)
    people.withdraw_registration(made, by=made.declarant, now=timezone.now())
    with pytest.raises(MovedOn, match="撤回"):
        people.approve_person(stale, by=employer_reviewer, now=timezone.now())
    with pytest.raises(MovedOn):
        people.withdraw_registration(stale, by=made.declarant, now=timezone.now())


def test_others_can_neither_decide_nor_withdraw(employer, employer_reviewer, stranger):
    made = apply(employer)
    assert refused(people.approve_person, made, by=stranger, now=timezone.now()) == ["not_your_duty"]
    assert refused(people.approve_person, made, by=made.declarant, now=timezone.now()) == ["not_your_duty"]
    assert refused(people.withdraw_registration, made, by=stranger, now=timezone.now()) == ["not_yours"]


def test_nobody_approves_themselves(employer, employer_reviewer, county_officer):
    """A24: the only one at the unit who could decide applies: the bureau has it."""
    made = apply(employer, account=employer_reviewer)
    assert made.declarant == employer_reviewer
    assert made.waiting_on.is_bureau
    assert refused(people.approve_person, made, by=employer_reviewer, now=timezone.now()) == ["not_your_duty"]


def test_a_refusal_says_why_and_lets_the_person_apply_elsewhere(
    employer, employer_reviewer, lone_employer, lone_reviewer
):
    made = apply(employer)
    assert refused(people.refuse_person, made, reason=" ", by=employer_reviewer, now=timezone.now()) == [
        "reason_missing"
    ]
    people.refuse_person(made, reason="不是本单位人员", by=employer_reviewer, now=timezone.now())
    person = Professional.objects.get()
    assert person.approved_at is None
    again = people.apply_again(
        person, id_number="", name="更正后的名字", organization=lone_employer, area=person.area,
        title_series=None, title_level=TitleLevel.NONE, id_kind=IdKind.RESIDENT, by=person.user, now=timezone.now(),
    )  # fmt: skip
    assert again.waiting_on == lone_employer
    person = people.approve_person(again, by=lone_reviewer, now=timezone.now()).professional
    assert (person.name, find_by_id_number(NUMBER)) == ("更正后的名字", person)
    assert refused(
        people.apply_again, Professional.objects.get(), id_number="", name="甲", organization=employer,
        area=person.area, title_series=None, title_level=TitleLevel.NONE, id_kind=IdKind.RESIDENT,
        by=person.user, now=timezone.now(),
    ) == ["already_approved"]  # fmt: skip


def test_one_application_at_a_time(employer, employer_reviewer):
    made = apply(employer)
    assert refused(
        people.apply_again, made.professional, id_number="", name="甲", organization=employer,
        area=make.area(), title_series=None, title_level=TitleLevel.NONE, id_kind=IdKind.RESIDENT,
        by=made.declarant, now=timezone.now(),
    ) == ["still_waiting"]  # fmt: skip


def test_a_number_or_phone_registers_once_and_nothing_is_left_behind(employer, employer_reviewer):
    apply(employer)
    users = User.objects.count()
    assert refused(apply, employer, phone="13900000009") == ["id_taken"]
    assert refused(apply, employer, number=make.id_number(serial=502)) == ["phone_taken"]
    assert User.objects.count() == users
    assert Professional.objects.count() == 1


def test_a_closed_unit_and_one_that_is_no_employer_take_nobody(employer, authority):
    assert refused(apply, authority) == ["unit_closed"]
    Organization.objects.filter(pk=employer.pk).update(state=UnitState.CLOSED)
    employer.refresh_from_db()
    assert refused(apply, employer) == ["unit_closed"]


def test_a_place_without_any_bureau_says_so(db):
    assert refused(apply, None) == ["nobody_in_charge"]
    assert not User.objects.exists()


# --- units


def test_a_unit_waits_with_its_authority_and_then_is_looked_after_by_who_applied(authority, authority_reviewer):
    made = apply_unit(authority)
    unit = made.organization
    assert (made.waiting_on, made.duty, unit.state) == (authority, Duty.APPROVE_UNITS, UnitState.PENDING)
    assert not find_units(unit.area, "新建中学")
    made = units.approve_unit(made, by=authority_reviewer, now=timezone.now())
    unit.refresh_from_db()
    assert unit.state == UnitState.ACTIVE
    assert {m.duty for m in duties_of(made.declarant)} == {
        Duty.MANAGE_UNIT,
        Duty.APPROVE_PEOPLE,
        Duty.REVIEW_HOURS,
    }
    assert list(find_units(unit.area, "新建 中学")) == [unit]
    assert list(find_units(make.area("410200"), unit.uscc)) == [unit]
    with pytest.raises(MovedOn):
        units.refuse_unit(made, reason="重复", by=authority_reviewer, now=timezone.now())


def test_a_unit_without_an_authority_waits_with_the_bureau(county_bureau, county_officer):
    made = apply_unit(None)
    assert made.waiting_on == county_bureau
    assert list(waiting_for(county_officer, UnitRegistration.objects.all())) == [made]


def test_a_refused_unit_may_be_put_right_and_sent_anew(authority, authority_reviewer):
    made = apply_unit(authority)
    code = made.organization.uscc
    units.refuse_unit(made, reason="名称与证照不符", by=authority_reviewer, now=timezone.now())
    assert not Membership.objects.filter(user=made.declarant).exists()
    again = apply_unit(authority, code=code, account=made.declarant)
    assert again.declarant == made.declarant
    units.withdraw_unit(again, by=made.declarant, now=timezone.now())
    assert apply_unit(authority, code=code, account=made.declarant)


def test_a_unit_is_registered_once(authority, authority_reviewer):
    made = apply_unit(authority)
    assert refused(apply_unit, authority, code=made.organization.uscc, name="另一个名字") == ["uscc_taken"]
    assert refused(apply_unit, authority, code=make.uscc(78)) == ["unit_name_taken"]
    elsewhere = make.authority("兰考县教育局", "410225")
    assert refused(apply_unit, elsewhere, code=make.uscc(79), name="乙") == ["supervisor_elsewhere"]


# --- duties


def test_a_duty_ended_ends_every_session(employer, employer_reviewer):
    before = employer_reviewer.get_session_auth_hash()
    assert memberships.end(employer_reviewer, employer, [Duty.REVIEW_HOURS], by=None, now=timezone.now()) == 1
    employer_reviewer.refresh_from_db()
    assert employer_reviewer.get_session_auth_hash() != before
    assert {m.duty for m in duties_of(employer_reviewer)} == {Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE}
    assert memberships.end(employer_reviewer, employer, [Duty.REVIEW_HOURS], by=None, now=timezone.now()) == 0


def test_a_duty_is_granted_once_and_only_where_it_belongs(employer, employer_reviewer):
    memberships.grant(employer_reviewer, employer, [Duty.REVIEW_HOURS], by=None, now=timezone.now())
    assert Membership.objects.filter(user=employer_reviewer, duty=Duty.REVIEW_HOURS).count() == 1
    assert refused(memberships.grant, employer_reviewer, employer, [Duty.FILE_MONTHS], by=None, now=timezone.now()) == [
        "duty_not_of_this_unit"
    ]


# --- the inbox and its mirror


def test_inbox_and_mirror_agree_for_everybody(
    employer, employer_reviewer, lone_employer, lone_reviewer, stranger, county_officer, city_officer, authority,
    authority_reviewer, declarant, operator, base_teacher,
):  # fmt: skip
    both = make.give(make.user("身兼两职"), employer, Duty.APPROVE_PEOPLE)
    make.give(both, lone_employer, Duty.APPROVE_PEOPLE)
    apply(employer)
    apply(lone_employer, number=make.id_number(serial=503), phone="13900000003")
    apply(None, number=make.id_number(serial=504), phone="13900000004")
    apply(employer, number=make.id_number(serial=505), account=employer_reviewer)
    decided = apply(employer, number=make.id_number(serial=506), phone="13900000006")
    people.approve_person(decided, by=both, now=timezone.now())
    apply_unit(authority)
    apply_unit(None, code=make.uscc(80), name="丙公司", applicant_phone="13900000005")
    for model in (PersonRegistration, UnitRegistration):
        for application in model.objects.select_related("waiting_on"):
            mirror = set(who_can_rule(application))
            inboxes = {
                user for user in User.objects.all() if waiting_for(user, model.objects.all()).contains(application)
            }
            assert inboxes == mirror, application


# --- the number to call at a unit


@pytest.mark.parametrize("typed", ["13912345678", "139-1234 5678", "8613912345678"])
def test_a_mobile_given_for_a_unit_is_kept_sealed_and_still_can_be_called(authority, typed):
    unit = apply_unit(authority, contact_phone=typed).organization
    unit.refresh_from_db()
    assert unit.contact_phone == ""
    assert b"13912345678" not in bytes(unit.contact_mobile_sealed)
    assert unit.number_to_call == "13912345678"


def test_an_offices_number_is_kept_as_it_is(authority):
    unit = apply_unit(authority, contact_phone=" 0371-22223333").organization
    assert (unit.contact_phone, unit.contact_mobile_sealed) == ("0371-22223333", None)
    assert unit.number_to_call == "0371-22223333"


def test_mobiles_kept_before_are_sealed_by_the_migration(employer, authority):
    sealing = import_module("accounts.migrations.0003_seal_mobiles_of_units")
    Organization.objects.filter(pk=employer.pk).update(contact_phone="13912345678")
    before = authority.contact_phone
    sealing.seal_mobiles(apps, None)
    for unit in (employer, authority):
        unit.refresh_from_db()
    assert (employer.contact_phone, employer.number_to_call) == ("", "13912345678")
    assert authority.contact_phone == before
