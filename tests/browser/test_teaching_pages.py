"""The pages of the teaching side, with a title as long as it may be, on a wide screen and on a phone."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Organization, User
from bases.rules.directory import DISCLOSED
from bases.services.disclosing import disclose
from tests.bases import teaching
from tests.browser.test_legibility import assert_legible
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(base: Organization, base_teacher: User) -> Organization:
    now = timezone.now()
    make_credits.rule_set(year_from=2016)
    make_roster.recognise(base, year=timezone.localdate().year)
    disclose(base, {name: label for name, (label, _) in DISCLOSED.items()}, by=base_teacher, now=now)
    return base


def test_pages_of_the_teaching_side_are_legible(
    open_window: Callable[..., Page], listed: Organization, base_teacher: User
) -> None:
    now = timezone.now()
    days = {"started_on": timezone.localdate(now), "ended_on": timezone.localdate(now)}
    made = teaching.opened(listed, base_teacher, now=now, title="W" * 120, **days)
    paths = (
        "/institutions/", f"/institutions/{listed.ref}/", "/disclosures/", f"/disclosures/{listed.ref}/", "/classes/",
        f"/classes/{made.ref}/", "/classes/completion/", "/teaching/", "/teaching/plan/", "/teaching/new/",
        "/teaching/consents/", f"/teaching/{made.ref}/", f"/teaching/{made.ref}/attendance/",
        f"/teaching/{made.ref}/results/", f"/rosters/of/{made.ref}/",
    )  # fmt: skip
    assert_legible(open_window, paths, base_teacher)
