"""Who has no employer takes part like everybody: the bureau of the place stands in (S1-03, S1-13), by every door."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, PersonRegistration, Professional, TitleSeries, User
from accounts.selectors.people import employer_of
from credits.enums import STAGE_AUTHORITY, DeclarationState
from credits.models import Declaration, YearAccount
from reviews.selectors.desk import inbox, reviewers_of
from tests import factories as make
from tests.credits import drafts
from tests.credits.factories import NOW
from tests.reviews.factories import open_all

pytestmark = pytest.mark.django_db
FIELDS = {
    "name": "自由职业工程师", "id_kind": "resident", "area": "410203", "title_series": "22", "title_level": "中级",
    "phone": "13912340031", "password": make.PASSWORD, "password_again": make.PASSWORD,
}  # fmt: skip


@pytest.fixture(autouse=True)
def now(regulation: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def free(county_bureau: Organization, county_officer: User) -> Professional:
    """Registered at the door that says 没有工作单位, approved by the county bureau on its page."""
    TitleSeries.objects.create(code="99", name="无")
    make.title_series()
    page = Client()
    register = reverse("accounts:register")
    assert page.get(f"{register}?without=410203").status_code == 200
    answer = page.post(f"{register}?without=410203", {**FIELDS, "id_number": make.id_number(serial=731)})
    assert answer.status_code == 302
    desk = Client()
    desk.force_login(county_officer)
    registration = PersonRegistration.objects.get()
    desk.post(reverse("accounts:review_person", args=[registration.ref]), {"move": "approve"})
    return Professional.objects.get(name=FIELDS["name"])


def hand_in(person: Professional) -> Declaration:
    drafts.way()
    page = Client()
    page.force_login(person.user)
    page.post(reverse("credits:declare"), {"activity": "training"})
    draft = Declaration.objects.get()
    evidence = {"files": drafts.photo(), "label": "结业证书"}
    page.post(reverse("credits:add_evidence", args=[draft.ref]), evidence)
    assert "提交给" in drafts.text_of(page.get(drafts.at("edit_declaration", draft)))
    assert drafts.post(page, "submit", draft, promise="on").status_code == 302
    draft.refresh_from_db()
    return draft


@pytest.mark.clause("S1-03", "S1-13", "S3-08", "A11")
def test_the_bureau_of_the_place_reviews_once_and_the_hours_count(
    free: Professional, county_bureau: Organization, county_officer: User
) -> None:
    assert employer_of(free) is None
    declaration = hand_in(free)
    assert (declaration.waiting_on, declaration.organization) == (county_bureau, None)
    assert (declaration.state, declaration.stage) == (DeclarationState.AT_AUTHORITY, STAGE_AUTHORITY)
    assert inbox(county_officer).get() == declaration
    assert list(reviewers_of(declaration)) == [county_officer]
    desk = Client()
    desk.force_login(county_officer)
    assert "没有工作单位" in drafts.text_of(desk.get(reverse("reviews:inbox")))
    assert "没有工作单位" in drafts.text_of(desk.get(reverse("reviews:review", args=[declaration.ref])))
    open_all(declaration, county_officer)
    sent = {"move": "approve", "version": declaration.version, "stage": declaration.stage, "hours": "24"}
    assert desk.post(reverse("reviews:decide", args=[declaration.ref]), sent).status_code == 302
    declaration.refresh_from_db()
    assert declaration.state == DeclarationState.APPROVED
    assert YearAccount.objects.get(professional=free).professional_hours == 24


@pytest.mark.clause("A24")
def test_who_reviews_there_does_not_review_their_own(
    free: Professional, county_bureau: Organization, county_officer: User, city_bureau: Organization
) -> None:
    """An officer of the bureau without another employer: the next bureau up has it, since nobody else is here."""
    make.give(free.user, county_bureau, Duty.REVIEW_HOURS)
    county_officer.memberships.filter(duty=Duty.REVIEW_HOURS).delete()
    elsewhere = make.give(make.user("市级审核员"), city_bureau, Duty.REVIEW_HOURS)
    declaration = hand_in(free)
    assert declaration.waiting_on == city_bureau
    assert list(reviewers_of(declaration)) == [elsewhere]
