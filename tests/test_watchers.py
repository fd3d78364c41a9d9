"""Who watches from another machine reaches /metrics and /readyz: nginx, started with the repository's own settings,
lets the named addresses through and nobody else, and the portal knows them by the address that nginx passes on.
"""

import http.client
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.test import Client

from tests.nginx import NGINX, WIDE, front_of, trusting
from tests.test_compose import ROOT, compose

WATCHER, STRANGER = "127.0.0.2", "127.0.0.3"
WATCHED = ("/metrics", "/readyz")


class _Told(BaseHTTPRequestHandler):
    """The portal's place: answers with the address it was told."""

    def do_GET(self) -> None:
        said = self.headers.get("X-Forwarded-For", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Told)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def ask(port: int, path: str, *, by: str) -> tuple[int, str]:
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, source_address=(by, 0), context=trusting())
    with closing(line):
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_lets_those_through_who_are_named_in_its_folder(behind: int, tmp_path: Path) -> None:
    changes = WIDE | {"/etc/nginx/watchers": str(tmp_path)}
    with front_of(behind, changes=changes) as front:
        assert [ask(front.port, path, by=WATCHER)[0] for path in WATCHED] == [403, 403], "nobody was named"
        assert ask(front.port, "/metrics", by="127.0.0.1") == (200, "127.0.0.1")
    (tmp_path / "watcher.conf").write_text(f"allow {WATCHER};\n", encoding="ascii")
    with front_of(behind, changes=changes) as front:
        assert [ask(front.port, path, by=WATCHER) for path in WATCHED] == [(200, WATCHER)] * 2
        assert [ask(front.port, path, by=STRANGER)[0] for path in WATCHED] == [403, 403]
        assert ask(front.port, "/healthz", by=STRANGER)[0] == 200


@pytest.mark.django_db
def test_the_portal_knows_them_by_the_address_that_was_passed_on(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT, settings.METRICS_ADDRESSES = 1, [f"{WATCHER}/32"]
    assert client.get("/metrics", headers={"X-Forwarded-For": WATCHER}).status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": STRANGER}).status_code == 404


def test_documents_and_files_name_one_place() -> None:
    documents = ROOT / "docs" / "operations"
    text = "".join((documents / name).read_text(encoding="utf-8") for name in ("install.md", "containers.md"))
    assert "include /etc/nginx/watchers/*.conf;" in (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for place in ("/etc/nginx/watchers/", "deploy/watchers/", "METRICS_ADDRESSES", "/etc/systemd/journald.conf.d/"):
        assert place in text
    assert "METRICS_ADDRESSES" in compose()["services"]["web"]["environment"]
