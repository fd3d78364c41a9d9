"""The safety nets under every test. What a net catches is named in its docstring.

Two more are set elsewhere: warnings are errors and the order is random (`pyproject.toml`), and the broker's address
leads nowhere (`ceportal.settings.test`) unless a test asks for the `broker` fixture.
"""

import asyncio
import gc
import shutil
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.databases import network
from tests.databases.emptying import empty_quickly
from tests.databases.shares import is_of_one
from tests.refusals import must_be_sentences
from tests.workers import Together

# Modules and tests that are collected stay: to look for garbage among them takes a fifth of the time of collecting.
gc.disable()
# How long an example takes is the machine's, and says nothing of what is tried.
examples.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("untimed")
pytest_plugins = ["tests.databases.fixtures", "tests.people", "tests.pictures", "tests.regulation"]
HOUR = 3600
A_PROCESS_DIED = pytest.StashKey[bool]()
BROWSER_LOOP = pytest.StashKey[asyncio.AbstractEventLoop | None]()
OUR_TEMPLATES = str(settings.BASE_DIR / "templates")


class UndefinedVariable(AssertionError):
    """A template of ours names a variable that nobody gave it."""


class Undefined(str):
    """Stands where Django would print nothing for an unknown variable: raises in our templates, is silent in others.

    `{{ name|default:"…" }}` says openly that the variable may be missing, and is let through.
    """

    def __bool__(self) -> bool:
        expression = sys._getframe(1).f_locals.get("self")
        filters = getattr(expression, "filters", None)
        return bool(filters is not None and not (filters and filters[0][0].__name__.startswith("default")))

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: Any) -> str:
        template = _template_being_rendered(sys._getframe(1))
        if not template.startswith(OUR_TEMPLATES):
            return ""
        raise UndefinedVariable(f"{template}: nobody gave {{{{ {variable} }}}}")


def _template_being_rendered(frame: FrameType | None) -> str:
    """The file of the innermost node that is being rendered (a node knows the template it was written in)."""
    while frame is not None:
        if frame.f_code.co_name == "render_annotated":
            return str(getattr(frame.f_locals["self"], "origin", ""))
        frame = frame.f_back
    return ""


@pytest.fixture(autouse=True, scope="session")
def undefined_template_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = Undefined()


@pytest.fixture(autouse=True, scope="session")
def nothing_leaves_this_machine() -> Iterator[None]:
    """A connection to anything but the loopback or a unix socket fails."""
    with network.loopback_only():
        yield


@pytest.fixture(autouse=True, scope="session")
def refusals_are_sentences() -> None:
    """A refusal without a code, a Chinese sentence or a field's name raises where it is made."""
    must_be_sentences()


@pytest.fixture(autouse=True, scope="session")
def committing_tests_empty_what_they_filled() -> None:
    empty_quickly()


@pytest.fixture(autouse=True)
def no_stored_file_outlives_its_test() -> Iterator[None]:
    """Nor the heads of a trail that is gone; nor a signing key made on one test's day, not valid on another's."""
    yield
    for folder in ("audit", "files", "keys", "mail", "pages", "sms", "uploads"):
        shutil.rmtree(settings.DATA_DIR / folder, ignore_errors=True)


class SettingLeft(AssertionError):
    """A test changed a setting and did not put it back: those after it run with it."""


SETTINGS: dict[str, Any] = {}


@pytest.fixture(autouse=True, scope="session")
def settings_before(django_test_environment: None) -> None:
    """As Django's own test environment leaves them."""
    SETTINGS.update(vars(settings._wrapped))  # type: ignore[misc]


def settings_must_be_as_before() -> None:
    now: dict[str, Any] = vars(settings._wrapped)  # type: ignore[misc]
    left = sorted(name for name in SETTINGS.keys() | now.keys() if now.get(name) is not SETTINGS.get(name))
    for name in left:
        setattr(settings, name, SETTINGS[name]) if name in SETTINGS else delattr(settings, name)
    if left:
        raise SettingLeft(", ".join(left))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_of_one(item):
            item.add_marker(pytest.mark.shared)
        if item.get_closest_marker("deep") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(HOUR))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """A process that dies before it has a test at work would leave no failure behind."""
    if error:
        node.config.stash[A_PROCESS_DIED] = True


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if session.config.stash.get(A_PROCESS_DIED, False) and not exitstatus:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Playwright leaves a running event loop in this thread; a test without a browser finds none (signing starts one).

    A hook and not a fixture: fixtures of a wider scope sign too.
    """
    if "chromium" not in getattr(item, "fixturenames", ()):
        item.stash[BROWSER_LOOP] = asyncio._get_running_loop()
        asyncio._set_running_loop(None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """The browser may be about to close. When its fixtures are taken down, a test has left no setting changed; one that
    was skipped before any other ran has no settings yet.
    """
    if loop := item.stash.get(BROWSER_LOOP, None):
        asyncio._set_running_loop(loop)
    yield
    if nextitem is not None and SETTINGS:
        settings_must_be_as_before()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


def pytest_unconfigure() -> None:
    """The temporary data folder of this process (each pytest-xdist worker has its own)."""
    if settings.TESTING:
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
