"""A server that has no time, as the browser meets it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route


@contextmanager
def busy_once(page: Page, door: str, status: int) -> Iterator[list[str]]:
    """The first request to `door` is answered with `status`, and to come back in three seconds, as nginx says it; gives
    the addresses so answered.
    """
    refused: list[str] = []

    def answer(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=status, headers={"Retry-After": "3", "Content-Type": "text/html"}, body="<!doctype html>")

    page.route(door, answer)
    yield refused
    page.unroute(door)
