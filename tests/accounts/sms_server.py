"""A gateway for texts on this machine, over TLS: it stands for the provider's, which cannot be here."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.utils.module_loading import import_string

from accounts.services.gateways import must_be_whole
from tests.kernel.tls import certificate_for

TOKEN = "known to both"


class Gateway:
    """Takes each text once by its key. `status` and `says` are its answer; with `is_cut` it takes a text and hangs up
    before it answers, with `is_silent` it never answers.
    """

    def __init__(self, certificate: Path) -> None:
        self.status, self.says = 200, b'{"code": 0}'
        self.is_cut = self.is_silent = False
        self.heard: list[tuple[str, str, dict[str, str], bytes]] = []
        self.carried: dict[str, tuple[str, str]] = {}
        self.ended = Event()
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(certificate)
        self.server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.server.socket = secure.wrap_socket(self.server.socket, server_side=True)
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server.server_port}/v2/texts"

    def close(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def gateway_in_use(settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """The settings name it, the portal trusts its certificate and may call it."""
    certificate = certificate_for("127.0.0.1", folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = Gateway(certificate)
    settings.SMS_GATEWAY, settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = "http", found.url, TOKEN
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    must_be_whole(import_string)
    try:
        yield found
    finally:
        found.close()


class _Quiet(ThreadingHTTPServer):
    """Who does not trust the certificate hangs up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._note(b"")
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._note(body)
            if gateway.is_silent:
                gateway.ended.wait(20)
                return
            if gateway.status == 200:
                text = json.loads(body)
                gateway.carried.setdefault(self.headers["Idempotency-Key"], (text["phone"], text["text"]))
            if not gateway.is_cut:
                self._answer()

        def _note(self, body: bytes) -> None:
            gateway.heard.append((self.command, self.path, dict(self.headers.items()), body))

        def _answer(self) -> None:
            knows = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            self.send_response(gateway.status if knows else 401)
            if gateway.status == 302:
                self.send_header("Location", gateway.url)
            self.send_header("Content-Length", str(len(gateway.says)))
            self.end_headers()
            self.wfile.write(gateway.says)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
