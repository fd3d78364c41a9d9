"""Whoever alone reviews for a unit, when they declare themself."""

from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from accounts.enums import Duty
from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import Refused
from credits.enums import DeclarationState
from credits.services.ruling import approve
from tests import factories as people
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.usefixtures("henan_2026")


def test_an_only_reviewer_who_is_an_accountant_is_reviewed_at_finance_and_never_by_themself(
    client: Client, employer: Organization, authority: Organization, county_bureau: Organization, county_officer: User
) -> None:
    """A24 and A30: at no desk where they alone sit, and at none where nobody else can act."""
    make.rule_set("henan-accounting", trade="会计", figures={"total": "90", "unit": "学分"})
    series = people.title_series("17", "会计人员")
    finance = people.authority("开封市财政局", "410200", series)
    accountant = people.professional("会计兼审核员", works_at=employer, title_series=series)
    for unit in (employer, finance):
        people.give(accountant.user, unit, Duty.REVIEW_HOURS)
    waits = [drafts.handed_in(accountant, title="一").waiting_on]
    people.give(accountant.user, authority, Duty.REVIEW_HOURS)
    at_bureau = drafts.handed_in(accountant, title="二")
    official = people.give(people.user("财政局干事"), finance, Duty.REVIEW_HOURS)
    at_finance = drafts.handed_in(accountant, title="三")
    assert [*waits, at_bureau.waiting_on, at_finance.waiting_on] == [authority, county_bureau, finance]
    client.force_login(accountant.user)
    with time_machine.travel(NOW, tick=False):
        page = client.get(drafts.at("declaration", at_finance)).content.decode()
    assert "您是本单位唯一的审核人，自己的申报不能自己审核，所以直接由开封市财政局审核" in page
    with pytest.raises(Refused, match="不能审核自己的申报"):
        approve(at_finance, version=at_finance.version, hours=Decimal(8), by=accountant.user, now=NOW)
    for declaration, by in ((at_bureau, county_officer), (at_finance, official)):
        approve(declaration, version=declaration.version, hours=Decimal(8), by=by, now=NOW)
        assert declaration.state == DeclarationState.APPROVED
