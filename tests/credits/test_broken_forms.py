"""The plain form of evidence, cut off in the middle of its file (inputs.md D93): nothing of it is stored."""

import http.client
import socket
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Professional
from ceportal.kernel.models import StoredFile
from credits.models import Declaration, Evidence
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.drafts import at
from tests.kernel import zoo
from tests.kernel.keeping import files_kept

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "t" * 32
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n' + TOKEN.encode() + b"\r\n"
    b'--b\r\nContent-Disposition: form-data; name="label"\r\n\r\n' + "结业证书".encode() + b"\r\n"
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
)
END = b"\r\n--b--\r\n"


@pytest.fixture
def draft(declarant: Professional) -> Declaration:
    today = timezone.localdate()
    make.rule_set("henan-now", year_from=today.year)
    return drafts.draft(declarant, files=0, started_on=today, ended_on=today, hours_claimed=Decimal(8))


@pytest.fixture
def cookies(client: Client, draft: Declaration) -> str:
    client.force_login(draft.declarant)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def answer_to(server: LiveServer, path: str, cookies: str, body: bytes, *, of: int) -> int:
    """The status of a form of `of` bytes of which only `body` comes; the line is then closed from our side."""
    place = urlsplit(server.url)
    start = (
        f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {of}\r\nCookie: {cookies}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), timeout=30) as line:
        line.sendall(start.encode() + body)
        line.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status


def test_half_a_form_stores_nothing(live_server: LiveServer, draft: Declaration, cookies: str) -> None:
    whole = FORM + zoo.png(400, 400, compress_level=0) + END
    path = at("add_evidence", draft)
    for part in (whole[: len(whole) // 2], whole[: -len(END)], FORM, FORM[:100]):
        assert answer_to(live_server, path, cookies, part, of=len(whole)) in {400, 403, 422}
    assert files_kept() == []
    assert not StoredFile.objects.exists()
    assert not Evidence.objects.exists()
    assert answer_to(live_server, path, cookies, whole, of=len(whole)) == 302, "the whole form is taken"
    assert Evidence.objects.count() == 1
