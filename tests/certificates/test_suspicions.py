"""A certificate that somebody does not believe, and look-ups that lead to nothing (S3-10)."""

import random
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn
from certificates.enums import CheckRefusal, SuspicionFinding
from certificates.models import RefusedCheck, Suspicion
from certificates.rules.numbers import certificate_number
from certificates.selectors import published, published_all
from certificates.services.issuing import TOKEN_BYTES
from certificates.services.suspicions import rule_on
from certificates.services.verification import KEPT, note_refusal
from tests import factories
from tests.certificates import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S3-10")]
REPORT = "/verify/report/"
NAMES = ("王伟", "李娜", "张敏", "刘洋", "陈静")


def test_a_stranger_reports_it_and_the_bureau_of_the_place_rules_on_it(
    client: Client, declarant: Professional, county_officer: User, city_officer: User
) -> None:
    certificate = make.issued(declarant)
    verified = client.get(reverse("certificates:verify", args=[certificate.token])).content.decode()
    assert f"{REPORT}?number={certificate.number}" in verified
    assert certificate.number in client.get(REPORT, {"number": certificate.number}).content.decode()
    says = f"招聘时见到，号码 {factories.id_number()}，照片换过"
    answer = client.post(REPORT, {"number": certificate.number.replace("-", ""), "says": says}, follow=True)
    assert (answer.status_code, "已收到" in answer.content.decode()) == (200, True)
    made = Suspicion.objects.get()
    assert (made.certificate, made.number, made.area) == (certificate, certificate.number, declarant.area)
    assert "****" in made.says, "numbers of people are masked"
    assert Notice.objects.filter(to=county_officer, key=f"suspicion:{made.ref}").count() == 1
    elsewhere = factories.give(factories.user(), factories.bureau("410402"), "oversee")
    place = reverse("admin:certificates_suspicion_item", args=[made.ref])
    client.force_login(elsewhere)
    assert client.get(place).status_code == 404
    client.force_login(city_officer)
    assert "照片换过" in client.get(reverse("admin:certificates_suspicion_changelist")).content.decode()
    assert client.post(place, {"finding": "forged"}).status_code == 422
    assert client.post(place, {"finding": "forged", "because": "与原件不符"}).status_code == 302
    assert "与原件不符" in client.get(place).content.decode()
    assert client.post(place, {"finding": "sound", "because": "再看"}).status_code == 409
    actions = AuditEvent.objects.filter(subject_ref=made.ref).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["suspicion.report", "suspicion.rule"]


@pytest.mark.parametrize(
    ("number", "code"),
    [("410200-2026-0000001-", "410200"), ("", "410000"), ("看不清", "410000")],
    ids=["a number nobody has", "none", "no number"],
)
def test_one_nobody_issued_is_taken_down_by_the_same_words(client: Client, number: str, code: str) -> None:
    factories.area("410200")
    typed = certificate_number(area_code="410200", year=2026, sequence=1) if number.startswith("41") else number
    answer = client.post(REPORT, {"number": typed, "says": "纸质复印件"})
    assert (answer.status_code, answer["Location"]) == (302, "/verify/report/done/")
    made = Suspicion.objects.get()
    assert (made.certificate, made.area_id) == (None, code)


