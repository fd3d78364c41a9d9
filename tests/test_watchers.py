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

WATCHER, STRANGER, BALANCER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
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


def ask(port: int, path: str, *, by: str, **headers: str) -> tuple[int, str]:
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, source_address=(by, 0), context=trusting())
    with closing(line):
        line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_lets_those_through_who_are_named_in_its_folder(behind: int, tmp_path: Path) -> None:
    changes = WIDE | {"/etc/nginx/watchers": str(tmp_path)}
    with front_of(behind, changes=changes) as front:
        assert [ask(front.port, path, by=WATCHER)[0] for path in WATCHED] == [403, 403], "nobody was named"
        assert ask(front.port, "/metrics", by="127.0.0.1") == (200, "127.0.0.1")
        assert "allow ::1;" in (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (tmp_path / "watcher.conf").write_text(f"allow {WATCHER};\n", encoding="ascii")
    with front_of(behind, changes=changes) as front:
        assert [ask(front.port, path, by=WATCHER) for path in WATCHED] == [(200, WATCHER)] * 2
        assert [ask(front.port, path, by=STRANGER)[0] for path in WATCHED] == [403, 403]
        assert ask(front.port, "/healthz", by=STRANGER)[0] == 200


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_behind_a_balancer_each_visitor_has_an_address_of_their_own(behind: int, tmp_path: Path) -> None:
    """What somebody writes in front of the address that the balancer saw is not believed, nor whom nobody named."""
    changes = WIDE | {"/etc/nginx/balancers": str(tmp_path)}
    through = {"X_Forwarded_For": f"203.0.113.9, {STRANGER}, {BALANCER}"}
    with front_of(behind, changes=changes) as front:
        assert ask(front.port, "/healthz", by=BALANCER, **through) == (200, BALANCER), "nobody was named"
    (tmp_path / "balancer.conf").write_text(f"set_real_ip_from {BALANCER};\n", encoding="ascii")
    with front_of(behind, changes=changes) as front:
        assert ask(front.port, "/healthz", by=BALANCER, **through) == (200, STRANGER)
        assert ask(front.port, "/healthz", by=WATCHER, **through) == (200, WATCHER)
        assert ask(front.port, "/metrics", by=BALANCER, **through)[0] == 403


@pytest.mark.django_db
def test_the_portal_knows_them_by_the_address_that_was_passed_on(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT, settings.METRICS_ADDRESSES = 1, [f"{WATCHER}/32"]
    assert client.get("/metrics", headers={"X-Forwarded-For": WATCHER}).status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": STRANGER}).status_code == 404


def test_documents_and_files_name_one_place() -> None:
    documents = ROOT / "docs" / "operations"
    text = "".join((documents / name).read_text(encoding="utf-8") for name in ("install.md", "containers.md"))
    settings = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for kind in ("watchers", "balancers"):
        assert f"include /etc/nginx/{kind}/*.conf;" in settings
        for place in (f"/etc/nginx/{kind}", f"deploy/{kind}"):
            assert place in text
    for place in ("METRICS_ADDRESSES", "/etc/systemd/journald.conf.d/"):
        assert place in text
    assert "METRICS_ADDRESSES" in compose()["services"]["web"]["environment"]
