"""To the province's identity provider and back, as a browser sees it: our policy of contents lets both ways pass."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Organization
from tests import factories as make
from tests.accounts.provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = make.id_number(serial=641)


@pytest.fixture
def provider(settings: Any, live_server: LiveServer) -> Iterator[Provider]:
    standing = Provider()
    standing.people, standing.visitor = {"zhang": {"id_number": NUMBER}}, "zhang"
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = standing.issuer, CLIENT, SECRET
    settings.OIDC_NUMBER_CLAIM = "id_number"
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    settings.PUBLIC_URL = live_server.url
    yield standing
    standing.close()


@pytest.mark.asvs("v5.0.0-3.7.2")
def test_there_and_back_in_a_browser(page: Page, provider: Provider, employer: Organization) -> None:
    make.professional("张三", works_at=employer, number=NUMBER)
    page.goto("/profile/")
    page.get_by_role("link", name="去统一身份认证登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("个人信息")
    assert page.url.endswith("/profile/")
    assert any(path.startswith("/token") for path in provider.asked)
