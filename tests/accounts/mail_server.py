"""A mail server on this machine, over TLS and with a password: it stands for the province's, which cannot be here."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.kernel.tls import certificate_for
from tests.portals import free_port

HOST, USER, PASSWORD = "127.0.0.1", "portal@mail.example", "known to both"


class MailServer:
    """Takes letters from who has signed in, once TLS is spoken. `says` is its answer to a letter."""

    def __init__(self, certificate: Path, security: str) -> None:
        self.says, self.taken = "250 OK", list[EmailMessage]()
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(certificate)
        at_once = {"ssl_context": secure} if security == "tls" else {}
        later = {"tls_context": secure, "require_starttls": True} if security == "starttls" else {}
        self.controller = Controller(
            self, hostname=HOST, port=free_port(), authenticator=self.authenticate,
            auth_require_tls=security == "starttls", **at_once, **later,
        )  # fmt: skip
        self.controller.start()

    def authenticate(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == known, handled=data == known)

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if not session.authenticated:
            return "530 sign in first"
        if self.says.startswith("2"):
            self.taken.append(message_from_bytes(bytes(envelope.content or b""), policy=policy.default))
        return self.says


@contextmanager
def mail_server_in_use(
    settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, security: str = "starttls"
) -> Iterator[MailServer]:
    """The settings name it, and the portal trusts its certificate."""
    certificate = certificate_for(HOST, folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = MailServer(certificate, security)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, found.controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = security == "starttls", security == "tls"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    settings.DEFAULT_FROM_EMAIL = USER
    try:
        yield found
    finally:
        found.controller.stop()
