"""`manage.py doctor` asks the provider of identities what it says of itself, and the virus scanner to look."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ceportal.office.rules.readiness import Finding
from ceportal.office.services import readiness
from ceportal.office.services.readiness_outside import PROVIDER, SCANNER, identity, virus_scanner
from tests.accounts.provider import CLIENT, SECRET, Provider
from tests.kernel.clamd import FakeClamd
from tests.portals import free_port

NOW = timezone.now()


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    standing = Provider()
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = standing.issuer, CLIENT, SECRET
    settings.OIDC_NUMBER_CLAIM, settings.OUTGOING_NETWORKS = "id_number", ["127.0.0.0/8"]
    yield standing
    standing.close()


@pytest.fixture
def place(settings: Any) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:
        settings.CLAMD_SOCKET = f"{folder}/clamd.sock"
        yield Path(settings.CLAMD_SOCKET)


def of_provider() -> Finding:
    (found,) = identity(NOW)
    return found


def of_scanner() -> Finding:
    (found,) = virus_scanner(NOW)
    return found


def test_a_provider_that_is_whole_is_asked_for_its_description_alone(provider: Provider) -> None:
    found = of_provider()
    assert (found.is_missing, found.remedy) == (False, "")
    assert provider.asked == ["/.well-known/openid-configuration"]


def test_without_a_provider_nothing_is_asked(settings: Any) -> None:
    settings.OIDC_ISSUER = ""
    assert list(identity(NOW)) == []


@pytest.mark.parametrize("name", ["OIDC_NUMBER_CLAIM", "OIDC_CLIENT_ID"])
def test_a_setting_without_which_nobody_comes_in_is_named(provider: Provider, settings: Any, name: str) -> None:
    setattr(settings, name, "")
    lacking, answered = identity(NOW)
    assert lacking.is_missing
    assert name in lacking.text
    assert lacking.remedy
    assert not answered.is_missing


@pytest.mark.parametrize("issuer", ["https://evil.example", "{issuer}/", None, "\x1b[2J" * 100])
def test_one_that_names_another_issuer_is_named(provider: Provider, issuer: str | None) -> None:
    provider.says = {"issuer": issuer.format(issuer=provider.issuer) if issuer else issuer}
    found = of_provider()
    assert found.is_missing
    assert "自称" in found.text
    assert "\x1b" not in found.text
    assert len(found.text) < 200
    assert "OIDC_ISSUER" in found.remedy


@pytest.mark.parametrize("says", [{"token_endpoint": None}, {"jwks_uri": "ftp://127.0.0.1/keys"}], ids=str)
def test_one_that_leaves_out_what_is_needed_is_named(provider: Provider, says: dict[str, Any]) -> None:
    provider.says = says
    found = of_provider()
    assert found.is_missing
    assert "jwks_uri" in found.remedy


def test_one_that_does_not_answer_is_named_with_why(provider: Provider, settings: Any) -> None:
    settings.OUTGOING_NETWORKS = []
    inside = of_provider()
    assert inside.is_missing
    assert "内部网络" in inside.text
    assert "OUTGOING_NETWORKS" in inside.remedy
    settings.OUTGOING_NETWORKS, settings.OIDC_ISSUER = ["127.0.0.0/8"], f"{provider.issuer}/elsewhere"
    assert "不是 200" in of_provider().text
    settings.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
    away = of_provider()
    assert away.is_missing
    assert "没有正常应答" in away.text
    settings.DEMO = False
    assert "https://" in of_provider().text, "plain HTTP is for the demo alone"


def test_no_scanner_is_said_and_is_no_fault(settings: Any) -> None:
    settings.CLAMD_SOCKET = ""
    found = of_scanner()
    assert not found.is_missing
    assert "不查病毒" in found.text
    assert "CLAMD_SOCKET" in found.remedy


def test_a_scanner_that_is_silent_is_missing_and_one_that_answers_looks_at_harmless_bytes(place: Path) -> None:
    away = of_scanner()
    assert away.is_missing
    assert "没有应答" in away.text
    clamd = FakeClamd(place)
    try:
        found = of_scanner()
        assert (found.is_missing, found.remedy) == (False, "")
        assert clamd.seen == [b"manage.py doctor"]
        clamd.says = b"stream: Everything FOUND"
        assert "Everything" in of_scanner().text
        assert of_scanner().is_missing
        clamd.says = b"INSTREAM: Can't allocate memory. ERROR"
        cannot = of_scanner()
        assert cannot.is_missing
        assert "没有检查" in cannot.text
    finally:
        clamd.stop()


@pytest.mark.django_db
def test_the_doctor_asks_both(provider: Provider, place: Path) -> None:
    provider.says = {"issuer": "https://evil.example"}
    said = {finding.part: finding for finding in readiness.findings(now=NOW)}
    assert said[PROVIDER].is_missing
    assert said[SCANNER].is_missing
