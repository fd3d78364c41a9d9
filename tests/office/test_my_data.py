"""The rights of people: told and asked, their data to take along, who looked at them, gone when the term is over."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Consent, Erasure, Membership, Notice, Organization, Professional, User
from accounts.rules.privacy import ERASED
from accounts.selectors.people import find_by_id_number
from accounts.selectors.safety import account_of
from accounts.services.privacy import agree
from ceportal.kernel.models import AuditEvent
from ceportal.office.rules.looks import named
from ceportal.office.selectors.who_looked import looks_at
from ceportal.office.services.erasing import erase_people
from tests import factories as make
from tests.credits.platforms import number_of
from tests.office.sealed import plant
from tests.reviews import factories as reviewing

pytestmark = pytest.mark.django_db
MY_DATA, CONSENT = reverse("office:my_data"), reverse("accounts:consent")
WHY = "核对身份证原件"


def agreed_on(person: Professional) -> Erasure:
    """By two officers."""
    one, two, now = make.user("经办人甲"), make.user("经办人乙"), timezone.now()
    return Erasure.objects.create(
        professional=person, bureau=make.bureau("410203"), asked_by=one, asked_at=now, confirmed_by=two,
        confirmed_at=now,
    )  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(answer: Any) -> str:
    return str(answer.content.decode())


# --- told, and asked


def test_the_notice_is_agreed_to_once_a_version(settings: Any, monkeypatch: Any, declarant: Professional) -> None:
    settings.PRIVACY_NOTICE = "required"
    client = signed_in(declarant.user)
    for page in (MY_DATA, reverse("accounts:profile")):
        assert client.get(page).url == CONSENT
    assert client.get(reverse("accounts:privacy")).status_code == 200
    assert "我已阅读并同意" in shown(client.get(CONSENT))
    for _ in range(2):
        assert client.post(CONSENT).status_code == 302
    given = Consent.objects.get()
    assert AuditEvent.objects.filter(action="consent.give", subject_ref=given.ref).count() == 1
    assert client.get(MY_DATA).status_code == 200
    monkeypatch.setattr("accounts.rules.privacy.VERSION", "2027-01-01")
    assert client.get(MY_DATA).url == CONSENT
    client.post(CONSENT)
    assert client.get(MY_DATA).status_code == 200
    assert set(Consent.objects.values_list("version", flat=True)) == {given.version, "2027-01-01"}


def test_who_has_not_signed_in_reads_the_notice_and_is_asked_nothing(settings: Any, client: Client) -> None:
    settings.PRIVACY_NOTICE = "required"
    assert "证件号码" in shown(client.get(reverse("accounts:privacy")))
    assert client.get(reverse("office:front")).status_code == 200


# --- numbers in full, and who looked


def test_a_number_is_seen_for_a_purpose_that_its_owner_reads(
    declarant: Professional, employer_reviewer: User, stranger: User
) -> None:
    number, page = number_of(declarant), reverse("accounts:unmask", args=[declarant.ref])
    clerk = signed_in(employer_reviewer)
    asked = clerk.get(page)
    assert (asked.status_code, number in shown(asked)) == (200, False)
    for said in ({"purpose": "identity", "why": "看"}, {"purpose": "x", "why": WHY}, {"why": WHY}, {}):
        refused = clerk.post(page, said)
        assert (refused.status_code, number in shown(refused)) == (422, False)
    assert not AuditEvent.objects.filter(action="person.unmask").exists()
    seen = clerk.post(page, {"purpose": "identity", "why": f"{WHY} {number}"})
    assert number in shown(seen)
    assert "no-store" in seen["Cache-Control"]
    event = AuditEvent.objects.get(action="person.unmask")
    assert (event.actor_id, event.subject_ref, number in str(event.after)) == (
        employer_reviewer.pk,
        declarant.ref,
        False,
    )
    assert signed_in(stranger).post(page, {"purpose": "identity", "why": WHY}).status_code == 404
    own = shown(signed_in(declarant.user).get(MY_DATA))
    office = Membership.objects.filter(user=employer_reviewer).first()
    assert office is not None
    assert office.organization.name in own
    assert WHY in own
    assert employer_reviewer.name not in own


def test_one_clerk_sees_so_many_numbers_an_hour(
    declarant: Professional, employer_reviewer: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr("accounts.views.privacy.UNMASKED", "1 per hour")
    page, clerk = reverse("accounts:unmask", args=[declarant.ref]), signed_in(employer_reviewer)
    said = {"purpose": "identity", "why": WHY}
    assert clerk.post(page, said).status_code == 200
    refused = clerk.post(page, said)
    assert (refused.status_code, number_of(declarant) in shown(refused)) == (409, False)
    assert AuditEvent.objects.filter(action="person.unmask").count() == 1


def test_openings_of_reviewers_are_told_with_role_and_day(
    declarant: Professional, employer_reviewer: User, employer: Organization
) -> None:
    assert looks_at(declarant) == []
    declaration = reviewing.submitted(declarant)
    reviewing.open_all(declaration, employer_reviewer)
    (look,) = looks_at(declarant)
    assert look.who == named(employer.name, Duty.REVIEW_HOURS.label)
    assert declaration.title in look.what
    assert "1 份佐证材料" in look.what
    assert look.who in shown(signed_in(declarant.user).get(MY_DATA))


# --- to take along


def test_ones_own_data_go_along_as_a_page_and_for_programs(declarant: Professional, employer: Organization) -> None:
    now = timezone.now()
    plant(declarant, employer, waits_for=make.id_number("410225"), now=now)
    agree(declarant.user, now=now)
    client, page = signed_in(declarant.user), reverse("office:download_my_data")
    told = client.post(page, {"format": "json"})
    assert "attachment" in told["Content-Disposition"]
    sections = {section["title"]: section["rows"] for section in json.loads(told.content)["sections"]}
    assert sections["账号"][0]["姓名"] == declarant.name
    assert sections["任职"][0]["单位"] == employer.name
    assert len(sections["告知同意"]) == 1
    legible = client.post(page, {"format": "html"})
    for answer in (told, legible):
        assert employer.name in shown(answer)
        assert number_of(declarant) not in shown(answer)
    assert AuditEvent.objects.filter(action="own_data.download").count() == 2
    assert signed_in(make.user("没有注册的人")).post(page).status_code == 200


# --- gone when the term is over


def test_who_left_long_ago_is_no_longer_kept_by_name(
    declarant: Professional, employer: Organization, other_declarant: Professional, settings: Any
) -> None:
    now, number = timezone.now(), number_of(declarant)
    plant(declarant, employer, waits_for=make.id_number("410225"), now=now)
    Notice.objects.create(to=declarant.user, event="x", key="x", text="x", created_at=now)
    settings.RETENTION_YEARS = 3
    Professional.objects.filter(pk=declarant.pk).update(left_at=now - timedelta(days=3 * 365 - 1))
    agreed_on(declarant)
    assert erase_people(now=now) == 0
    held = make.give(declarant.user, employer, Duty.MANAGE_UNIT)
    assert erase_people(now=now + timedelta(days=2)) == 0, "who acts for others is kept"
    Membership.objects.filter(user=held).update(ended_at=now)
    assert erase_people(now=now + timedelta(days=2)) == 1
    assert erase_people(now=now + timedelta(days=2)) == 0
    declarant.refresh_from_db()
    user = User.objects.get(pk=declarant.user_id)
    assert (declarant.name, user.name, user.phone_mask, user.is_active) == (ERASED, ERASED, "", False)
    assert find_by_id_number(number) is account_of(number) is None
    assert not Notice.objects.filter(to=user).exists()
    assert not user.second_factors.exists()
    assert declarant.employments.exists(), "what is a record stays"
    assert AuditEvent.objects.filter(action="person.erase", subject_ref=declarant.ref).count() == 1
    assert Professional.objects.get(pk=other_declarant.pk).name == other_declarant.name
    make.professional("再来的人", number=number)


def test_who_was_never_approved_is_not_kept_for_ever(db: None, settings: Any) -> None:
    now = timezone.now()
    asked = make.professional("没有核准的人", is_approved=False)
    agreed_on(asked)
    assert erase_people(now=now) == 0
    User.objects.filter(pk=asked.user_id).update(joined_at=now - timedelta(days=3 * 365 + 1))
    assert erase_people(now=now) == 1
