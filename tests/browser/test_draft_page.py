"""The page of a draft in a browser: it keeps itself, takes files while one goes on, and lets nothing be lost."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Professional
from credits.enums import DeclarationState
from credits.models import Activity, Declaration, Evidence
from tests.browser.busy import busy_once
from tests.credits import conversions, drafts
from tests.credits import factories as make
from tests.kernel import zoo

pytestmark = pytest.mark.django_db(transaction=True)
FRAME = "href => { const frame = document.createElement('iframe'); frame.src = href; document.body.append(frame); }"


@pytest.fixture
def draft(declarant: Professional) -> Declaration:
    """Of a training today, in whatever year the suite runs."""
    today = timezone.localdate()
    make.rule_set("henan-now", year_from=today.year)
    return drafts.draft(declarant, files=0, started_on=today, ended_on=today, hours_claimed=Decimal(8))


@pytest.fixture
def editing(open_window: Callable[..., Page], live_server: LiveServer, draft: Declaration) -> Callable[..., Page]:
    """The page of the draft, its declarant signed in, at a width."""

    def opened(**options: object) -> Page:
        request = HttpRequest()
        request.session = SessionStore()
        login(request, draft.declarant, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session.save()
        window = open_window(**options)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": request.session.session_key, "url": live_server.url}
        window.context.add_cookies([cookie])
        window.goto(f"/declarations/{draft.ref}/edit/")
        return window

    return opened


def a_file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_what_is_typed_keeps_itself(editing: Callable[..., Page], draft: Declaration) -> None:
    page = editing()
    page.fill("#id_title", "自动保存的名称")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    draft.refresh_from_db()
    assert draft.title == "自动保存的名称"
    page.fill("#id_hours_claimed", "9.3")
    expect(page.locator(".live-error")).to_contain_text("0.5 为单位")
    expect(page.locator("#missing")).to_contain_text("0.5 为单位")
    page.fill("#id_hours_claimed", "9")
    expect(page.locator("#missing")).to_contain_text("最多申报 8 学时")
    expect(page.locator(".live-error")).to_have_count(0)


def test_a_busy_server_is_called_busy_and_asked_again(editing: Callable[..., Page], draft: Declaration) -> None:
    page = editing()
    with busy_once(page, f"**{page.locator('#declaration').get_attribute('data-autosave')}", 429) as refused:
        page.fill("#id_title", "等一等再保存")
        expect(page.locator("#saved")).to_contain_text("服务器繁忙，3 秒后自动保存")
        expect(page.locator("#saved")).to_contain_text("已自动保存")
    draft.refresh_from_db()
    assert (draft.title, len(refused)) == ("等一等再保存", 1)


def test_leaving_with_unsaved_words_is_warned_of(editing: Callable[..., Page]) -> None:
    page = editing()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#id_hours_claimed").press_sequentially("x")
    page.goto("/declarations/")
    assert asked == ["beforeunload"]


def test_files_are_taken_while_one_goes_on_and_a_bad_one_is_told(
    editing: Callable[..., Page], draft: Declaration, tmp_path: Path
) -> None:
    page = editing()
    page.set_input_files(
        "#files-2",
        [
            a_file(tmp_path, "证书.pdf", zoo.scanned_pdf()),
            # A picture that a phone gave the wrong name: the page tells the server what it really is.
            a_file(tmp_path, "照片.jpg", zoo.png(300, 200)),
            a_file(tmp_path, "整本书.pdf", zoo.pdf(51)),
        ],
    )
    row = page.locator('[data-row="2"]')
    expect(row).to_contain_text("证书.pdf")
    expect(row).to_contain_text("照片.png")
    expect(row.locator(".failed")).to_contain_text("最多 50 页")
    expect(page.locator("#missing")).to_contain_text("内容已经齐全")
    row.locator("[data-remove]").last.click()
    expect(row).not_to_contain_text("照片.png")
    assert Evidence.objects.get().file.name == "证书.pdf"


def test_handing_in_on_a_phone(editing: Callable[..., Page], draft: Declaration, tmp_path: Path) -> None:
    page = editing(width=390, height=844, has_touch=True, is_mobile=True)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_input_files("#files-2", a_file(tmp_path, "证书.jpg", zoo.phone_photo()))
    expect(page.locator("#missing")).to_contain_text("内容已经齐全")
    page.check("#id_promise")
    page.get_by_role("button", name="提交给开封市第一实验中学审核").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(draft.title)
    draft.refresh_from_db()
    assert draft.state == DeclarationState.AT_EMPLOYER


def test_a_pdf_is_shown_in_its_sandbox(editing: Callable[..., Page], tmp_path: Path) -> None:
    """Chromium's own viewer opens it inside a page of ours, under the policy it is served with."""
    page = editing()
    page.set_input_files("#files-2", a_file(tmp_path, "证书.pdf", zoo.scanned_pdf()))
    href = page.locator('[data-row="2"] .file-name a').get_attribute("href")
    page.evaluate(
        "href => { const f = document.createElement('iframe'); f.src = href; document.body.append(f); }", href
    )
    page.wait_for_timeout(1500)
    assert any(frame.url.startswith("chrome-extension://") for frame in page.frames)


def test_without_script_everything_works_by_its_buttons(
    editing: Callable[..., Page], draft: Declaration, tmp_path: Path
) -> None:
    page = editing(java_script_enabled=False)
    page.fill("#id_title", "没有脚本也行")
    page.set_input_files("#files-2", a_file(tmp_path, "证书.pdf", zoo.scanned_pdf()))
    page.get_by_role("button", name="上传所选文件").click()
    expect(page.locator('[data-row="2"]')).to_contain_text("证书.pdf")
    expect(page.locator("#id_title")).to_have_value("没有脚本也行")
    page.check("#id_promise")
    page.get_by_role("button", name="提交给开封市第一实验中学审核").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("没有脚本也行")
    draft.refresh_from_db()
    assert draft.state == DeclarationState.AT_EMPLOYER


def test_the_hours_are_worked_out_while_one_types(editing: Callable[..., Page], draft: Declaration) -> None:
    """Another way of learning draws the page anew with its own questions; the sum follows what is typed."""
    conversions.load_catalogue()
    page = editing()
    page.get_by_label("学习方式").select_option("degree")
    expect(page.get_by_label("就读学校")).to_be_visible()
    expect(page.locator("#reckoning")).to_contain_text("填好当年合格的门数后")
    page.get_by_label("当年合格的门数").fill("3")
    expect(page.locator("#reckoning")).to_contain_text("15 学时/门 × 3 门 = 45 学时")
    expect(page.locator("#reckoning")).to_contain_text("依据待核实，仅供参考")
    page.get_by_label("当年合格的门数").fill("三")
    expect(page.locator(".live-error")).to_contain_text("请用数字填写当年合格的门数")
    assert Activity.objects.get(pk="degree") == Declaration.objects.get(pk=draft.pk).activity
