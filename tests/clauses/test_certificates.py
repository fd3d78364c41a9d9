"""The certificate that comes by itself and can be relied on (S4-11, S1-10, S3-09, A14)."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Professional, User
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.models import RosterRow
from credits.services.roster_jobs import work_on_rosters
from credits.services.roster_rows import change_row_hours, take_row_back
from credits.services.rosters import confirm_roster
from tests.certificates.factories import content, credit, later, take_back
from tests.credits import rosters as make_rosters
from tests.credits.platforms import number_of

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


@pytest.mark.clause("A14", "S2-04")
def test_it_follows_a_row_that_its_base_corrects(
    declarant: Professional, base: Organization, base_teacher: User
) -> None:
    """Other hours of a row lead to another edition; a row taken back, without which the year is not met, revokes it."""
    make_rosters.recognise(base)
    roster = make_rosters.roster(base, base_teacher, hours=Decimal(16))
    line = make_rosters.row(declarant, id_number=number_of(declarant))
    make_rosters.read(roster, make_rosters.saved(make_rosters.workbook([line])), by=base_teacher)
    confirm_roster(roster, version=roster.version, by=base_teacher, now=later(0))
    work_on_rosters(now=later(0))
    spring = {"started_on": date(2026, 3, 2), "ended_on": date(2026, 3, 31)}
    credit(declarant, "18", subject="public", **spring)
    credit(declarant, "60", **spring)
    clock()
    row = RosterRow.objects.get(roster=roster)
    change_row_hours(row, Decimal(12), reason="请假一天", by=base_teacher, now=later(1))
    clock(2)
    old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
    assert (old.state, new.state, new.supersedes) == (CertificateState.SUPERSEDED, CertificateState.ISSUED, old)
    assert (old.snapshot["hours"]["public"], new.snapshot["hours"]["public"]) == ("34", "30")
    take_row_back(row, reason="不是本班学员", by=base_teacher, now=later(3))
    clock(4)
    new.refresh_from_db()
    assert new.state == CertificateState.REVOKED
    assert not Certificate.objects.filter(professional=declarant, state=CertificateState.ISSUED).exists()


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
