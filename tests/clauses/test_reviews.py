"""What the documents ask of those who review: in time, after looking, never their own; filed once a month."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import DeclarationState
from credits.models import Claim, Declaration, HourEntry
from reviews.models import CreditedHours, Decision, FilingItem
from reviews.selectors.desk import inbox, reviewers_of
from reviews.services.decisions import decide
from reviews.services.filing import file_month
from reviews.services.openings import record_opening
from reviews.services.reminding import mark_overdue
from reviews.services.reversing import reverse_hours
from tests import factories as make
from tests.reviews.factories import MONDAY, approved, open_all, resubmitted, submitted, turned_down

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def approve(declaration: Declaration, by: User, now: datetime = MONDAY) -> Decision:
    return decide(
        declaration, version=declaration.version, move="approve", hours=declaration.hours_claimed, by=by, now=now
    )


@pytest.mark.clause("S0-20", "S4-17", "A3")
def test_each_of_the_two_has_five_working_days_of_its_own(
    declarant: Professional, employer: Organization, employer_reviewer: User, authority_reviewer: User
) -> None:
    declaration = submitted(declarant, now=MONDAY)
    assert declaration.due_at == datetime(2026, 11, 24, tzinfo=SHANGHAI)
    thursday = MONDAY + timedelta(days=3)
    open_all(declaration, employer_reviewer)
    approve(declaration, employer_reviewer, thursday)
    declaration.refresh_from_db()
    assert declaration.waiting_on != employer
    assert declaration.due_at == datetime(2026, 11, 27, tzinfo=SHANGHAI)


@pytest.mark.clause("S0-20", "S0-21", "S3-05", "S4-17")
def test_what_is_late_is_marked_and_told_and_never_approved_by_itself(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    declaration = submitted(declarant)
    for days in range(0, 400, 7):
        mark_overdue(now=MONDAY + timedelta(days=days))
    declaration.refresh_from_db()
    assert declaration.overdue_at is not None
    assert declaration.state == DeclarationState.AT_EMPLOYER
    assert not Claim.objects.exists()
    assert Notice.objects.filter(event=NoticeEvent.REVIEW_OVERDUE).count() == 2


@pytest.mark.clause("S3-06", "A22")
def test_the_employer_reviews_first_and_nothing_passes_unseen(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    declaration = submitted(declarant, files=2)
    assert inbox(employer_reviewer).get() == declaration
    assert not inbox(authority_reviewer).exists()
    with pytest.raises(Refused, match="申报内容页、结业证书、培训照片1"):
        approve(declaration, employer_reviewer)
    record_opening(declaration, reviewer=employer_reviewer, now=MONDAY)
    with pytest.raises(Refused, match="结业证书、培训照片1"):
        approve(declaration, employer_reviewer)
    open_all(declaration, employer_reviewer)
    assert approve(declaration, employer_reviewer).pk


@pytest.mark.clause("S3-06")
def test_looking_at_an_older_version_is_not_looking(declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    again = resubmitted(turned_down(declaration, employer_reviewer))
    with pytest.raises(Refused, match="没有查看"):
        approve(again, employer_reviewer)


@pytest.mark.clause("A24")
def test_nobody_reviews_their_own_nor_both_stages(
    declarant: Professional, employer: Organization, authority: Organization, authority_reviewer: User
) -> None:
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    both = make.give(make.user("两处任职"), employer, Duty.REVIEW_HOURS)
    make.give(both, authority, Duty.REVIEW_HOURS)
    declaration = submitted(declarant)
    assert not inbox(declarant.user).exists()
    with pytest.raises(MovedOn):
        approve(declaration, declarant.user)
    approved(declaration, both)
    assert list(reviewers_of(declaration)) == [authority_reviewer]


@pytest.mark.clause("A11", "S1-13")
def test_where_no_authority_is_in_charge_the_local_bureau_reviews(
    lone_declarant: Professional, lone_reviewer: User, county_officer: User, county_bureau: Organization
) -> None:
    declaration = approved(submitted(lone_declarant), lone_reviewer)
    assert declaration.waiting_on == county_bureau
    approved(declaration, county_officer)
    assert HourEntry.objects.get().hours == Decimal("24.0")


@pytest.mark.clause("A25")
def test_returned_and_handed_in_again_the_clock_starts_anew(declarant: Professional, employer_reviewer: User) -> None:
    declaration = turned_down(submitted(declarant), employer_reviewer)
    assert declaration.due_at is None
    assert declaration.state_reason
    again = resubmitted(declaration, now=MONDAY + timedelta(days=7))
    assert (again.round, again.due_at) == (2, datetime(2026, 12, 1, tzinfo=SHANGHAI))


@pytest.mark.clause("S2-07", "A10")
def test_filed_once_a_month_by_the_city_and_counted_before_that(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User
) -> None:
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    entry = HourEntry.objects.get()
    city = make.area("410200")
    with pytest.raises(Refused, match="11月30日"):
        file_month(city, date(2026, 11, 1), by=city_officer, now=MONDAY + timedelta(days=10))
    filing = file_month(city, date(2026, 11, 1), by=city_officer, now=MONDAY + timedelta(days=14))
    assert FilingItem.objects.get(filing=filing).entry == entry
    with pytest.raises(Refused, match="不能重复备案"):
        file_month(city, date(2026, 11, 1), by=city_officer, now=MONDAY + timedelta(days=15))


@pytest.mark.clause("S3-10", "S4-16", "S2-07")
def test_false_evidence_costs_the_hours_and_the_person_is_told_why(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User
) -> None:
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    claim = CreditedHours.objects.get()
    entry = reverse_hours(claim, reason_code="composed", reason="经鉴定为合成", by=city_officer, now=MONDAY)
    assert entry.hours == Decimal("-24.0")
    assert HourEntry.objects.count() == 2
    assert "合成、涂改证书" in Notice.objects.get(event=NoticeEvent.HOURS_REVERSED).text
