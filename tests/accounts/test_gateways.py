"""Texts leave by one POST over TLS to the gateway that is named, each once by its key; a number stands nowhere else."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from accounts.enums import CodeChannel, CodePurpose, NoticeEvent
from accounts.models import OneTimeCode, TextMessage, User
from accounts.services import gateways
from accounts.services.codes import leave_code, send_codes
from accounts.services.delivery import deliver_notices
from accounts.services.gateways import Text, must_be_whole, phone_of
from accounts.services.notices import tell
from ceportal import env
from tests import factories as make
from tests.accounts.sms_server import TOKEN, Gateway, gateway_in_use
from tests.kernel.tls import certificate_for
from tests.portals import ROOT

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 16, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
LATER = NOON + timedelta(minutes=3)
PHONE, WORDS = "13912345679", "第 0 项已超期。"


@pytest.fixture
def person() -> User:
    return make.user("收信人", number=PHONE)


@pytest.fixture
def gateway(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    with gateway_in_use(settings, tmp_path, monkeypatch) as found:
        yield found


def leave(user: User) -> None:
    tell([user], NoticeEvent.REVIEW_OVERDUE, key="overdue:0", text=WORDS, now=NOON)


def text_after(now: datetime) -> TextMessage:
    deliver_notices(now=now)
    return TextMessage.objects.get()


def test_a_text_is_one_post_with_number_words_token_and_key(gateway: Gateway, person: User) -> None:
    leave(person)
    text = text_after(NOON)
    assert text.sent_at == NOON
    ((method, path, headers, body),) = gateway.heard
    assert (method, path) == ("POST", "/v2/texts")
    assert json.loads(body) == {"phone": PHONE, "text": WORDS, "id": text.ref.hex}
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (text.ref.hex, f"Bearer {TOKEN}")
    assert headers["Content-Type"].startswith("application/json")
    assert PHONE not in f"{path} {headers}"


def test_one_whose_answer_was_lost_is_handed_in_again_and_carried_once(gateway: Gateway, person: User) -> None:
    """The gateway took it and nobody heard so: with a key of its own for each try it would go out twice."""
    leave(person)
    gateway.is_cut = True
    text = text_after(NOON)
    assert (text.sent_at, text.last_error) == (None, "GatewayAway")
    gateway.is_cut = False
    deliver_notices(now=NOON + timedelta(seconds=10))
    assert len(gateway.heard) == 1, "still leased"
    assert text_after(LATER).sent_at == LATER
    assert len(gateway.heard) == 2
    assert gateway.carried == {text.ref.hex: (PHONE, WORDS)}


def test_a_code_goes_to_the_phone_once_too(gateway: Gateway, person: User) -> None:
    code = leave_code(person, CodePurpose.values[0], CodeChannel.PHONE, now=NOON)  # type: ignore[arg-type]
    gateway.status = 503
    assert send_codes(now=NOON) == 0
    assert OneTimeCode.objects.get().last_error == "GatewayRefused"
    gateway.status = 200
    assert send_codes(now=LATER) == 1
    ((key, (phone, _)),) = gateway.carried.items()
    assert (key, phone) == (code.ref.hex, PHONE)


@pytest.mark.parametrize(
    ("status", "says", "accepted"),
    [(503, b"", ""), (302, b"", ""), (400, b"no", ""), (200, b'{"code": 17}', "code=0"), (200, b"", "code=0")],
)
def test_what_is_no_yes_is_tried_again(
    gateway: Gateway, person: User, settings: Any, status: int, says: bytes, accepted: str
) -> None:
    settings.SMS_GATEWAY_ACCEPTED, gateway.status, gateway.says = accepted, status, says
    leave(person)
    text = text_after(NOON)
    assert (text.sent_at, text.last_error, text.attempts) == (None, "GatewayRefused", 1)
    assert len(gateway.heard) == 1, "a redirect is not followed"
    gateway.status, gateway.says = 200, b'{"code": 0}'
    assert text_after(LATER).sent_at == LATER


def test_a_gateway_that_never_answers_is_waited_for_only_so_long(
    gateway: Gateway, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "SECONDS", 0.4)
    gateway.is_silent = True
    leave(person)
    assert text_after(NOON).last_error == "GatewayAway"


@pytest.mark.parametrize("what", ["network", "certificate"])
def test_nothing_is_said_to_who_may_not_be_called_or_is_somebody_else(
    gateway: Gateway, person: User, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    if what == "network":
        settings.OUTGOING_NETWORKS = []
    else:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate_for("sms.example", tmp_path)))
    leave(person)
    assert text_after(NOON).last_error == "GatewayAway"
    assert gateway.heard == []


def test_neither_number_nor_words_stand_in_a_log_or_a_row(
    gateway: Gateway, person: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    leave(person)
    gateway.status, gateway.says = 500, PHONE.encode()
    text_after(NOON)
    gateway.is_cut, gateway.status = True, 200
    text_after(LATER)
    settings.OUTGOING_NETWORKS = []
    text = text_after(LATER + timedelta(minutes=3))
    assert text.attempts == 3
    assert "was not delivered" in caplog.text
    said = caplog.text + "".join(str(record.__dict__) for record in caplog.records) + text.last_error
    assert PHONE not in said
    assert WORDS not in said
    assert TOKEN not in said


class OnesOwn:
    """As an operator writes it for a provider with ways of its own."""

    sent: list[tuple[str, str]] = []

    def send(self, message: Text) -> None:
        self.sent.append((phone_of(message), message.text))

    def probe(self) -> None:
        raise ConnectionError("line down")


class HalfAClass:
    def send(self, message: Text) -> None:
        """Without `probe`."""


def test_a_class_of_ones_own(person: User, settings: Any) -> None:
    settings.SMS_GATEWAY = f"{__name__}.OnesOwn"
    must_be_whole(import_string)
    leave(person)
    assert text_after(NOON).sent_at == NOON
    assert OnesOwn.sent == [(PHONE, WORDS)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SMS_GATEWAY": "gateway"}, "must be local, none, http"),
        ({"SMS_GATEWAY": "nowhere.at.All"}, "cannot be made"),
        ({"SMS_GATEWAY": f"{__name__}.Missing"}, "cannot be made"),
        ({"SMS_GATEWAY": f"{__name__}.HalfAClass"}, "has no probe"),
        ({"SMS_GATEWAY": "http", "SMS_GATEWAY_URL": ""}, "needs SMS_GATEWAY_URL"),
        ({"SMS_GATEWAY": "http", "SMS_GATEWAY_URL": "http://sms.example/"}, "https://"),
    ],
)
def test_settings_that_cannot_send_stop_the_start(settings: Any, changes: dict[str, str], words: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=words):
        must_be_whole(import_string)


def test_a_word_that_is_none_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("none", "http", "our.sms.Gateway"):
        monkeypatch.setenv("SMS_GATEWAY", value)
        assert env.word_or_path("SMS_GATEWAY", "local", "none", "http") == value
    for value in ("htpp", "Local", "our.sms.", "our sms.x", ""):
        monkeypatch.setenv("SMS_GATEWAY", value)
        with pytest.raises(env.MissingSetting, match="SMS_GATEWAY must be one of local, none, http, or"):
            env.word_or_path("SMS_GATEWAY", "local", "none", "http")


@pytest.mark.parametrize(
    ("given", "words"),
    [({"SMS_GATEWAY": "sms"}, "must be one of"), ({"SMS_GATEWAY": "http"}, "SMS_GATEWAY_URL")],
)
def test_no_process_starts_with_such_settings(given: dict[str, str], words: str, tmp_path: Path) -> None:
    environment = os.environ | given | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev"}
    ended = subprocess.run(
        [sys.executable, "-c", "import ceportal.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode != 0
    assert words in ended.stderr.splitlines()[-1]
