"""`reconcile` finds an error of each kind that is planted, names the row, and goes out with 1."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from accounts.models import Professional
from credits.enums import ClaimState, PublicKind, Subject
from credits.models import Claim, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.ledger import reverse_claim
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(regulation: None, declarant: Professional, other_declarant: Professional) -> None:
    """A met year, one that is not, a reversal, compulsory hours."""
    make.credit(declarant, "60.5")
    make.credit(declarant, "24", subject=Subject.PUBLIC, public_kind=PublicKind.COMPULSORY)
    make.credit(declarant, "6", subject=Subject.PUBLIC)
    make.credit(other_declarant, "8")
    reverse_claim(make.credit(other_declarant, "4.5").claim, reason="重复", by=None, now=NOW)
    assert YearAccount.objects.filter(is_met=True).count() == 1


def found() -> list[str]:
    return sorted({mismatch.code for mismatch in mismatches()})


def test_a_sound_ledger_reconciles(ledger: None) -> None:
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert out.getvalue().strip() == "账户 2 个，明细 6 条，来源 5 条，不一致 0 处。"


def test_an_empty_ledger_reconciles() -> None:
    assert found() == []


@pytest.mark.parametrize("column", ["public", "public_compulsory", "professional_hours", "held"])
def test_an_account_that_differs_from_its_entries(ledger: None, column: str) -> None:
    account = YearAccount.objects.get(is_met=True)
    YearAccount.objects.filter(pk=account.pk).update(**{column: F(column) + 1})
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("reconcile", stdout=out)
    assert left.value.code == 1
    assert f"account_differs 2026 {account.ref.hex}" in out.getvalue()
    assert "不一致 1 处" in out.getvalue()


def test_an_account_without_entries(ledger: None, lone_declarant: Professional) -> None:
    YearAccount.objects.create(
        professional=lone_declarant, year=2026, public=5, area_id="410203", level="中级", rule_set="henan-2026",
        changed_at=NOW,
    )  # fmt: skip
    assert found() == ["account_differs"]


def test_entries_without_an_account(ledger: None) -> None:
    YearAccount.objects.filter(is_met=False).delete()
    assert found() == ["entry_without_account"]


def test_a_withdrawn_claim_that_still_counts(ledger: None) -> None:
    Claim.objects.filter(hours=8).update(state=ClaimState.WITHDRAWN)
    assert found() == ["claim_differs"]


def test_a_live_claim_that_was_taken_back(ledger: None) -> None:
    Claim.objects.filter(state=ClaimState.WITHDRAWN).update(state=ClaimState.LIVE)
    assert found() == ["claim_differs"]


def test_a_live_claim_without_any_entry(ledger: None) -> None:
    claim = Claim.objects.get(hours=8)
    claim.pk, claim.ref, claim.external_id, claim.activity_key = None, None, "other", "other"
    claim.ref = Claim._meta.get_field("ref").get_default()
    claim.save()
    assert found() == ["claim_differs", "live_claim_without_entry"]


@pytest.mark.parametrize("changes", [{"year": 2025}, {"subject": "public"}, {"public_kind": "compulsory"}])
def test_an_entry_that_is_not_its_claims(ledger: None, changes: dict) -> None:
    HourEntry.objects.filter(hours=8).update(**changes)
    assert "entry_of_another" in found()


def test_an_entry_in_another_persons_account(ledger: None, declarant: Professional) -> None:
    HourEntry.objects.filter(hours=8).update(professional=declarant)
    assert found() == ["account_differs", "entry_of_another", "version_differs"]


def test_a_year_called_met_that_is_not(ledger: None) -> None:
    YearAccount.objects.filter(is_met=False).update(is_met=True, met_at=NOW)
    assert found() == ["is_met_wrong"]


def test_a_year_that_is_met_and_not_called_so(ledger: None) -> None:
    YearAccount.objects.filter(is_met=True).update(is_met=False, met_at=None)
    assert found() == ["is_met_wrong"]


def test_an_account_judged_by_another_rule_set(ledger: None) -> None:
    YearAccount.objects.filter(is_met=True).update(rule_set="kaifeng-2021")
    assert found() == ["rule_set_wrong"]


def test_nothing_personal_is_printed(ledger: None, declarant: Professional) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credits_yearaccount SET public = public + 1")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("reconcile", stdout=out)
    assert declarant.name not in out.getvalue()
    assert declarant.id_mask[:6] not in out.getvalue()
