"""A new edition after the year is closed: all hours of the year, once, at the holder's wish (A14)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Professional
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.services.issuing import renew, settle_changed_accounts
from certificates.services.sheets import make_sheets
from tests.certificates import factories as make
from tests.certificates.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.clause("A14")]
CLOSED = NOW + timedelta(days=60)
MINE = "/certificates/"


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def first(declarant: Professional) -> Certificate:
    """Issued with three items; two more were learned afterwards."""
    certificate = make.issued(declarant)
    for title in ("后来的培训一", "后来的培训二"):
        make.credit(declarant, "8", title=title)
    settle_changed_accounts(now=make.later(1))
    certificate.refresh_from_db()
    return certificate


def page(certificate: Certificate) -> str:
    return reverse("certificates:renew", args=[certificate.ref])


def codes_of(refused: Any) -> list[str]:
    return [reason.code for reason in refused.value]


def test_the_holder_sees_what_is_added_and_has_it_all_on_one_sheet(
    client: Client, declarant: Professional, first: Certificate
) -> None:
    client.force_login(declarant.user)
    with time_machine.travel(NOW, tick=False):
        assert page(first) not in client.get(MINE).content.decode()
        open_still = client.get(page(first))
        assert (open_still.status_code, "还可以申报" in open_still.content.decode()) == (409, True)
    with time_machine.travel(CLOSED, tick=False):
        client.force_login(declarant.user)
        assert page(first) in client.get(MINE).content.decode()
        text = client.get(page(first)).content.decode()
        assert [words in text for words in ("补列的 2 项", "后来的培训一", first.number)] == [True] * 3
        assert client.post(page(first)).status_code == 302
        assert client.post(page(first)).status_code == 409
        make_sheets(now=CLOSED)
        old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
        assert (old.state, new.state, new.supersedes) == (CertificateState.SUPERSEDED, CertificateState.ISSUED, old)
        assert (len(old.snapshot["items"]), len(new.snapshot["items"])) == (3, 5)
        assert new.snapshot["hours"]["total"] == "106"
        assert page(new) not in client.get(MINE).content.decode()
        text = client.get(reverse("certificates:verify", args=[old.token])).content.decode()
        assert ("应持证人申请" in text, new.number in text) == (True, True)
    asked = AuditEvent.objects.filter(action="certificate.supersede", subject_ref=old.ref).get()
    assert asked.actor_id == declarant.user.pk


def test_nothing_new_something_moving_or_another_edition_is_refused(
    declarant: Professional, other_declarant: Professional, client: Client, first: Certificate
) -> None:
    renewed = renew(first, by=declarant.user, now=CLOSED)
    with pytest.raises(Refused) as refused:
        renew(first, by=declarant.user, now=CLOSED)
    assert codes_of(refused) == ["not_valid"]
    with pytest.raises(Refused) as refused:
        renew(renewed, by=declarant.user, now=CLOSED)
    assert codes_of(refused) == ["not_valid"], "its sheet is not made yet"
    make_sheets(now=CLOSED)
    with pytest.raises(Refused) as refused:
        renew(renewed, by=declarant.user, now=CLOSED)
    assert codes_of(refused) == ["nothing_new"]
    make.credit(declarant, "4", title="补报的培训")
    with pytest.raises(Refused) as refused:
        renew(renewed, by=declarant.user, now=CLOSED)
    assert codes_of(refused) == ["under_review"]
    client.force_login(other_declarant.user)
    assert client.post(page(renewed)).status_code == 404


def test_the_list_asks_once_however_many_years(
    client: Client, declarant: Professional, first: Certificate, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(declarant.user)
    with time_machine.travel(CLOSED, tick=False):
        client.force_login(declarant.user)
        client.get(MINE)
        with django_assert_max_num_queries(22):
            client.get(MINE)
