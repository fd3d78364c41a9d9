"""An address of many kilobytes gets our own answer from the web server that runs, not a bare line of gunicorn's."""

import http.client
import importlib.util
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import tables
from tests.portals import ROOT, free_port, until

pytestmark = pytest.mark.timeout(120)
LONGEST = 16 * 1024


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One worker of the real server, on an empty database of its own."""
    number, folder = free_port(), tmp_path_factory.mktemp("server")
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}} | {
        "DATA_DIR": str(folder), "PORT": str(number), "BIND": f"127.0.0.1:{number}", "WEB_WORKERS": "1",
        "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev", "CEPORTAL_DEMO": "0",
    }  # fmt: skip
    made = tables.copy_to(folder / "portal.sqlite3")
    for command in ("collectstatic",) if made else ("migrate", "collectstatic"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--noinput", "-v0"], cwd=ROOT, env=environment, check=True
        )
    with (folder / "out").open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"],
            cwd=ROOT, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            until(lambda: _answers(number), (folder / "out").read_text)
            yield number
        finally:
            server.terminate()
            server.wait(30)


def _answers(port: int) -> bool:
    try:
        return ask(port, "/healthz")[0] == 200
    except OSError:
        return False


def ask(port: int, address: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("length", [100, 5_000, 10_240, LONGEST - 40])
def test_a_long_token_is_one_that_does_not_exist(port: int, length: int) -> None:
    status, page = ask(port, "/v/" + "a" * length)
    assert status == 404
    assert "查无此证" in page


def test_a_long_question_is_answered_too(port: int) -> None:
    assert ask(port, "/help/?q=" + "a" * 12_000)[0] == 200
    assert ask(port, "/no-such-page/?q=" + "%00" * 4_000)[0] in {302, 404}


def test_the_server_has_bounds_all_the_same_and_says_so_in_our_words(port: int) -> None:
    status, page = ask(port, "/v/" + "a" * (LONGEST + 100))
    assert status == 414
    assert "地址太长" in page
    assert "aaaa" not in page


@pytest.mark.asvs("v5.0.0-16.5.1")
def test_what_is_no_request_at_all_is_not_repeated(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA<script> header\r\n\r\n")
        answer = b"".join(iter(lambda: wire.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert "无法读懂这个请求" in answer
    assert "script" not in answer
    assert "X-Content-Type-Options: nosniff" in answer


def test_nginx_lets_as_much_through() -> None:
    text = Path(ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    found = re.search(r"large_client_header_buffers \d+ (\d+)k;", text)
    assert found
    spec = importlib.util.spec_from_file_location("gunicorn_conf", ROOT / "deploy/gunicorn.conf.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert int(found[1]) * 1024 == module.limit_request_line == LONGEST
