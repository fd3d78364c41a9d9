"""A late employer is escalated by the clock; what reviewers and those above them read stands at both widths."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from credits.models import Declaration
from reviews.models import Signal
from reviews.services.appeals import appeal
from tests import factories as make
from tests.browser.test_legibility import assert_legible, enter
from tests.reviews.factories import kept_file, submitted, turned_down

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_late_employer_is_escalated_and_approves_nothing(
    open_window: Callable[..., Page], phone: Page, declarant: Professional, employer: Organization,
    employer_reviewer: User, authority: Organization, city_officer: User, city_bureau: Organization,
) -> None:  # fmt: skip
    """Over its limit it is told to the authority above; as long again, to the bureau."""
    above = make.give(make.user("督办人"), authority, Duty.OVERSEE)
    late = submitted(declarant, now=timezone.now() - timedelta(days=30))
    for days in (0, 30):
        call_command("tick", now=(timezone.now() + timedelta(days=days)).isoformat(), stdout=StringIO())
    enter(phone, employer_reviewer)
    phone.goto("/reviews/")
    expect(phone.get_by_text("已超期").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390, "the longest words of a deadline fit"
    desk = open_window()
    enter(desk, above)
    desk.goto("/notices/")
    expect(desk.get_by_text(f"{employer.name}对《{late.title}》的审核已超期，请督促。")).to_be_visible()
    desk = open_window()
    enter(desk, city_officer)
    desk.goto("/notices/")
    expect(desk.get_by_text("仍未办理，请督办").first).to_be_visible()
    desk.goto("/reviews/watch/")
    expect(desk.get_by_role("row").filter(has_text=employer.name)).to_be_visible()
    assert Declaration.objects.get().state == "at_employer"


def test_what_reviewers_and_those_above_them_read(
    open_window: Callable[..., Page], declarant: Professional, other_declarant: Professional, employer_reviewer: User,
    county_officer: User, city_officer: User,
) -> None:  # fmt: skip
    first, second = submitted(declarant, files=0), submitted(other_declarant, files=0)
    file = kept_file(first).file
    kept_file(second)
    seen = Signal.objects.create(
        kind="same_file", declaration=first, other=second, telling="t" * 64, words="材料相同。", found_at=timezone.now()
    )
    sign = f"/admin/reviews/signal/{seen.ref}/"
    assert_legible(open_window, ("/admin/reviews/signal/", sign, "/reviews/watch/", "/appeals/"), county_officer)
    page = open_window()
    enter(page, county_officer)
    page.goto(sign)
    page.locator(f'a[href$="/{file.ref}/"]').click()
    expect(page.locator("img")).to_be_visible()
    rejected = submitted(declarant, files=0)
    kept_file(rejected)
    refused = turned_down(rejected, employer_reviewer, move="reject", now=timezone.now())
    made = appeal(refused, reason="材料齐全", document=None, by=declarant.user, now=timezone.now())
    reading = (f"/reviews/{first.ref}/", "/reviews/deputies/", "/reviews/done/")
    assert_legible(open_window, reading, employer_reviewer)
    assert_legible(open_window, ("/appeals/", f"/appeals/{made.ref}/", "/spot-checks/asked/"), declarant.user)
