"""Certificates of many people for a system of title review: asked for, packed, fetched by its own line alone."""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import Professional, User
from accounts.rules.privacy import LOOKED_UP
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent, Job
from ceportal.kernel.services.trail import record
from ceportal.office.selectors.dead_letters import KINDS
from ceportal.office.services.dead_letters import retry_dead_letter
from certificates.models import Certificate
from certificates.services import shelf
from certificates.services.bundles import work_on_bundles
from tests.certificates.factories import NOW, issued, promised
from tests.credits.machines import Machine, api_client, ask_token
from tests.credits.platforms import number_of, platform

BUNDLES = "/api/v1/certificate-bundles"


@pytest.fixture(autouse=True)
def _november(db: None, tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOW, tick=True):
        yield


def ask(machine: Machine, *records: Any) -> Any:
    return machine.send(BUNDLES, json.dumps({"records": records}))


def test_certificates_of_many_people_are_packed_for_who_asked(
    declarant: Professional, lone_declarant: Professional
) -> None:
    machine = Machine(platform(), scopes="eligibility:read")
    certificate = issued(declarant)
    promised(lone_declarant)
    people = [
        {"id_number": number_of(person), "name": person.name, "years": [2025, 2026]}
        for person in (declarant, lone_declarant)
    ]
    answer = ask(machine, *people, people[0] | {"name": "别人"}, people[0] | {"years": []})
    assert answer.status_code == 202
    told = answer.json()
    assert [item["outcome"] for item in told["items"]] == ["match", "match", "no_match", "invalid"]
    assert [item.get("certificate_numbers") for item in told["items"]] == [[certificate.number], [], None, None]
    assert (told["received"], told["files"]) == (4, 1)
    place = f"{BUNDLES}/{told['bundle']}"
    assert machine.get(place).json() == {"bundle": told["bundle"], "state": "waiting", "done": 0, "files": 1}
    assert machine.get(f"{place}/file").status_code == 409
    work_on_bundles(now=NOW)
    assert machine.get(place).json()["state"] == "done"
    file = machine.get(f"{place}/file")
    assert (file["Content-Type"], file["Cache-Control"]) == ("application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))) as archive:
        assert archive.read(f"2026/{certificate.number}.pdf") == shelf.take(certificate.pdf_digest)
    events = AuditEvent.objects.filter(action__in=["eligibility.bundle", "certificate.bundle_fetched", LOOKED_UP])
    assert sorted(events.values_list("action", flat=True)) == sorted(
        ["certificate.bundle_fetched", "eligibility.bundle", LOOKED_UP, LOOKED_UP]
    )
    assert number_of(declarant) not in json.dumps([event.after for event in events])
    other = Machine(platform(), scopes="eligibility:read")
    for path in (place, f"{place}/file", f"{BUNDLES}/none", f"{BUNDLES}/{Job().ref}"):
        assert other.get(path).status_code == 404
    turned = api_client(machine.organization, scopes="eligibility:read", first_key=machine.client)
    machine.token = ask_token(turned).json()["access_token"]
    assert machine.get(place).status_code == 200, "the next key of the line"
    work_on_bundles(now=NOW + timedelta(days=2))
    assert machine.get(f"{place}/file").status_code == 410


def test_a_bundle_that_was_tried_too_often_says_so(declarant: Professional, operator: User) -> None:
    machine, certificate = Machine(platform(), scopes="eligibility:read"), issued(declarant)
    told = ask(machine, {"certificate_number": certificate.number, "name": declarant.name}).json()
    place = f"{BUNDLES}/{told['bundle']}"
    asked_for = Job.objects.get().params
    Job.objects.update(params=asked_for | {"certificates": [0]})
    later = NOW
    for _ in range(MAX_ATTEMPTS):
        assert machine.get(place).json()["state"] in {"waiting", "running"}
        with contextlib.suppress(KeyError):
            work_on_bundles(now=later)
        later += timedelta(minutes=10)
    assert machine.get(place).json()["state"] == "running", "the last try may still be at work"
    Job.objects.update(claimed_until=NOW - timedelta(minutes=1))
    assert machine.get(place).json()["state"] == "failed"
    fetched = machine.get(f"{place}/file")
    assert (fetched.status_code, fetched.json()["code"]) == (409, "bundle_failed")
    Job.objects.update(params=asked_for)
    (jobs,) = (kind for kind in KINDS if kind.code == "jobs")
    retry_dead_letter(jobs, Job.objects.get().ref, by=operator, now=later)
    work_on_bundles(now=later)
    assert machine.get(place).json()["state"] == "done"


def test_certificates_are_packed_by_their_numbers_and_names(declarant: Professional) -> None:
    machine = Machine(platform(), scopes="eligibility:read")
    certificate = issued(declarant)
    mine = {"certificate_number": certificate.number, "name": declarant.name}
    person = {"id_number": number_of(declarant), "name": declarant.name, "years": [2026]}
    asked = [mine, mine | {"name": "别人"}, mine | {"certificate_number": "1"}, mine | {"years": [2026]}, person]
    answer = ask(machine, *asked, mine | {"name": "长" * 100_000}, mine | {"name": 7})
    assert answer.status_code == 202
    told = answer.json()
    outcomes = ["match", "no_match", "no_match", "invalid", "match", "invalid", "invalid"]
    assert [item["outcome"] for item in told["items"]] == outcomes
    assert (told["files"], told["items"][0]["status"]) == (1, "valid")
    assert Job.objects.get(kind="bundle.pack").params["certificates"] == [certificate.pk]
    assert AuditEvent.objects.filter(action=LOOKED_UP, subject_ref=declarant.ref).count() == 1
    said = {"state": "revoked", "reason": "撤销"}
    record("certificate.revoke", certificate, by=None, now=NOW, after=said)
    Certificate.objects.update(state="revoked", ended_at=NOW, ended_because="撤销")
    ended = ask(machine, mine).json()
    assert (ended["bundle"], ended["items"][0]) == (
        None,
        {"index": 0, "outcome": "match", "certificate_numbers": [], "status": "revoked"},
    )


def test_nobody_s_certificates_make_no_bundle_and_the_scope_is_asked(declarant: Professional) -> None:
    person = {"id_number": number_of(declarant), "name": declarant.name, "years": [2026]}
    answer = ask(Machine(platform(), scopes="eligibility:read"), person)
    assert (answer.status_code, answer.json()["bundle"], Job.objects.count()) == (200, None, 0)
    assert ask(Machine(platform(), scopes="hours:read"), person).status_code == 403
    many = ask(Machine(platform(), scopes="eligibility:read"), *[person] * 201)
    assert (many.status_code, many.json()["code"]) == (413, "too_many_records")
