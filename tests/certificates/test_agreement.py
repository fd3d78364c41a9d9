"""A row rewritten together with its digest: nobody who asks is told that it is valid; who must know is told once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Notice, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.selectors.told import events_about, told_about
from ceportal.office.rules.alarms import ringing
from ceportal.office.services.figures import readings
from certificates.documents.signing import examine
from certificates.enums import SuspicionFinding
from certificates.models import Certificate, Suspicion
from certificates.rules.agreement import TOLD, agrees
from certificates.rules.snapshots import digest
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sharing import share
from certificates.services.shelf import take
from certificates.services.suspicions import rule_on
from certificates.views import public
from tests.certificates import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S3-10")]
WORDS = "暂时不要采信这份证书"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """That files are examined in a process of their own is shown by test_checking.py; here it would take the time."""

    def examined(program: str, pdf: bytes, trusted: str) -> bytes:
        return json.dumps(asdict(examine(pdf, trusted=trusted.encode()))).encode()

    monkeypatch.setattr("certificates.services.checking.run_in_bounds", examined)


@pytest.fixture
def rewritten(declarant: Professional, city_officer: User, settings: Any) -> Certificate:
    """As one who owns the database and knows how digests are made: twice the hours."""
    settings.VERIFICATION_RATE = "1000/minute"
    issued = make.issued(declarant)
    said = issued.snapshot | {"employer": "另一个单位", "hours": issued.snapshot["hours"] | {"total": "180"}}
    Certificate.objects.filter(pk=issued.pk).update(snapshot=said, snapshot_digest=digest(said))
    issued.refresh_from_db()
    assert digest(issued.snapshot) == issued.snapshot_digest, "the row alone is whole"
    return issued


def hand_in(client: Client, pdf: bytes) -> Any:
    return client.post("/verify/file/", {"file": SimpleUploadedFile("证书.pdf", pdf, "application/pdf")})


def doors(client: Client, one: Certificate) -> Iterator[tuple[str, Any]]:
    """Every door at which a stranger asks what a certificate is worth."""
    name = one.snapshot["person"]["name"]
    yield "page", client.get(f"/v/{one.token}/")
    yield "number", client.post("/verify/", {"number": one.number, "name": name})
    yield "upload", hand_in(client, take(one.pdf_digest))
    yield "list", client.post("/verify/list/", {"lines": f"{one.number} {name}"})
    yield "program", client.get(f"/api/v1/certificates/{one.token}")
    yield "files", client.post("/api/v1/certificate-files", take(one.pdf_digest), content_type="application/pdf")


def test_no_door_believes_it_and_who_must_know_is_told_once(
    client: Client, rewritten: Certificate, city_officer: User
) -> None:
    notices = Notice.objects.count()
    told = {door: (answer.status_code, answer.content.decode()) for door, answer in doors(client, rewritten)}
    assert {door: status for door, (status, _) in told.items()} == {
        "page": 409, "number": 409, "upload": 409, "list": 200, "program": 409, "files": 200,
    }  # fmt: skip
    assert not [door for door, (_, text) in told.items() if "另一个单位" in text]
    assert all(WORDS in told[door][1] for door in ("page", "number", "upload"))
    assert "您的文件带有本平台的有效签名" in told["upload"][1]
    assert "有效 0 份" in told["list"][1]
    assert "登记有出入，正在核查" in told["list"][1]
    assert ('"disputed"' in told["program"][1], '"disputed"' in told["files"][1]) == (True, True)
    assert '"certificate": null' in told["files"][1]
    report = Suspicion.objects.get()
    assert (report.certificate, report.finding) == (rewritten, "")
    assert AuditEvent.objects.filter(action="suspicion.report", subject_ref=report.ref).count() == 1
    assert Notice.objects.count() == notices + 1
    assert "record_differs" in alarms()
    rule_on(report, finding=SuspicionFinding.SOUND, because="已从备份恢复", by=city_officer, now=timezone.now())
    assert "record_differs" not in alarms()


def alarms() -> set[str]:
    return {each.alarm.code for each in ringing(readings(now=timezone.now()))}


def test_the_look_up_without_the_trail_would_have_believed_it(
    client: Client, rewritten: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what stands in the way is the comparison, and nothing else."""
    for place in ("views.public", "services.checking", "selectors"):
        monkeypatch.setattr(f"certificates.{place}.differing", lambda asked: set())
    told = dict(doors(client, rewritten))
    assert {answer.status_code for answer in told.values()} == {200}
    assert "另一个单位" in told["page"].content.decode()
    assert told["program"].json()["is_valid"]
    assert told["files"].json()["certificate"]["employer"] == "另一个单位"
    assert "有效 1 份" in told["list"].content.decode()


CHANGES: dict[str, Callable[[Certificate], dict[str, Any]]] = {
    "brought back to life": lambda one: {"state": "issued", "ended_at": None, "ended_because": ""},
    "another's address": lambda one: {"token": "A" * 27},
    "another number": lambda one: {"number": "410200-2026-9999999-X"},
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_other_columns_are_held_against_the_trail_too(client: Client, declarant: Professional, change: str) -> None:
    entries = make.meet(declarant)
    one = make.issued_now(declarant)
    if change == "brought back to life":
        make.take_back(entries[0])
        settle_changed_accounts(now=make.later(2))
        assert "已撤销" in client.get(f"/v/{one.token}/").content.decode()
    Certificate.objects.filter(pk=one.pk).update(**CHANGES[change](one))
    one.refresh_from_db()
    assert WORDS in client.get(f"/v/{one.token}/").content.decode()


def test_a_shared_link_shows_and_hands_out_nothing_of_it(client: Client, declarant: Professional) -> None:
    one, now = make.issued(declarant), timezone.now()
    link = share(one, days=7, by=declarant.user, now=now)
    places = [f"/s/{link.token}/", f"/s/{link.token}/pdf/"]
    assert [client.get(place).status_code for place in places] == [200, 200], "the control"
    said = one.snapshot | {"employer": "另一个单位"}
    Certificate.objects.filter(pk=one.pk).update(snapshot=said, snapshot_digest=digest(said))
    assert [client.get(place).status_code for place in places] == [409, 404]


def test_a_sheet_that_lost_its_row_is_not_called_another_paper(client: Client, declarant: Professional) -> None:
    one = make.issued(declarant)
    pdf = take(one.pdf_digest)
    Certificate.objects.filter(pk=one.pk).update(pdf_digest="0" * 64)
    answer = hand_in(client, pdf)
    assert (answer.status_code, "登记里没有这份证书" in answer.content.decode()) == (404, True)


def test_one_that_ends_between_two_looks_is_no_difference(declarant: Professional) -> None:
    entries = make.meet(declarant)
    before = make.issued_now(declarant)
    make.take_back(entries[0])
    settle_changed_accounts(now=make.later(2))
    assert not agrees(before, told_about([before.ref], TOLD)[before.ref]), "the control"
    assert public.differing([before]) == set()


def test_it_costs_one_question_found_by_an_index(
    client: Client, declarant: Professional, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """`audit_of_a_subject`: what the trail was told of one thing is found however long the trail is."""
    one = make.issued(declarant)
    with django_assert_num_queries(1):
        assert public.differing([one] * 200) == set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "audit_of_a_subject" in events_about([one.ref], TOLD).explain()
