"""A browser far from Shanghai: the days a person types and reads are those of Shanghai all the same."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Professional
from credits.models import Declaration
from tests.credits import drafts
from tests.credits import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_days_stay_the_days_that_were_typed(
    zone: str, open_window: Callable[..., Page], live_server: LiveServer, declarant: Professional
) -> None:
    year = timezone.localdate().year
    make.rule_set("henan-now", year_from=year)
    first = date(year, 1, 1)
    draft = drafts.draft(declarant, files=0, started_on=first, ended_on=first, hours_claimed=Decimal(8))
    request = HttpRequest()
    request.session = SessionStore()
    login(request, draft.declarant, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    page = open_window(timezone_id=zone)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": request.session.session_key, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"/declarations/{draft.ref}/edit/")
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
    expect(page.get_by_label("结束日期")).to_have_value(f"{year}-01-01")
    page.get_by_label("结束日期").fill(f"{year}-01-02")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_text("已保存，还没有提交。")).to_be_visible()
    expect(page.get_by_label("结束日期")).to_have_value(f"{year}-01-02")
    kept = Declaration.objects.get()
    assert (kept.started_on, kept.ended_on, kept.year) == (first, date(year, 1, 2), year)
    page.goto("/my-year/")
    expect(page.get_by_role("main")).to_contain_text(f"{year}年12月31日")
