"""Letters and codes leave through the mail server that the settings name, over TLS and with its password."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import NoticeEvent
from accounts.fields import code_in_clear
from accounts.models import OneTimeCode, TextMessage, User
from accounts.services.codes import send_codes
from accounts.services.delivery import deliver_notices
from accounts.services.mail import confirm_mail, propose_mail
from accounts.services.notices import tell
from tests import factories as make
from tests.accounts.mail_server import mail_server_in_use
from tests.portals import ROOT

NOON = datetime(2026, 11, 16, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
LATER = NOON + timedelta(minutes=3)
ADDRESS = "zhang@example.com"


@pytest.fixture
def person() -> User:
    return make.user("收信人")


@pytest.mark.django_db
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_code_and_a_letter_arrive(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: User, security: str
) -> None:
    with mail_server_in_use(settings, tmp_path, monkeypatch, security) as server:
        proposed = propose_mail(person, ADDRESS, now=NOON)
        typed = code_in_clear(proposed.code_sealed, ref=proposed.ref)
        assert send_codes(now=NOON) == 1
        (letter,) = server.taken
        assert (letter["To"], letter["From"]) == (ADDRESS, settings.DEFAULT_FROM_EMAIL)
        assert typed in letter.get_content()
        confirm_mail(person, proposed.ref, typed, now=NOON)
        tell([person], NoticeEvent.REVIEW_OVERDUE, key="overdue:0", text="第 0 项已超期。", now=NOON)
        server.says = "451 later"
        deliver_notices(now=NOON)
        assert TextMessage.objects.filter(sent_at=None, last_error="SMTPDataError").exists()
        server.says = "250 OK"
        deliver_notices(now=LATER)
        overdue = TextMessage.objects.get(event=NoticeEvent.REVIEW_OVERDUE)
        assert overdue.sent_at == LATER
        assert server.taken[-1]["Message-ID"] == f"<{overdue.ref}@ceportal>"
        assert "第 0 项已超期。" in server.taken[-1].get_content()


@pytest.mark.django_db
def test_nothing_is_told_to_a_server_whose_certificate_nobody_trusts(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: User
) -> None:
    with mail_server_in_use(settings, tmp_path, monkeypatch) as server:
        monkeypatch.delenv("SSL_CERT_FILE")
        propose_mail(person, ADDRESS, now=NOON)
        assert send_codes(now=NOON) == 0
        assert OneTimeCode.objects.get().last_error == "SSLCertVerificationError"
        assert server.taken == []


SAYS = "from django.conf import settings as s; print(s.EMAIL_BACKEND.rsplit('.', 2)[1], s.EMAIL_HOST, s.EMAIL_PORT, \
s.EMAIL_USE_TLS, s.EMAIL_USE_SSL, s.EMAIL_HOST_PASSWORD, s.EMAIL_TIMEOUT)"


def _started(given: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("EMAIL_")}
    environment = known | {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev"} | given
    return subprocess.run(
        [sys.executable, "-c", SAYS], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "filebased 127.0.0.1 25 False False  10"),
        ({"EMAIL_HOST": "mail.example"}, "smtp mail.example 587 True False  10"),
        ({"EMAIL_HOST": "mail.example", "EMAIL_SECURITY": "tls"}, "smtp mail.example 465 False True  10"),
        ({"EMAIL_HOST": "127.0.0.1", "EMAIL_SECURITY": "none"}, "smtp 127.0.0.1 25 False False  10"),
        ({"EMAIL_HOST": "mail.example", "EMAIL_PORT": "2525"}, "smtp mail.example 2525 True False  10"),
    ],
    ids=["no server", "usual", "tls", "on this machine", "another port"],
)
def test_the_environment_names_the_server(given: dict[str, str], found: str, tmp_path: Path) -> None:
    assert _started(given, tmp_path).stdout.strip() == found


def test_the_password_may_be_a_file_and_never_goes_in_the_clear(tmp_path: Path) -> None:
    (tmp_path / "mail_password").write_text("known to both\n")
    given = {"EMAIL_HOST": "mail.example", "EMAIL_HOST_PASSWORD_FILE": str(tmp_path / "mail_password")}
    assert "known to both" in _started(given, tmp_path).stdout
    ended = _started(given | {"EMAIL_SECURITY": "none"}, tmp_path)
    assert ended.returncode != 0
    assert "in the clear" in ended.stderr.splitlines()[-1]
    assert "known to both" not in ended.stderr
    assert "must be one of" in _started(given | {"EMAIL_SECURITY": "ssl"}, tmp_path).stderr.splitlines()[-1]
