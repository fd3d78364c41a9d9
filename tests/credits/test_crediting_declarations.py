"""A declaration in the ledger: its hours, its unit, its reason; and what a reversal does to it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.enums import Move
from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import Refused
from credits.enums import ClaimState, DeclarationState, Door
from credits.models import Claim, Declaration, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.ledger import credit_declaration, reverse_claim
from credits.services.ruling import approve, pass_on
from reviews.selectors.sheet import sheet_of
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.usefixtures("henan_2026")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def approved(declarant, employer_reviewer: User, authority_reviewer: User) -> Declaration:
    declaration = drafts.handed_in(declarant)
    passed = pass_on(declaration, version=declaration.version, hours=Decimal(20), by=employer_reviewer, now=NOW)
    return approve(passed, version=passed.version, hours=Decimal(20), by=authority_reviewer, now=LATER)


def test_the_entry_says_where_it_came_from_and_why_fewer_hours_count(
    approved: Declaration, authority_reviewer: User
) -> None:
    entry = HourEntry.objects.get()
    claim = entry.claim
    assert (claim.door, claim.source, claim.external_id) == (Door.DECLARATION, "declaration", str(approved.ref))
    assert (claim.declaration, claim.year, claim.title) == (approved, 2026, approved.title)
    assert entry.reason == "申报 24 学时，审核认定 20 学时"
    assert (entry.organization, entry.by_label) == (approved.organization, authority_reviewer.name)


def test_a_declaration_is_credited_once(approved: Declaration, authority_reviewer: User) -> None:
    with pytest.raises(Refused) as refused:
        credit_declaration(approved, hours=Decimal(20), by=authority_reviewer, now=LATER)
    assert [reason.code for reason in refused.value] == ["already_credited"]
    assert YearAccount.objects.get().professional_hours == 20


def test_an_incomplete_declaration_is_not_credited(declarant) -> None:
    draft = drafts.draft(declarant, started_on=None)
    with pytest.raises(Refused, match="起止日期"):
        credit_declaration(draft, hours=Decimal(8), by=None, now=NOW)
    assert not Claim.objects.exists()


def test_a_declaration_of_what_another_door_has_counted_is_approved_and_adds_nothing(
    declarant, employer_reviewer: User, authority_reviewer: User, client: Client
) -> None:
    content = drafts.CONTENT
    declaration = drafts.handed_in(declarant)
    passed = pass_on(declaration, version=declaration.version, hours=Decimal(24), by=employer_reviewer, now=NOW)
    days = {"started_on": content["started_on"], "ended_on": content["ended_on"]}
    make.credit(declarant, "24", title=content["title"], **days)
    warned = sheet_of(passed, authority_reviewer, now=NOW).warnings
    assert "already_counted" in [reason.code for reason in warned]
    approve(passed, version=passed.version, hours=Decimal(24), by=authority_reviewer, now=LATER)
    declaration.refresh_from_db()
    assert declaration.state == DeclarationState.APPROVED
    assert YearAccount.objects.get().professional_hours == 24
    beside = Claim.objects.get(declaration=declaration)
    assert (beside.state, beside.twin) == (ClaimState.DUPLICATE, Claim.objects.get(state=ClaimState.LIVE))
    assert "学习平台" in declaration.steps.last().reason
    client.force_login(declarant.user)
    page = client.get(f"/declarations/{declaration.ref}/").content.decode()
    assert "没有另外增加学时" in page
    assert not list(mismatches())


def test_a_reversal_reverses_the_declaration_and_leaves_its_step(
    approved: Declaration, city_officer: User, city_bureau: Organization
) -> None:
    claim = Claim.objects.get()
    reverse_claim(claim, reason="抽查发现材料不实", organization=city_bureau, by=city_officer, now=LATER)
    approved.refresh_from_db()
    assert (approved.state, approved.state_reason) == (DeclarationState.REVERSED, "抽查发现材料不实")
    step = approved.steps.last()
    assert (step.move, step.state, step.organization, step.hours, step.reason) == (
        Move.REVERSE, DeclarationState.REVERSED, city_bureau, 20, "抽查发现材料不实",
    )  # fmt: skip
    assert YearAccount.objects.get().professional_hours == 0
