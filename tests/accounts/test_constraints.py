"""What the database itself refuses, each constraint by its name (SQLite names columns where an index is unique)."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, RegistrationState, UnitState
from accounts.models import (
    Employment,
    Membership,
    Notice,
    PersonRegistration,
    PersonRegistrationRuling,
    UnitRegistration,
)
from tests import factories as make

pytestmark = pytest.mark.django_db


def broken(name, make_row, columns=""):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make_row()
    said = str(caught.value)
    assert name in said or (connection.vendor == "sqlite" and columns and columns in said), said


def row(model, **facts):
    return lambda: model.objects.create(**facts)


def test_one_bureau_a_place(county_bureau):
    broken(
        "one_bureau_a_place",
        lambda: make.organization("另一个局", at=county_bureau.area, is_bureau=True),
        "accounts_organization.area_id",
    )
    make.organization("已撤并的局", at=county_bureau.area, is_bureau=True, state=UnitState.CLOSED)


def test_one_unit_of_a_name_in_a_place(employer):
    columns = "accounts_organization.area_id, accounts_organization.name_key"
    broken("one_unit_of_a_name_in_a_place", lambda: make.employer(employer.name, at=employer.area), columns)
    make.employer(employer.name, at=employer.area, state=UnitState.REFUSED)
    make.employer(employer.name, at=make.area("410402"))


def test_a_code_is_registered_once(employer):
    broken("uscc", lambda: make.employer("另一个单位", uscc=employer.uscc))


def test_one_principal_employer_at_a_time(declarant, other_employer):
    facts = {"professional": declarant, "organization": other_employer, "started_on": date(2021, 1, 1)}
    broken("one_principal_employer_at_a_time", row(Employment, **facts), "accounts_employment.professional_id")
    Employment.objects.create(**facts, is_principal=False)


def test_employment_ends_after_it_began(declarant, other_employer):
    facts = {"started_on": date(2021, 1, 2), "ended_on": date(2021, 1, 1)}
    broken(
        "employment_ends_after_it_began",
        row(Employment, professional=declarant, organization=other_employer, **facts),
    )


def test_a_duty_is_held_once(employer, employer_reviewer):
    facts = {"user": employer_reviewer, "organization": employer, "duty": Duty.REVIEW_HOURS}
    columns = "accounts_membership.user_id, accounts_membership.organization_id, accounts_membership.duty"
    broken("a_duty_is_held_once", row(Membership, granted_at=timezone.now(), **facts), columns)
    Membership.objects.create(granted_at=timezone.now(), ended_at=timezone.now(), **facts)


def test_a_number_and_a_phone_stand_once(declarant):
    other = make.professional("另一个人")
    for holder, column in ((other, "id_index"), (other.user, "phone_index")):
        taken = getattr(declarant if column == "id_index" else declarant.user, column)
        rows = type(holder).objects.filter(pk=holder.pk)
        broken(column, lambda rows=rows, column=column, taken=taken: rows.update(**{column: taken}))


def test_nothing_is_told_twice(stranger):
    facts = {"to": stranger, "event": NoticeEvent.REVIEW_DUE, "key": "k", "text": "t", "created_at": timezone.now()}
    Notice.objects.create(**facts)
    broken("nothing_is_told_twice", row(Notice, **facts), "accounts_notice.to_id, accounts_notice.key")


def test_one_open_registration_of_a_person_and_of_a_unit(declarant, employer):
    person = {"professional": declarant, "organization": employer, "declarant": declarant.user}
    PersonRegistration.objects.create(applied_at=timezone.now(), **person)
    broken(
        "one_open_registration",
        row(PersonRegistration, applied_at=timezone.now(), **person),
        "accounts_personregistration.professional_id",
    )
    PersonRegistration.objects.create(applied_at=timezone.now(), state=RegistrationState.REFUSED, **person)
    unit = {"organization": employer, "declarant": declarant.user}
    UnitRegistration.objects.create(applied_at=timezone.now(), **unit)
    broken(
        "one_open_unit_registration",
        row(UnitRegistration, applied_at=timezone.now(), **unit),
        "accounts_unitregistration.organization_id",
    )


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (PersonRegistration, "accounts_personregistration_waits_with_somebody_until_a_moment"),
        (UnitRegistration, "accounts_unitregistration_waits_with_somebody_until_a_moment"),
    ],
)
def test_what_waits_waits_with_somebody_until_a_moment(declarant, employer, model, name):
    facts = {"organization": employer, "declarant": declarant.user, "applied_at": timezone.now()}
    if model is PersonRegistration:
        facts["professional"] = declarant
    broken(name, row(model, waiting_on=employer, **facts))
    broken(name, row(model, due_at=timezone.now(), **facts))


def test_rulings(declarant, employer, employer_reviewer):
    subject = PersonRegistration.objects.create(
        professional=declarant, organization=employer, declarant=declarant.user, applied_at=timezone.now()
    )
    facts = {
        "subject": subject, "stage": 0, "round": 1, "move": Move.APPROVE, "by": employer_reviewer,
        "organization": employer, "declarant": declarant.user, "at": timezone.now(),
    }  # fmt: skip
    prefix = "accounts_personregistrationruling"
    broken(f"{prefix}_by_another_than_the_declarant", row(PersonRegistrationRuling, **facts | {"by": declarant.user}))
    broken(f"{prefix}_says_why_not", row(PersonRegistrationRuling, **facts | {"move": Move.REJECT}))
    PersonRegistrationRuling.objects.create(**facts)
    columns = f"{prefix}.subject_id, {prefix}.stage, {prefix}.round"
    broken(f"{prefix}_is_one_a_stage_and_round", row(PersonRegistrationRuling, **facts), columns)
