"""A name put right, an account merged: the certificate is issued anew, the old number stays known and leads on."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import CorrectionKind, IdKind
from accounts.models import Merge, Notice, Professional, User
from accounts.services.corrections import confirm as confirm_correction
from accounts.services.merging import confirm as confirm_merge
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.selectors import after
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.services.merging import merge_accounts
from credits.services.person_changes import handle_person_changes
from tests import factories as people
from tests.accounts import moving
from tests.certificates import factories as make
from tests.credits.drafts import text_of

pytestmark = pytest.mark.django_db
LATER = make.later(1)


def work() -> None:
    """What the clock does, in its order."""
    handle_person_changes(now=LATER)
    merge_accounts(now=LATER)
    settle_changed_accounts(now=LATER)
    make_sheets(now=LATER)


def public(client: Client, certificate: Certificate) -> str:
    return text_of(client.get(reverse("certificates:verify", args=[certificate.token])))


def put_right(person: Professional, what: CorrectionKind, value: str, *by: User, kind: IdKind | None = None) -> None:
    asked = moving.correction(person, what, value, id_kind=kind)
    number = "" if what == CorrectionKind.NAME else value
    for each in by:
        confirm_correction(asked, seen_round=1, number=number, reason="一致", by=each, now=LATER)


def merged(kept: Professional, number: str, *by: User) -> Merge:
    asked = moving.merge(kept, number)
    for each in by:
        confirm_merge(asked, seen_round=1, reason="是同一人", by=each, now=LATER)
    return asked


@pytest.mark.clause("S4-11")
def test_a_corrected_name_and_number_are_printed_anew(
    client: Client, declarant: Professional, employer_reviewer: User, county_officer: User
) -> None:
    first = make.issued(declarant)
    put_right(declarant, CorrectionKind.NAME, "申报教师甲", employer_reviewer, county_officer)
    work()
    first.refresh_from_db()
    second = Certificate.objects.get(professional=declarant, edition=2)
    assert (first.state, second.state) == (CertificateState.SUPERSEDED, CertificateState.ISSUED)
    assert (second.supersedes, second.snapshot["person"]["name"]) == (first, "申报教师甲")
    assert first.snapshot["person"]["name"] == "申报教师"
    assert (second.snapshot["hours"], second.snapshot["items"]) == (first.snapshot["hours"], first.snapshot["items"])
    said = public(client, first)
    assert "姓名或证件号码已按证明材料更正" in said
    assert second.number in said
    typed = client.post(reverse("certificates:look_up"), {"number": first.number, "name": "申报教师"})
    assert second.number in text_of(typed)
    assert Notice.objects.filter(
        to=declarant.user, text__contains=first.number, text__endswith="已换发新证书。"
    ).exists()
    work()
    assert Certificate.objects.count() == 2
    number = people.id_number()
    put_right(declarant, CorrectionKind.ID_NUMBER, number, employer_reviewer, county_officer, kind=IdKind.RESIDENT)
    work()
    declarant.refresh_from_db()
    third = Certificate.objects.get(edition=3)
    assert third.snapshot["person"] == {"name": "申报教师甲", "id_mask": declarant.id_mask}
    put_right(declarant, CorrectionKind.PHONE, people.phone(), employer_reviewer, county_officer)
    work()
    assert Certificate.objects.count() == 3


@pytest.mark.parametrize("has_own", [False, True], ids=["moves", "stands-beside"])
def test_after_a_merge_the_old_number_leads_to_the_certificate_that_goes_on(
    has_own: bool, client: Client, declarant: Professional, employer_reviewer: User, county_officer: User
) -> None:
    number = people.phone()
    other = people.professional(declarant.name, account=people.user(declarant.name, number=number))
    old = make.issued(other)
    own = make.issued(declarant) if has_own else None
    merged(declarant, number, employer_reviewer, county_officer)
    settle_changed_accounts(now=LATER)
    old.refresh_from_db()
    assert old.state == CertificateState.ISSUED
    work()
    old.refresh_from_db()
    assert old.state == CertificateState.SUPERSEDED
    goes_on = Certificate.objects.get(professional=declarant)
    assert own is None or (own == goes_on and own.snapshot == goes_on.snapshot)
    assert (after(old), goes_on.state) == (goes_on, CertificateState.ISSUED)
    said = public(client, old)
    assert "两个账号，已合并" in said
    assert goes_on.number in said
    assert "有效" in public(client, goes_on)
    assert Notice.objects.filter(to=declarant.user, text__contains=old.number).exists()
