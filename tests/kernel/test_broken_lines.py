"""Lines that break in the middle of what is sent (inputs.md D93): pieces count as far as they came."""

import http.client
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from ceportal.kernel.models import PartialUpload
from ceportal.kernel.services.receiving import announce
from tests.kernel import zoo

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "t" * 32
PATIENCE = 20


@pytest.fixture
def cookies(client: Client, owner: User) -> str:
    client.force_login(owner)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def send_part(server: LiveServer, path: str, headers: dict[str, str], body: bytes, *, announced: int) -> None:
    """Say that `announced` bytes come, send `body` and hang up."""
    place = urlsplit(server.url)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    start = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {announced}\r\n{head}\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        line.sendall(start.encode() + body)


def ask(server: LiveServer, path: str, cookies: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(str(urlsplit(server.url).netloc), timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": cookies, "Accept": "application/json"})
        return dict(json.loads(connection.getresponse().read()))
    finally:
        connection.close()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_piece_that_broke_off_counts_as_far_as_it_came(live_server: LiveServer, owner: User, cookies: str) -> None:
    data = zoo.png(90, 90, compress_level=0)
    upload = announce(name="a.png", content_type="", size=len(data), owner=owner, now=timezone.now())
    path = f"/uploads/{upload.ref}/"
    headers = {
        "Cookie": cookies, "X-CSRFToken": TOKEN, "Upload-Offset": "0", "Content-Type": "application/octet-stream",
    }  # fmt: skip
    send_part(live_server, path, headers, data[:400], announced=1000)
    until(lambda: ask(live_server, path, cookies)["offset"] == 400)
    upload = PartialUpload.objects.get()
    assert (settings.DATA_DIR / "uploads" / f"{upload.ref.hex}.part").read_bytes() == data[:400]
