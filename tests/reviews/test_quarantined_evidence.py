"""What the scanner has not seen is not shown to a reviewer, does not count as looked at, and so is not approved."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from reviews.models import Opening
from reviews.selectors.desk import not_yet_opened
from tests.reviews.factories import MONDAY, kept_file, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning() -> object:
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        yield


@pytest.mark.parametrize(
    ("state", "label", "says"),
    [
        (FileState.QUARANTINED, "安全检查中", "正在做安全检查"),
        (FileState.INFECTED, "未通过安全检查", "带有病毒"),
    ],
)
def test_it_waits_unseen(
    client: Client, declarant: Professional, employer_reviewer: User, state: FileState, label: str, says: str
) -> None:
    declaration = submitted(declarant, files=0)
    evidence = kept_file(declaration)
    StoredFile.objects.filter(pk=evidence.file_id).update(state=state)
    client.force_login(employer_reviewer)
    page = client.get(reverse("reviews:review", args=[declaration.ref])).content.decode()
    address = reverse("reviews:evidence_file", args=[declaration.ref, evidence.ref])
    assert label in page
    assert address not in page
    refused = client.get(address)
    assert refused.status_code == 409
    assert says in refused.content.decode()
    assert not Opening.objects.filter(file_digest=evidence.file.digest).exists()
    assert [unseen.evidence for unseen in not_yet_opened(declaration, employer_reviewer)] == [evidence]
    client.force_login(declarant.user)
    assert client.get(reverse("credits:evidence_file", args=[evidence.ref])).status_code == 409


def test_once_it_is_clean_it_is_shown(client: Client, declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant, files=0)
    evidence = kept_file(declaration)
    client.force_login(employer_reviewer)
    address = reverse("reviews:evidence_file", args=[declaration.ref, evidence.ref])
    assert address in client.get(reverse("reviews:review", args=[declaration.ref])).content.decode()
    assert b"".join(client.get(address).streaming_content).startswith(b"\x89PNG")
    assert Opening.objects.filter(file_digest=evidence.file.digest).exists()
