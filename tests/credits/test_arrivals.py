"""What arrived in pieces becomes evidence by its ref: one's own, once, with the same checks as a whole file."""

import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Professional, User
from ceportal.kernel.models import PartialUpload, StoredFile
from ceportal.kernel.services.receiving import announce, receive
from credits.models import Declaration, Evidence
from tests import factories
from tests.credits import drafts
from tests.credits.drafts import at
from tests.credits.factories import NOW
from tests.kernel import zoo

pytestmark = [pytest.mark.usefixtures("henan_2026"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(client: Client, declarant: Professional) -> Client:
    client.force_login(declarant.user)
    return client


@pytest.fixture
def draft(declarant: Professional) -> Declaration:
    return drafts.draft(declarant, files=0)


def arrived(owner: User, data: bytes, *, part: int = 0) -> PartialUpload:
    upload = announce(name="证书.png", content_type="", size=len(data), owner=owner, now=NOW)
    return receive(upload, offset=0, piece=data[: part or None])


def attach(page: Client, draft: Declaration, *refs: object, accept: str = "application/json") -> Any:
    data = {"label": "结业证书", "uploaded": [str(ref) for ref in refs]}
    return page.post(at("add_evidence", draft), data, headers={"Accept": accept})


def test_it_becomes_evidence_once_however_often_it_is_sent(page: Client, draft: Declaration) -> None:
    upload = arrived(draft.declarant, zoo.png())
    for _ in range(3):
        answer = attach(page, draft, upload.ref)
        assert (answer.status_code, answer.json()["problems"]) == (200, [])
    found = Evidence.objects.get()
    assert (found.label, found.file.name) == ("结业证书", "证书.png")
    assert StoredFile.objects.count() == 1


def test_what_is_refused_is_told_by_its_name(page: Client, draft: Declaration) -> None:
    hostile = arrived(draft.declarant, b"MZ" + bytes(60))
    answer = attach(page, draft, hostile.ref)
    assert answer.status_code == 415
    assert answer.json()["problems"][0].startswith("证书.png：只能上传")
    shown = attach(page, draft, arrived(draft.declarant, b"MZ" + bytes(60)).ref, accept="text/html")
    assert shown.status_code == 415
    assert "只能上传" in shown.content.decode()
    assert not Evidence.objects.exists()


def test_half_a_file_waits_for_the_rest(page: Client, draft: Declaration) -> None:
    upload = arrived(draft.declarant, zoo.png(), part=10)
    answer = attach(page, draft, upload.ref)
    assert answer.status_code == 409
    assert "没有传完" in answer.json()["problems"][0]
    assert PartialUpload.objects.filter(pk=upload.pk).exists()


@pytest.mark.parametrize("ref", ["", "x", "\0", "1" * 5000, "00000000-0000-4000-8000-000000000000"])
def test_what_is_not_there_is_told(page: Client, draft: Declaration, ref: str) -> None:
    answer = attach(page, draft, ref)
    assert answer.status_code == 409
    assert "已被清除" in answer.json()["problems"][0]


def test_somebody_elses_is_not_there(page: Client, draft: Declaration) -> None:
    upload = arrived(factories.user("另一人"), zoo.png())
    answer = attach(page, draft, upload.ref)
    assert answer.status_code == 409
    assert "已被清除" in answer.json()["problems"][0]
    assert PartialUpload.objects.filter(pk=upload.pk, stored__isnull=True).exists()
    assert not StoredFile.objects.exists()


def test_an_account_sends_only_so_many_files(page: Client, draft: Declaration, settings: Any) -> None:
    settings.UPLOAD_RATE = "2/hour"
    answers = [attach(page, draft, uuid.uuid4()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 429]
    assert "后再试" in answers[2].json()["problems"][0]
    assert int(answers[2]["Retry-After"]) > 0
