"""The certificate that comes by itself and can be relied on (S4-11, S1-10, S3-09, A14)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Professional
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from tests.certificates.factories import content, credit, later, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regulation")]


def clock(hours: int = 0) -> None:
    settle_changed_accounts(now=later(hours))
    make_sheets(now=later(hours))


@pytest.mark.clause("S4-11", "A14")
def test_the_certificate_comes_by_itself_when_the_year_is_met(declarant: Professional) -> None:
    credit(declarant, "60")
    clock()
    assert not Certificate.objects.exists()
    credit(declarant, "30", subject="public")
    clock()
    certificate = Certificate.objects.get(professional=declarant)
    assert certificate.state == CertificateState.ISSUED
    assert certificate.pdf_size > 10_000


@pytest.mark.clause("A14")
def test_hours_earned_later_do_not_change_it_and_reversed_hours_do(declarant: Professional) -> None:
    credit(declarant, "30", subject="public")
    first = credit(declarant, "60")
    clock()
    before = Certificate.objects.get(professional=declarant)
    credit(declarant, "60")
    clock(1)
    assert Certificate.objects.get(professional=declarant).pdf_digest == before.pdf_digest
    take_back(first)
    clock(2)
    old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
    assert (old.state, new.state) == (CertificateState.SUPERSEDED, CertificateState.ISSUED)


@pytest.mark.clause("S1-10")
def test_every_certificate_has_its_number_and_can_be_checked_by_anybody(
    client: Client, declarant: Professional
) -> None:
    credit(declarant, "30", subject="public")
    credit(declarant, "60")
    clock()
    certificate = Certificate.objects.get(professional=declarant)
    assert certificate.number.startswith("410200-2026-")
    text = client.get(reverse("certificates:verify", args=[certificate.token])).content.decode()
    assert certificate.number in text
    assert "有效" in text


@pytest.mark.clause("S3-09")
def test_who_has_not_met_the_year_has_nothing_that_says_so(client: Client, declarant: Professional) -> None:
    """A certificate that lost its ground is found by whoever relies on it: the page counts, not the paper."""
    public = credit(declarant, "30", subject="public")
    credit(declarant, "60")
    clock()
    certificate = Certificate.objects.get(professional=declarant)
    take_back(public)
    clock(1)
    text = client.get(reverse("certificates:verify", args=[certificate.token])).content.decode()
    assert "已撤销" in text
    assert "本年度学时不再达到要求" in text


@pytest.mark.clause("S4-11", "S1-10")
def test_no_mark_of_an_authority_is_made_up(declarant: Professional) -> None:
    """监制 is the authority's own word: until one is configured the sheet says so and bears 示例 (facts b8)."""
    credit(declarant, "30", subject="public")
    credit(declarant, "60")
    clock()
    said = Certificate.objects.get(professional=declarant).snapshot
    assert said.keys() == content(1).keys()
    assert said["is_sample"]
    assert "监制" not in str(said)
    assert said["name"] == "河南省专业技术人员继续教育证书"
    assert said["thresholds"][0]["source"] == "暂按河南省 2025 年通知"