def test_what_cannot_be_taken_is_said_beside_the_field_and_only_so_often(client: Client, settings: Any) -> None:
    for said, words in (("", "请写明哪里可疑"), ("长" * 501, "最多 500 个字"), ("反\u202e向", "可疑之处")):
        answer = client.post(REPORT, {"says": said})
        assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert not Suspicion.objects.exists()
    factories.area("410200")
    settings.REPORT_RATE = "2/hour"
    client.defaults["REMOTE_ADDR"] = "192.0.2.41"
    statuses = [client.post(REPORT, {"says": "可疑"}).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


def test_a_finding_is_whole_and_made_once(county_officer: User) -> None:
    made = Suspicion.objects.create(area=factories.area("410203"), says="可疑", made_at=make.NOW)
    with pytest.raises(IntegrityError, match="a_finding_says_who_when_and_why"), transaction.atomic():
        Suspicion.objects.filter(pk=made.pk).update(finding=SuspicionFinding.FORGED)
    rule_on(made, finding=SuspicionFinding.SOUND, because="已核", by=county_officer, now=make.NOW)
    with pytest.raises(MovedOn):
        rule_on(made, finding=SuspicionFinding.FORGED, because="再核", by=county_officer, now=make.NOW)


def test_what_leads_to_nothing_stands_in_a_line_a_day_and_address(
    client: Client, declarant: Professional, settings: Any
) -> None:
    certificate = make.issued(declarant)
    client.defaults["REMOTE_ADDR"] = "192.0.2.42"
    for _ in range(2):
        client.get(f"/v/{secrets.token_urlsafe(20)}/")
    client.get(f"/api/v1/certificates/{secrets.token_urlsafe(20)}")
    client.post("/verify/", {"number": certificate.number, "name": "别人"})
    client.post("/verify/list/", {"lines": "1 王\n2 王"})
    client.get(f"/v/{certificate.token}/")
    settings.VERIFICATION_RATE = "1/hour"
    for _ in range(4):
        client.get("/v/x/")
    lines = dict(RefusedCheck.objects.values_list("why", "times"))
    assert lines.pop(CheckRefusal.NO_MATCH) >= 6
    assert lines == {CheckRefusal.TOO_MANY: 1}, "who is refused by the hundred is noted once a minute"
    officer = factories.give(factories.user(), factories.bureau("410000"), "oversee")
    client.force_login(officer)
    assert "192.0.2.42" in client.get(reverse("admin:certificates_refusedcheck_changelist")).content.decode()
    note_refusal(CheckRefusal.FILE, "192.0.2.43", now=make.NOW + KEPT + timedelta(days=400))
    assert RefusedCheck.objects.count() == 1, "kept for half a year"


def guesses(chance: random.Random, count: int, number: str) -> list[tuple[str, dict[str, str]]]:
    """Tokens, and numbers around one that is real, each with a name people have."""
    near = [certificate_number(area_code=number[:6], year=int(number[7:11]), sequence=n) for n in range(1, count)]
    tokens = [(f"/v/{chance.randbytes(20).hex()[:27]}/", {}) for _ in range(count // 2)]
    return tokens + [("/verify/", {"number": n, "name": chance.choice(NAMES)}) for n in near[: count - len(tokens)]]


def test_guessing_finds_nothing(client: Client, declarant: Professional, settings: Any) -> None:
    """Ten thousand are asked of a running portal (tests/faults/test_guessing.py)."""
    settings.VERIFICATION_RATE = "1000000/minute"
    certificate = make.issued(declarant)
    assert declarant.name not in NAMES
    found = set()
    for path, form in guesses(random.Random(20261120), 60, certificate.number):
        answer = client.post(path, form) if form else client.get(path)
        found.add((answer.status_code, certificate.snapshot["employer"] in answer.content.decode()))
    assert found == {(404, False)}


def test_guesses_find_nothing_and_a_number_says_nothing_of_the_next(declarant: Professional) -> None:
    """Tokens, and every number after one that is real with the names most people have, as the pages look them up. The
    million is asked by test_guessing.py.
    """
    certificate, chance = make.issued(declarant), random.Random(20261120)
    assert published(certificate.token) == certificate
    assert published_all([(certificate.number, declarant.name)]) == [certificate], "the control"
    assert not any(published(chance.randbytes(20).hex()[:27]) for _ in range(200))
    place, year = certificate.number[:6], int(certificate.number[7:11])
    numbers = [certificate_number(area_code=place, year=year, sequence=n) for n in range(1, 201)]
    assert published_all([(number, chance.choice(NAMES)) for number in numbers]) == [None] * 200
    assert len(secrets.token_urlsafe(TOKEN_BYTES)) == len(certificate.token)
    assert certificate.number[-9:-2] not in certificate.token
