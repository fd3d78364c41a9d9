"""Every kind of page as those meet it who cannot see well, have a phone, or no script: landmarks, names, contrast,
nothing wider than the window.
"""

import re
from collections.abc import Callable
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Area, Organization, Professional, User
from credits.enums import DeclarationState, Subject
from tests.accounts.factors import app_for
from tests.credits import factories as ledger
from tests.office import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("regulation")]
WIDTHS = (1280, 390)
HEIGHT = 900
ASKS = "script[src*='reviews/desk'], script[src*='office/charts']"
AXE = Axe().axe_script
COMPLAIN = """axe.run({resultTypes: ["violations"]}).then(({violations}) => violations.map(
  ({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 120)}`))"""
PUBLIC = ("/", "/policy/", "/help/", "/sign-in/", "/register/", "/register/unit/", "/verify/", "/forgotten/")
PERSONAL = ("/my-year/", "/notices/", "/declare/", "/declarations/", "/hours/", "/certificates/", "/profile/")
GUARDING = ("/profile/safety/", "/profile/safety/factor/", "/profile/mail/", "/profile/password/")
REVIEWING = ("/reviews/", "/reviews/done/", "/people/", "/people/registrations/")
DESKS = ("/home/", "/admin/reviews/filing/", "/units/registrations/")


def enter(page: Page, user: User) -> None:
    """Signed in as `user`, past the door (which has tests of its own)."""
    client = Client()
    client.force_login(user)
    page.goto("/healthz")
    cookie = client.cookies["ceportal_session"].value
    page.context.add_cookies([{"name": "ceportal_session", "value": cookie, "url": page.url}])


def complaints_of(page: Page, path: str) -> list[str]:
    """At every width: the page is opened once and its window made narrow, unless a script of it asks at its beginning
    how wide that is.
    """
    found = list[str]()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if width == WIDTHS[0] or page.locator(ASKS).count():
            page.goto(path)
            page.evaluate(AXE)
        found += [f"at {width} px: {complaint}" for complaint in page.evaluate(COMPLAIN)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"at {width} px: wider than the window")
    return found


def assert_legible(open_window: Callable[..., Page], paths: tuple[str, ...], user: User | None = None) -> None:
    page = open_window(bypass_csp=True)
    if user is not None:
        enter(page, user)
    told = {path: found for path in paths if (found := complaints_of(page, path))}
    assert told == {}


def test_the_scripts_that_ask_how_wide_the_window_is_are_known() -> None:
    """Their pages are opened at each width anew."""
    asks = re.compile("innerWidth|outerWidth|clientWidth|offsetWidth|matchMedia|screen[.]|echarts")
    scripts = [path for path in (settings.BASE_DIR / "static").rglob("*.js") if "vendor" not in path.parts]
    found = {path.stem for path in scripts if asks.search(path.read_text(encoding="utf-8"))}
    assert found == set(re.findall(r"/(\w+)'", ASKS))


def test_a_picture_without_words_and_a_line_too_wide_are_told(open_window: Callable[..., Page]) -> None:
    page = open_window(bypass_csp=True)
    body = "<html lang=zh><title>x</title><main><h1>一</h1><img src='data:,'><p style='min-width: 600px'>二</p></main>"
    page.route("**/odd/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))
    told = complaints_of(page, "/odd/")
    assert [complaint.split(": <")[0] for complaint in told] == [
        "at 1280 px: image-alt", "at 390 px: image-alt", "at 390 px: wider than the window",
    ]  # fmt: skip


def test_what_anybody_reads(open_window: Callable[..., Page], city: Area) -> None:
    assert_legible(open_window, PUBLIC)


def test_what_a_professional_reads(open_window: Callable[..., Page], declarant: Professional) -> None:
    make.entry(declarant, "30", subject=Subject.PUBLIC, day=date(timezone.localdate().year, 1, 2))
    make.declaration(declarant, DeclarationState.AT_EMPLOYER)
    make.declaration(declarant, DeclarationState.RETURNED, state_reason="缺少结业证书")
    assert_legible(open_window, PERSONAL, declarant.user)


def test_what_guards_an_account(open_window: Callable[..., Page], employer_reviewer: User) -> None:
    app_for(employer_reviewer)
    assert_legible(open_window, GUARDING, employer_reviewer)


def test_a_title_without_a_blank_stays_in_its_cell(
    open_window: Callable[..., Page], declarant: Professional, city_officer: User
) -> None:
    day = date(timezone.localdate().year, 1, 2)
    ledger.credit(declarant, "30", title="W" * 120, started_on=day, ended_on=day)
    make.declaration(declarant, DeclarationState.AT_EMPLOYER, title="M" * 120)
    assert_legible(open_window, ("/my-year/", "/hours/", "/declarations/"), declarant.user)
    assert_legible(open_window, ("/admin/reviews/recordedhours/",), city_officer)


def test_what_a_reviewer_reads(
    open_window: Callable[..., Page], declarant: Professional, employer_reviewer: User
) -> None:
    make.declaration(declarant, DeclarationState.AT_EMPLOYER)
    assert_legible(open_window, REVIEWING, employer_reviewer)


def test_what_a_bureau_reads(open_window: Callable[..., Page], city_officer: User) -> None:
    assert_legible(open_window, DESKS, city_officer)


def test_what_an_operator_reads(open_window: Callable[..., Page], operator: User) -> None:
    assert_legible(open_window, ("/operation/",), operator)


def test_the_menu_of_a_phone_opens_by_keyboard_at_the_part_one_is_in(
    open_window: Callable[..., Page], employer_reviewer: User
) -> None:
    page = open_window(width=390)
    enter(page, employer_reviewer)
    page.goto("/reviews/")
    assert not page.get_by_role("link", name="待办").is_visible()
    page.locator("#menu-toggle").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="待办").is_visible()
    assert not page.get_by_role("link", name="本单位人员").is_visible()
    assert page.locator("#menu-toggle").get_attribute("aria-expanded") == "true"


def test_a_part_of_the_menu_opens_and_closes_by_keyboard(
    open_window: Callable[..., Page], employer_reviewer: User
) -> None:
    page = open_window(width=1280)
    enter(page, employer_reviewer)
    page.goto("/reviews/")
    page.wait_for_function("document.documentElement.classList.contains('js')")
    assert page.locator(".site-nav summary[aria-current]").inner_text().strip() == "审核"
    people = page.locator("summary", has_text="人员与单位")
    people.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="本单位人员").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="本单位人员").is_visible()
    assert people.evaluate("it => it === document.activeElement")


def test_without_script_the_menu_is_simply_there(
    open_window: Callable[..., Page], employer_reviewer: User, employer: Organization
) -> None:
    page = open_window(width=390, java_script_enabled=False)
    enter(page, employer_reviewer)
    page.goto("/help/")
    page.locator("summary", has_text="审核").click()
    assert page.get_by_role("link", name="待办").is_visible()


def test_the_first_key_leads_past_the_menu(page: Page) -> None:
    page.goto("/help/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
