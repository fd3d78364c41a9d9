"""A gateway for texts on this machine, over TLS: it stands for the provider's, which cannot be here."""

import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

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
