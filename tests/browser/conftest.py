"""Headless Chromium against a live server with this test's database.

Ask for `page` (1280 px wide) or `phone` (390 px). Every test here is marked `browser`, runs with a committing database
and fails when the browser reports an error of ours: a script error, a blocked resource, an answer of 500.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    Route,
    expect,
)
from pytest_django.live_server_helper import LiveServer

from credits.services import unit_trainings
from credits.views import unit_trainings as unit_training_page
from reviews.selectors import desk, sheet
from reviews.views import item as item_page
from tests.chromium import chromium as launched

OPENING_MS = 20_000
DEFERRED = re.compile("/static/(?!kernel/portal).*[.]js")
LATE_SCRIPTS_MS = int(os.environ.get("LATE_SCRIPTS_MS", "0"))
"""How late every script of ours comes: with 1000 a test that presses a key before its script is there shows itself."""
LATE_ANSWERS_MS = int(os.environ.get("LATE_ANSWERS_MS", "0"))
"""How long every answer of ours takes: with 1000 a test that goes on before a click has done its work shows itself."""
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True, scope="session")
def answers_come_late() -> Iterator[None]:
    def wait(environ: dict[str, Any], **_: Any) -> None:
        if not environ["PATH_INFO"].startswith("/static/"):
            time.sleep(LATE_ANSWERS_MS / 1000)

    if LATE_ANSWERS_MS:
        request_started.connect(wait)
    yield
    request_started.disconnect(wait)


@pytest.fixture(autouse=True, scope="session")
def playwright_may_keep_its_event_loop() -> Iterator[None]:
    """Playwright's synchronous interface keeps a loop in this thread; Django would refuse the database beside it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def nobody_waits_at_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a file must be open has tests of its own (tests/reviews/test_looking.py)."""
    monkeypatch.setattr(desk, "seconds_left", lambda *_, **__: 0)
    monkeypatch.setattr(sheet, "seconds_left", lambda *_, **__: 0)
    monkeypatch.setattr(item_page, "seconds_left", lambda *_, **__: 0)
    for place in (unit_trainings, unit_training_page):
        monkeypatch.setattr(place, "seconds_left_of_training", lambda *_, **__: 0)


@pytest.fixture(scope="session")
def chromium(playwright_may_keep_its_event_loop: None) -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def open_window(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """`open_window(width=390)` gives a page of a new person: cookies of their own, addresses below the live server.

    Without motion: a page that still scrolls smoothly moves away from under a click.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **{"timezone_id": "Asia/Shanghai", **options},
        )
        context.set_default_timeout(OPENING_MS)
        contexts.append(context)
        page = context.new_page()
        if LATE_SCRIPTS_MS:
            page.route(DEFERRED, _come_late)
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda message: _note_console(message, complaints))
        page.on("response", lambda response: _note_answer(response, complaints))
        return page

    yield opened
    for context in contexts:
        if LATE_SCRIPTS_MS:
            for page in context.pages:
                page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(open_window: Callable[..., Page]) -> Page:
    return open_window()


@pytest.fixture
def phone(open_window: Callable[..., Page]) -> Page:
    return open_window(width=390, height=844, has_touch=True, is_mobile=True)


def _come_late(route: Route) -> None:
    route.request.frame.page.wait_for_timeout(LATE_SCRIPTS_MS)
    route.continue_()


def _note_console(message: ConsoleMessage, complaints: list[str]) -> None:
    """Chromium writes blocked styles and scripts here; a plain 4xx of a page under test is no complaint."""
    if message.type == "error" and "Failed to load resource" not in message.text:
        complaints.append(f"console: {message.text}")


def _note_answer(response: Response, complaints: list[str]) -> None:
    """That there is no room left (507) is an answer that tests ask for."""
    is_fault = response.status >= 500 and response.status != 507
    if is_fault or (response.status == 404 and "/static/" in response.url):
        complaints.append(f"{response.status}: {response.url}")
