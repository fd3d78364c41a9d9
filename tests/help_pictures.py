"""`python -m tests.help_pictures`: the pictures of the pages of help, of the real pages of a demo that is made for it.

Each step of `guides.yaml` is opened as the demo's user of its role sees it and kept as WebP in `static/office/help`;
with `--missing` only those that have no picture yet.
Ends with 1 when a page does not answer or a link that a step follows is not there.
"""

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path

import django
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page

from ceportal.office.selectors.guides import DESK, PHONE, Guide, Step, guides
from tests.chromium import chromium
from tests.portals import ROOT, Portal

QUALITY = 60
PATIENCE = 600
Account = Mapping[str, str]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceportal.settings.dev")
    django.setup()
    missing = "--missing" in sys.argv[1:]
    with demo() as (portal, accounts), chromium() as browser:
        for guide in guides():
            for size, pictures in ((DESK, attrgetter("picture")), (PHONE, attrgetter("phone_picture"))):
                wanted = [step for step in guide.steps if not (missing and (ROOT / "static" / pictures(step)).exists())]
                page = entered(browser, portal.url, accounts.get(guide.role), size)
                for step in wanted:
                    keep(shown(page, guide, step), ROOT / "static" / pictures(step))
                page.context.close()
    return 0


@contextmanager
def demo() -> Iterator[tuple[Portal, dict[str, Account]]]:
    """A portal with the demo's data, and its accounts: the first of each role."""
    with tempfile.TemporaryDirectory(prefix="ceportal-help-", dir="/tmp") as folder:
        portal = Portal(Path(folder, "data"), CEPORTAL_DEMO="1", SECOND_FACTOR="offered")
        try:
            portal.wait_until_ready(PATIENCE)
            known = json.loads((portal.data / "demo.json").read_text(encoding="utf-8"))["accounts"]
            yield portal, {account["role"]: account for account in reversed(known)}
        finally:
            portal.sweep()


def entered(browser: Browser, url: str, account: Account | None, size: tuple[int, int]) -> Page:
    """A window of that account, or of nobody."""
    width, height = size
    context = browser.new_context(base_url=url, locale="zh-CN", viewport={"width": width, "height": height})
    page = context.new_page()
    if account:
        page.goto(reverse("accounts:sign_in"))
        page.fill("input[name=login]", account["login"])
        page.fill("input[type=password]", account["password"])
        page.click("main button[type=submit]")
        page.wait_for_load_state()
    return page


def shown(page: Page, guide: Guide, step: Step) -> bytes:
    answer = page.goto(reverse(step.url_name))
    if answer is None or not answer.ok or "sign-in" in page.url:
        sys.exit(f"{step.url_name} is not open to {guide.role or 'everybody'}: {page.url}")
    for link in step.follow:
        page.locator(link).first.click()
        page.wait_for_load_state()
    page.wait_for_timeout(500)  # charts draw themselves
    return page.screenshot()


def keep(screenshot: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(screenshot)) as picture:
        picture.convert("RGB").save(path, quality=QUALITY, method=6)


if __name__ == "__main__":
    sys.exit(main())
