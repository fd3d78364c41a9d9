"""Looking at evidence: pages of PDFs as pictures, and long enough to have read them."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Professional, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.services.files import store
from ceportal.kernel.services.page_pictures import sweep_pages
from credits.models import Declaration, Evidence
from reviews.models import Decision, Opening
from tests.credits import factories as rules
from tests.kernel import zoo
from tests.reviews.factories import MONDAY, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def declaration(declarant: Professional) -> Declaration:
    """With a PDF of three pages."""
    made = submitted(declarant, files=0)
    upload = SimpleUploadedFile("通知.pdf", zoo.pdf(pages=3), "application/pdf")
    stored = store(upload, owner=declarant.user, now=MONDAY)
    Evidence.objects.create(declaration=made, file=stored, label="通知", position=1, added_at=MONDAY)
    return made


def address_of(declaration: Declaration, page: int) -> str:
    evidence = declaration.evidence.get()
    return reverse("reviews:evidence_page", args=[declaration.ref, evidence.ref, page])


def kept() -> list[Path]:
    return sorted((Path(settings.DATA_DIR) / "pages").glob("*/*"))


def test_a_page_is_drawn_once_shown_as_a_picture_and_counts_as_looked_at(
    client: Client, declaration: Declaration, employer_reviewer: User, stranger: User
) -> None:
    client.force_login(stranger)
    assert client.get(address_of(declaration, 1)).status_code == 404
    client.force_login(employer_reviewer)
    assert client.head(address_of(declaration, 1)).status_code == 200
    assert not Opening.objects.exists()
    answer = client.get(address_of(declaration, 2))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert max(Image.open(io.BytesIO(answer.content)).size) == 2200
    evidence = declaration.evidence.get()
    assert Opening.objects.get().file_digest == evidence.file.digest
    assert len(kept()) == 2
    assert client.get(address_of(declaration, 2)).content == answer.content
    assert [client.get(address_of(declaration, page)).status_code for page in (0, 4, 99_999)] == [404] * 3
    folder = int(evidence.file.shown_digest[:2], 16)
    drawn = max(path.stat().st_mtime for path in kept())
    week = datetime.fromtimestamp(drawn, tz=MONDAY.tzinfo) + timedelta(days=8)
    turn = week + timedelta(minutes=(folder - int(week.timestamp() // 60)) % 256)
    assert sweep_pages(now=turn) == 2
    assert kept() == []


def test_what_may_not_be_shown_or_drawn_is_said(
    client: Client, declaration: Declaration, employer_reviewer: User
) -> None:
    client.force_login(employer_reviewer)
    file = declaration.evidence.get().file
    place = Path(settings.DATA_DIR) / "files" / file.shown_digest[:2] / file.shown_digest
    place.write_bytes(b"%PDF-1.7 cut off")
    answer = client.get(address_of(declaration, 1))
    assert answer.status_code == 409
    assert "打开原文件" in answer.content.decode()
    type(file).objects.filter(pk=file.pk).update(state=FileState.QUARANTINED)
    assert client.get(address_of(declaration, 1)).status_code == 409
    assert kept() == []
    assert not Opening.objects.exists()


def test_sooner_than_the_rule_set_wants_is_refused_saying_so(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    rules.rule_set(figures={"total": "90", "dwell_seconds": "4"})
    declaration = submitted(declarant, files=2)
    client.force_login(employer_reviewer)
    digests = [each.file.digest for each in declaration.evidence.select_related("file")]
    for digest in ("", *digests):
        Opening.objects.create(
            declaration=declaration, version=1, reviewer=employer_reviewer, file_digest=digest, opened_at=MONDAY
        )
    said = {"move": "approve", "version": 1, "stage": 1, "hours": "24"}
    decide = reverse("reviews:decide", args=[declaration.ref])
    with time_machine.travel(MONDAY + timedelta(seconds=5), tick=False):
        answer = client.post(decide, said)
        left = client.get(reverse("reviews:not_opened", args=[declaration.ref])).content.decode()
    assert answer.status_code == 409
    assert "请再看 3 秒" in answer.content.decode()
    assert 'data-wait="3"' in left
    assert not Decision.objects.exists()
    with time_machine.travel(MONDAY + timedelta(seconds=8), tick=False):
        assert client.post(decide, said).status_code == 302
    assert Decision.objects.count() == 1
