"""The browser of the tests, of the benches and of the pictures for help: Debian's Chromium without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises FileNotFoundError where none is installed: `make install-dev` installs it."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise FileNotFoundError("Chromium is not installed; `make install-dev` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()
