"""The inbox and its mirror."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.enums import Duty
from accounts.models import Membership, Organization, Professional, User
from credits.models import Declaration
from reviews.rules.deciding import Looked
from reviews.selectors.desk import (
    alike,
    inbox,
    looked_at,
    neighbours,
    not_yet_opened,
    readable,
    reviewers_of,
    was_at_hand,
)
from reviews.services.decisions import decide
from reviews.services.openings import record_opening
from tests import factories as make
from tests.reviews.factories import MONDAY, approved, draft, open_all, resubmitted, submitted

pytestmark = pytest.mark.django_db


def assert_mirror() -> None:
    """For everybody and everything: it stands in one's inbox exactly when one is among its reviewers."""
    for user in User.objects.all():
        mine = set(inbox(user).values_list("pk", flat=True))
        mirrored = {d.pk for d in Declaration.objects.all() if reviewers_of(d).filter(pk=user.pk).exists()}
        assert mine == mirrored, user


@pytest.fixture
def both(employer: Organization, authority: Organization) -> User:
    """Reviews at the employer and at its authority."""
    user = make.give(make.user("两处任职的审核员"), employer, Duty.REVIEW_HOURS)
    return make.give(user, authority, Duty.REVIEW_HOURS)


def test_the_mirror_agrees_for_everybody_and_everything(
    declarant: Professional,
    lone_declarant: Professional,
    other_declarant: Professional,
    employer: Organization,
    employer_reviewer: User,
    authority_reviewer: User,
    lone_reviewer: User,
    stranger: User,
    county_officer: User,
    city_officer: User,
    both: User,
) -> None:
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    left = make.give(make.user("已离岗审核员"), employer, Duty.REVIEW_HOURS)
    Membership.objects.filter(user=left).update(ended_at=MONDAY)
    make.give(make.user("停用的审核员", is_active=False), employer, Duty.REVIEW_HOURS)
    draft(declarant)
    submitted(declarant)
    submitted(other_declarant)
    submitted(lone_declarant)
    approved(submitted(declarant), both)
    approved(submitted(declarant), employer_reviewer)
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    approved(submitted(lone_declarant), lone_reviewer)
    assert_mirror()
    assert inbox(employer_reviewer).count() == 1
    assert inbox(county_officer).count() == 1
    assert not inbox(left).exists()


def test_nobody_finds_their_own(declarant: Professional, employer: Organization) -> None:
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    submitted(declarant)
    assert not inbox(declarant.user).exists()


def test_one_who_decided_the_first_stage_does_not_find_the_second(
    declarant: Professional, both: User, authority_reviewer: User
) -> None:
    declaration = approved(submitted(declarant), both)
    assert not inbox(both).exists()
    assert inbox(authority_reviewer).get() == declaration
    assert both not in reviewers_of(declaration)


def test_a_new_round_may_be_seen_by_the_same_hands(declarant: Professional, both: User) -> None:
    declaration = submitted(declarant)
    open_all(declaration, both)
    decide(
        declaration, version=1, move="return", reason_code="evidence_missing", reason="缺少证书", by=both, now=MONDAY
    )
    assert inbox(both).filter(pk=resubmitted(declaration).pk).exists()


def test_what_is_due_first_stands_first(declarant: Professional, employer_reviewer: User) -> None:
    late = submitted(declarant, now=MONDAY - timedelta(days=14))
    new = submitted(declarant, now=MONDAY)
    older = submitted(declarant, now=MONDAY - timedelta(days=7))
    assert list(inbox(employer_reviewer)) == [late, older, new]
    assert neighbours(employer_reviewer, older) == (late, new)
    assert neighbours(employer_reviewer, late) == (None, older)


def test_the_inbox_reads_its_index(declarant: Professional, employer_reviewer: User) -> None:
    submitted(declarant)
    plan = inbox(employer_reviewer)[:26].explain()
    if connection.vendor == "sqlite":
        assert "declaration_inbox" in plan
        assert "TEMP B-TREE" not in plan


def test_each_file_of_this_version_asks_for_its_own_opening(declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant, files=2)
    labels = [item.label for item in not_yet_opened(declaration, employer_reviewer)]
    assert labels == ["申报内容页", "结业证书", "培训照片1"]
    record_opening(declaration, reviewer=employer_reviewer, now=MONDAY)
    first = declaration.evidence.first()
    assert first is not None
    record_opening(declaration, reviewer=employer_reviewer, file_digest=first.file.digest, now=MONDAY)
    assert [i.label for i in not_yet_opened(declaration, employer_reviewer)] == ["培训照片1"]
    assert looked_at(declaration, employer_reviewer, now=MONDAY) == Looked(
        declaration.hours_claimed, declaration.hours_claimed, ["培训照片1"]
    )


def test_an_opening_of_an_older_version_or_by_another_does_not_count(
    declarant: Professional, employer_reviewer: User, stranger: User
) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    assert not_yet_opened(declaration, employer_reviewer) == []
    assert len(not_yet_opened(declaration, stranger)) == 2
    declaration.version = 2
    assert len(not_yet_opened(declaration, employer_reviewer)) == 2


def test_who_had_it_at_hand_is_told_and_nobody_else(
    declarant: Professional,
    employer_reviewer: User,
    authority_reviewer: User,
    county_officer: User,
    stranger: User,
) -> None:
    waiting = submitted(declarant)
    assert not was_at_hand(authority_reviewer, waiting)
    passed = approved(submitted(declarant), employer_reviewer)
    assert was_at_hand(employer_reviewer, passed)
    assert not was_at_hand(stranger, passed)
    assert not was_at_hand(county_officer, passed)
    assert not was_at_hand(declarant.user, passed)
    assert not was_at_hand(employer_reviewer, draft(declarant))
    assert readable(employer_reviewer).count() == 2
    assert readable(authority_reviewer).count() == 1
    assert readable(stranger).count() == 0


def test_what_resembles_it_is_shown(declarant: Professional) -> None:
    first = submitted(declarant, title="班主任研修", certificate_no="A1")
    twin = submitted(declarant, title="班主任研修")
    draft(declarant, title="班主任研修")
    submitted(declarant, title="别的")
    assert list(alike(first)) == [twin]
