"""期满清除: two officers of a bureau agree on whom the clock then names no more; nobody elsewhere, nobody too early."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Leaving
from accounts.models import Erasure, Organization, Professional, User
from accounts.rules.privacy import ERASED
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.services.trail import record
from ceportal.office.services.erasing import erase_people
from certificates.services.issuing import settle_changed_accounts
from credits.services.accounts import print_anew
from tests import factories as make
from tests.certificates import factories as certified
from tests.credits.drafts import text_of

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:erasures")


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def gone(person: Professional, years: int) -> Professional:
    left_at = timezone.now() - timedelta(days=365 * years + 1)
    Professional.objects.filter(pk=person.pk).update(left_at=left_at, left_as=Leaving.RETIRED)
    return person


@pytest.fixture
def second(county_bureau: Organization) -> User:
    return make.give(make.user("另一经办人"), county_bureau, Duty.APPROVE_PEOPLE)


def test_put_forward_by_one_confirmed_by_another_and_erased_by_the_clock(
    declarant: Professional, other_declarant: Professional, employer: Organization, county_officer: User, second: User,
    employer_reviewer: User, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    early, elsewhere = make.professional("还没期满的人", works_at=employer), make.bureau("410402")
    certificate = certified.issued(declarant)
    for person, years in ((declarant, 3), (early, 2), (other_declarant, 4)):
        gone(person, years)
    Professional.objects.filter(pk=other_declarant.pk).update(area=elsewhere.area)
    one, two = desk_of(county_officer), desk_of(second)
    assert desk_of(employer_reviewer).get(PAGE).status_code == 403
    assert text_of(one.get(f"{reverse('accounts:leavings')}?view=left")).count("期满清除") == 1
    with django_assert_max_num_queries(16):
        shown = text_of(one.get(PAGE))
    assert declarant.name in shown
    for other in (early, other_declarant):
        assert other.name not in shown
    assert "请先勾选人员" in text_of(one.post(PAGE, {"act": "ask"}))
    assert one.post(PAGE, {"act": "ask", "person": "x\0"}).status_code == 422
    refs = [str(person.ref) for person in (declarant, early, other_declarant)]
    assert one.post(PAGE, {"act": "ask", "person": refs}).status_code == 302
    assert [row.professional for row in Erasure.objects.all()] == [declarant]
    assert one.post(PAGE, {"act": "ask", "person": refs}).status_code == 409
    assert "另一位经办人确认" in text_of(one.post(PAGE, {"act": "confirm", "person": refs}))
    assert erase_people(now=timezone.now()) == 0
    assert two.post(PAGE, {"act": "keep", "person": refs}).status_code == 302
    assert two.post(PAGE, {"act": "confirm", "person": refs}).status_code == 409
    assert one.post(PAGE, {"act": "ask", "person": refs}).status_code == 302
    assert two.post(PAGE, {"act": "confirm", "person": refs}).status_code == 302
    record("x.y", declarant, by=declarant.user, now=timezone.now())
    assert erase_people(now=timezone.now()) == 1
    declarant.refresh_from_db()
    assert declarant.name == ERASED
    assert set(AuditEvent.objects.filter(actor_id=declarant.user_id).values_list("actor_label", flat=True)) == {""}
    assert AuditEvent.objects.filter(actor_label=county_officer.label).exists(), "nobody else's"
    acts = AuditEvent.objects.filter(subject_ref=declarant.ref, action__endswith="_erasure").order_by("pk")
    expected = [f"person.{act}_erasure" for act in ("put_forward", "take_off", "put_forward", "confirm")]
    assert list(acts.values_list("action", flat=True)) == expected
    print_anew(declarant, now=timezone.now())
    settle_changed_accounts(now=timezone.now())
    certificate.refresh_from_db()
    assert certificate.state == "issued"
    assert certificate.snapshot["person"]["name"] != ERASED
