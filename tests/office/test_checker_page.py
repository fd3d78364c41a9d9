"""What the independent checker finds stands on the operator's page, each kind with its alarm and its words."""

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.services.append_only import unguard
from ceportal.kernel.services.file_shelf import put
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from ceportal.office.rules.checking import KINDS
from ceportal.office.services.checker import check_books
from certificates.models import Certificate
from tests.certificates import factories as certificates
from tests.office.mending import told
from tests.office.test_checker import PLANTED, lose_file, spoil_sheet
from tests.reviews.factories import stored_file

pytestmark = pytest.mark.django_db


def spoil_trail(certificate: Certificate) -> None:
    unguard()
    AuditEvent.objects.filter(action="user.look").update(after={"b": 1})


def test_each_kind_that_the_checker_finds_stands_on_the_page_with_its_words(
    whole: None, operator: User, declarant: Professional, client: Client
) -> None:
    """Nothing is mended here: what was planted is taken out."""
    issued = certificates.issued(declarant, now=timezone.now())
    put(b"bytes of a file", stored_file(operator, b"bytes of a file").shown_digest)
    record("user.look", operator, by=operator, now=timezone.now())
    seal_trail(now=timezone.now())
    client.force_login(operator)
    planted = {kind: plant for kinds, plant in PLANTED.values() if len(kinds) == 1 for kind in kinds} | {
        "sheet": spoil_sheet, "file": lose_file, "chain": spoil_trail,
    }  # fmt: skip
    assert set(planted) == set(KINDS)
    for kind, plant in planted.items():
        with transaction.atomic():
            harmed = plant(issued)
            assert client.post("/operation/check/").status_code == 302
            check_books(now=timezone.now())
            assert told() == {("books_differ", f"check.{kind}")}
            page = client.get("/operation/").content.decode()
            assert f'data-label="在哪里">{KINDS[kind]}<' in page
            transaction.set_rollback(True)
        if isinstance(harmed, tuple):
            path, kept = harmed
            path.write_bytes(kept)
    assert told() == set()
