"""Large files over a connection that breaks: they arrive all the same, once, from where it stopped."""

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, Response, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Professional
from ceportal.kernel.models import PartialUpload, StoredFile
from credits.models import Declaration, Evidence
from tests.browser.busy import busy_once
from tests.credits import drafts
from tests.credits import factories as make
from tests.nginx import NGINX, front_of

pytestmark = pytest.mark.django_db(transaction=True)
PIECES = "**/uploads/*/"


@pytest.fixture
def draft(declarant: Professional) -> Declaration:
    today = timezone.localdate()
    make.rule_set("henan-now", year_from=today.year)
    return drafts.draft(declarant, files=0, started_on=today, ended_on=today, hours_claimed=Decimal(8))


@pytest.fixture
def phone_page(open_window: Callable[..., Page], live_server: LiveServer, draft: Declaration) -> Page:
    request = HttpRequest()
    request.session = SessionStore()
    login(request, draft.declarant, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    window = open_window(width=390, height=844, has_touch=True, is_mobile=True)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": request.session.session_key, "url": live_server.url}
    window.context.add_cookies([cookie])
    window.goto(f"/declarations/{draft.ref}/edit/")
    return window


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Of nearly 3 MB: six pieces."""
    path = tmp_path / "证书.jpg"
    Image.frombytes("RGB", (2000, 1400), os.urandom(2000 * 1400 * 3)).save(path, "JPEG", quality=92)
    assert path.stat().st_size > 3 * settings.UPLOAD_PIECE_BYTES
    return path


class BadLine:
    """Between the page and the portal. What is sent is noted; `plan` says of each piece in turn what becomes of it: a
    number is the status it is refused with, by a page that says to come back in `seconds`.
    """

    seconds = "1"

    def __init__(self, *plan: str) -> None:
        self.plan = list(plan)
        self.offsets: list[int] = []

    def __call__(self, route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        fate = self.plan.pop(0) if self.plan else "arrives"
        self.offsets.append(int(route.request.headers["upload-offset"]))
        if fate == "answer lost":
            route.fetch()
        if fate == "arrives":
            route.continue_()
        elif fate.isdigit():
            headers = {"Retry-After": self.seconds, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(status=int(fate), headers=headers, body="<!doctype html><h1>请稍后再试</h1>")
        else:
            route.abort("internetdisconnected")


def one_file_of(path: Path) -> None:
    stored = StoredFile.objects.get()
    assert stored.size == path.stat().st_size
    assert Evidence.objects.get().file == stored
    assert not list((settings.DATA_DIR / "uploads").glob("*"))


def test_a_line_that_breaks_costs_pieces_not_the_file(phone_page: Page, photo: Path) -> None:
    line = BadLine("arrives", "lost", "answer lost", "arrives", "lost", "lost")
    phone_page.route(PIECES, line)
    phone_page.set_input_files("#files-2", photo)
    row = phone_page.locator('[data-row="2"]')
    expect(row).to_contain_text("网络中断，恢复后会接着传")
    expect(row.locator(".files li")).to_have_count(1, timeout=30_000)
    assert line.offsets == sorted(line.offsets), "never back to the beginning"
    one_file_of(photo)


def test_after_a_new_start_of_the_page_it_goes_on(phone_page: Page, photo: Path) -> None:
    first = BadLine("arrives", "arrives", *["lost"] * 50)
    phone_page.route(PIECES, first)
    phone_page.set_input_files("#files-2", photo)
    expect(phone_page.locator('[data-row="2"]')).to_contain_text("网络中断")
    begun = PartialUpload.objects.get()
    assert begun.received == 2 * settings.UPLOAD_PIECE_BYTES
    phone_page.reload()  # while the line is still bad: the old page tries on
    phone_page.unroute(PIECES)
    second = BadLine()
    phone_page.route(PIECES, second)
    phone_page.set_input_files("#files-2", photo)
    expect(phone_page.locator('[data-row="2"] .files li')).to_have_count(1, timeout=30_000)
    assert second.offsets[0] == begun.received
    assert PartialUpload.objects.count() == 1
    one_file_of(photo)


def test_what_is_refused_in_pieces_is_told_beside_its_row(phone_page: Page, tmp_path: Path) -> None:
    path = tmp_path / "证书.pdf"
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(1_200_000))
    phone_page.set_input_files("#files-2", path)
    expect(phone_page.locator('[data-row="2"] .failed')).to_contain_text("PDF 不完整", timeout=30_000)
    assert not StoredFile.objects.exists()
    assert not PartialUpload.objects.exists()
    assert phone_page.evaluate("sessionStorage.length") == 0


def test_who_is_no_longer_signed_in_is_told(phone_page: Page, photo: Path) -> None:
    phone_page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    phone_page.set_input_files("#files-2", photo)
    expect(phone_page.locator('[data-row="2"] .failed')).to_contain_text("重新登录", timeout=30_000)
    assert not PartialUpload.objects.exists()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_what_nginx_refuses_is_sent_again_when_it_says(
    phone_page: Page, photo: Path, live_server: LiveServer, draft: Declaration, open_window: Callable[..., Page]
) -> None:
    """By the portal's own configuration and a limit for pieces: the second follows the first too soon."""
    Image.frombytes("RGB", (1000, 700), os.urandom(1000 * 700 * 3)).save(photo, "JPEG", quality=92)
    assert settings.UPLOAD_PIECE_BYTES < photo.stat().st_size < 2 * settings.UPLOAD_PIECE_BYTES
    changes = {
        "limit_req_status 429;": "map $http_upload_offset $piece { '' ''; default $binary_remote_addr; }"
        " limit_req_zone $piece zone=pieces:1m rate=12r/m; limit_req_status 429;",
        "limit_req zone=pages burst=60 nodelay;": "limit_req zone=pages burst=60 nodelay; limit_req zone=pieces;",
        # The tests' portal knows of no TLS before it.
        "proxy_set_header Host $host;": "proxy_set_header Host $host; proxy_set_header Origin http://$host;",
    }
    with front_of(urlsplit(live_server.url).port or 0, changes=changes) as front:
        window = open_window(ignore_https_errors=True)
        window.context.add_cookies(phone_page.context.cookies())  # type: ignore[arg-type]
        answers: list[int] = []
        window.on("response", lambda answer: answers.append(answer.status) if _is_piece(answer) else None)
        window.goto(f"https://localhost:{front.port}/declarations/{draft.ref}/edit/")
        window.set_input_files("#files-2", photo)
        row = window.locator('[data-row="2"]')
        expect(row).to_contain_text("服务器繁忙，5 秒后接着传")
        expect(row.locator(".files li")).to_have_count(1, timeout=30_000)
        window.context.close()
    assert answers == [200, 429, 200]
    one_file_of(photo)


def _is_piece(answer: Response) -> bool:
    return "upload-offset" in answer.request.headers


def test_a_refusal_of_a_piece_is_waited_out_and_each_has_its_own_count(phone_page: Page, photo: Path) -> None:
    line = BadLine("arrives", *["429"] * 4, "arrives", "429", "lost", "429", "arrives")
    phone_page.route(PIECES, line)
    phone_page.set_input_files("#files-2", photo)
    row = phone_page.locator('[data-row="2"]')
    expect(row).to_contain_text("服务器繁忙，1 秒后接着传")
    expect(row.locator(".files li")).to_have_count(1, timeout=60_000)
    assert not line.plan
    assert line.offsets == sorted(line.offsets), "never back to the beginning"
    one_file_of(photo)


def test_who_is_refused_again_and_again_is_told_what_to_do_and_goes_on_later(phone_page: Page, photo: Path) -> None:
    line = BadLine("arrives", *["429"] * 50)
    phone_page.route(PIECES, line)
    phone_page.set_input_files("#files-2", photo)
    failed = phone_page.locator('[data-row="2"] .failed')
    expect(failed).to_contain_text("请过几分钟重新选择同一个文件", timeout=30_000)
    assert len(line.offsets) == 1 + 6, "one that arrived, one refused and five more"
    line.plan = []
    phone_page.set_input_files("#files-2", photo)
    expect(phone_page.locator('[data-row="2"] .files li')).to_have_count(1, timeout=30_000)
    assert line.offsets[7] == settings.UPLOAD_PIECE_BYTES, "from where it stopped"
    one_file_of(photo)


def test_nobody_waits_for_an_hour_in_silence(phone_page: Page, photo: Path) -> None:
    line = BadLine("arrives", "429")
    line.seconds = "3600"
    phone_page.route(PIECES, line)
    phone_page.set_input_files("#files-2", photo)
    expect(phone_page.locator('[data-row="2"] .failed')).to_contain_text("请过几分钟重新选择同一个文件")
    assert len(line.offsets) == 2


@pytest.mark.parametrize("size", [(300, 200), (2000, 1400)], ids=["in one go", "in pieces"])
def test_a_refusal_of_the_last_step_is_waited_out_too(phone_page: Page, photo: Path, size: tuple[int, int]) -> None:
    width, height = size
    Image.frombytes("RGB", size, os.urandom(width * height * 3)).save(photo, "JPEG", quality=92)
    with busy_once(phone_page, "**/evidence/", 429) as refused:
        phone_page.set_input_files("#files-2", photo)
        expect(phone_page.locator('[data-row="2"]')).to_contain_text("服务器繁忙，3 秒后接着传")
        expect(phone_page.locator('[data-row="2"] .files li')).to_have_count(1, timeout=30_000)
        assert len(refused) == 1
    one_file_of(photo)


def test_who_meets_a_full_disk_with_a_small_file_reads_that(phone_page: Page, photo: Path) -> None:
    Image.new("RGB", (300, 200)).save(photo, "JPEG")
    told = json.dumps({"problems": ["服务器存储空间不足，文件没有保存。"]})
    full = {"status": 507, "headers": {"Content-Type": "application/json"}, "body": told}
    phone_page.route("**/evidence/", lambda route: route.fulfill(**full))
    phone_page.set_input_files("#files-2", photo)
    expect(phone_page.locator('[data-row="2"] .failed')).to_contain_text("服务器存储空间不足")
