"""The window itself: a page of the portal opens in it on whichever database the suite runs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_of_the_portal_opens(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    assert answer.status == 200


def test_two_windows_are_two_people(open_window: Callable[..., Page]) -> None:
    one, other = open_window(), open_window(width=390)
    one.goto("/healthz")
    one.context.add_cookies([{"name": "mine", "value": "1", "url": one.url}])
    other.goto("/healthz")
    assert not other.context.cookies()
