"""Each constraint broken by name."""

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Professional
from certificates.enums import CertificateState
from certificates.models import Certificate, VerificationCount
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db


def row(person: Professional, **changes: Any) -> Certificate:
    made = Certificate.objects.count() + 1
    defaults: dict[str, Any] = {
        "professional": person,
        "year": 2026,
        "edition": made,
        "number": f"n{made}",
        "token": f"t{made}",
        "account_version": 1,
        "snapshot": {},
        "snapshot_digest": "0" * 64,
        "promised_at": make.NOW,
    }
    return Certificate.objects.create(**(defaults | changes))


def ended(**changes: Any) -> dict[str, Any]:
    return {"state": CertificateState.REVOKED, "ended_at": make.NOW, "ended_because": "撤销"} | changes


def broken(name: str) -> Any:
    """SQLite names the columns of a unique constraint, not the constraint."""
    return pytest.raises(IntegrityError, match=f"{name}|UNIQUE constraint failed")


def test_one_live_certificate_a_year(declarant: Professional) -> None:
    row(declarant, **ended())
    row(declarant)
    row(declarant, year=2025)
    with broken("one_live_certificate_a_year"):
        row(declarant)


def test_an_edition_is_made_once(declarant: Professional) -> None:
    row(declarant, **ended(edition=1))
    with broken("an_edition_is_made_once"):
        row(declarant, edition=1)


@pytest.mark.parametrize("column", ["number", "token"])
def test_numbers_and_tokens_are_given_once(declarant: Professional, column: str) -> None:
    row(declarant, **ended(**{column: "same"}))
    with broken(column):
        row(declarant, **{column: "same"})


@pytest.mark.parametrize("lacking", ["pdf_digest", "signed_with", "issued_at"])
def test_nothing_is_issued_without_its_sheet(declarant: Professional, lacking: str) -> None:
    whole: dict[str, Any] = {"pdf_digest": "a" * 64, "signed_with": "b" * 64, "issued_at": make.NOW}
    row(declarant, year=2025, state=CertificateState.ISSUED, **whole)
    part = whole | {lacking: None if lacking == "issued_at" else ""}
    with pytest.raises(IntegrityError, match="nothing_is_issued_without_its_sheet"):
        row(declarant, state=CertificateState.ISSUED, **part)


@pytest.mark.parametrize("lacking", [{"ended_at": None}, {"ended_because": ""}])
def test_an_ended_certificate_says_why_and_when(declarant: Professional, lacking: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="an_ended_certificate_says_why_and_when"):
        row(declarant, **ended(**lacking))


def test_a_certificate_has_one_successor(declarant: Professional) -> None:
    first = row(declarant, **ended())
    row(declarant, **ended(supersedes=first))
    with broken("supersedes"):
        row(declarant, supersedes=first)


def test_one_count_a_certificate_and_day(declarant: Professional) -> None:
    certificate = row(declarant)
    VerificationCount.objects.create(certificate=certificate, day=make.NOW.date())
    with broken("one_count_a_certificate_and_day"):
        VerificationCount.objects.create(certificate=certificate, day=make.NOW.date())
