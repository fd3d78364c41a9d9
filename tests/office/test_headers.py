"""What every kind of answer tells a browser, whom the portal answers at all, and where the desks stand (8.1.4.4)."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client
from django.urls import clear_url_caches

import ceportal.urls
from accounts.models import User

pytestmark = pytest.mark.django_db
# An answer of each kind: pages, forms, sign-in door, desks, machines, health, what is not there, static files.
ANSWERS = ("/", "/help/", "/sign-in/", "/home/", "/admin/", "/api/v1/nothing", "/healthz", "/no-such-page/")
STATIC = "/static/kernel/frame.css"


def told(answer: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.asvs("v5.0.0-3.4.3", "v5.0.0-3.4.4", "v5.0.0-3.4.5", "v5.0.0-3.4.8", "v5.0.0-3.5.8")
@pytest.mark.parametrize("address", [*ANSWERS, STATIC])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_answer_has_the_rules_for_browsers(client: Client, address: str, method: str) -> None:
    headers = told(getattr(client, method)(address))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy


def test_pages_are_not_framed_by_others(client: Client) -> None:
    assert client.get("/sign-in/")["X-Frame-Options"] == "SAMEORIGIN"


def test_another_host_is_no_host_of_ours() -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "testserver@evil.example"):
        assert Client(raise_request_exception=False).get("/", HTTP_HOST=host).status_code == 400
    forwarded = Client().get("/sign-in/", HTTP_X_FORWARDED_HOST="evil.example")
    assert "evil.example" not in forwarded.content.decode()


@pytest.mark.asvs("v5.0.0-3.5.1")
def test_a_form_sent_without_its_token_changes_nothing(employer_reviewer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(employer_reviewer)
    assert strict.post("/sign-out/").status_code == 403
    assert "/sign-in/" not in strict.get("/home/")["Location"], "still signed in"


@pytest.mark.asvs("v5.0.0-3.3.2", "v5.0.0-3.3.4")
def test_cookies_are_for_the_server_alone(client: Client) -> None:
    cookie = client.get("/sign-in/").cookies["csrftoken"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]
    assert portal.SESSION_COOKIE_HTTPONLY
    assert portal.SESSION_COOKIE_SAMESITE == "Lax"


@pytest.mark.asvs("v5.0.0-3.3.1", "v5.0.0-3.3.3", "v5.0.0-3.4.1")
def test_in_production_cookies_belong_to_this_host_and_need_tls() -> None:
    names = ("SESSION_COOKIE", "CSRF_COOKIE")
    code = (
        "import ceportal.settings.production as s;"
        f"print([getattr(s, n + '_NAME')[:7] + str(getattr(s, n + '_SECURE')) for n in {names}], "
        "s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS)"
    )
    given = {
        "CEPORTAL_SECRET_KEY": "k" * 50, "CEPORTAL_SEALING_KEY": "0" * 64, "CEPORTAL_INDEX_KEY": "1" * 64,
        "ALLOWED_HOSTS": "portal.example", "PUBLIC_URL": "https://portal.example",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=portal.BASE_DIR,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['__Host-True', '__Host-True'] 31536000 True"


def test_the_desks_do_not_exist_outside_their_networks(settings: Any, employer_reviewer: User) -> None:
    settings.ADMIN_ADDRESSES = ["10.1.0.0/16"]
    assert Client(REMOTE_ADDR="10.1.2.3").get("/admin/").status_code == 302
    outside = Client(REMOTE_ADDR="192.0.2.1")
    absent = outside.get("/no-such-page/")
    for address in ("/admin/reviews/filing/", "/admin/reviews/filing", "/admin/", "/admin", "/admin/no-such-desk"):
        for method in ("get", "head", "post"):
            desk = getattr(outside, method)(address)
            assert desk.status_code == 404, "not even that a slash is missing"
            assert desk.content == (absent.content if method != "head" else b"")
    outside.force_login(employer_reviewer)
    assert outside.get("/admin/reviews/filing/").status_code == 404
    assert outside.get("/reviews/").status_code == 200


@pytest.mark.asvs("v5.0.0-4.1.3", "v5.0.0-15.3.4")
def test_a_forged_header_leads_no_stranger_to_the_desks(settings: Any) -> None:
    settings.ADMIN_ADDRESSES, settings.TRUSTED_PROXY_COUNT = ["10.1.0.0/16"], 1
    visitor = Client(REMOTE_ADDR="10.1.0.1")
    assert visitor.get("/admin/", HTTP_X_FORWARDED_FOR="10.1.2.3, 192.0.2.1").status_code == 404
    assert visitor.get("/admin/", HTTP_X_FORWARDED_FOR="192.0.2.1, 10.1.2.3").status_code == 302


@pytest.fixture
def desks_elsewhere(settings: Any) -> Iterator[None]:
    settings.ADMIN_PATH = "desks-of-henan/"
    _read_addresses_anew()
    yield
    settings.ADMIN_PATH = "admin/"
    _read_addresses_anew()


def _read_addresses_anew() -> None:
    importlib.reload(ceportal.urls)
    clear_url_caches()


def test_the_desks_stand_at_their_own_path(desks_elsewhere: None, client: Client, settings: Any) -> None:
    for old in ("/admin/", "/admin", "/admin/login/"):
        answer = client.get(old)
        assert answer.status_code == 404, "nor does it lead to where they are"
        assert "desks-of-henan" not in answer.content.decode()
    assert "desks-of-henan" not in client.get("/sign-in/").content.decode()
    assert client.get("/desks-of-henan/").status_code == 302
    assert client.get("/desks-of-henan").status_code == 301
    settings.ADMIN_ADDRESSES = ["10.1.0.0/16"]
    for address in ("/desks-of-henan/", "/desks-of-henan", "/desks-of-henan/reviews/filing"):
        assert client.get(address).status_code == 404
