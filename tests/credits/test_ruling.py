"""The moves of reviewers: each once, on the version that was looked at, and the loser is told who was first."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.enums import Move, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import STAGE_AUTHORITY, DeclarationState
from credits.models import Declaration, DeclarationStep, HourEntry, YearAccount
from credits.services.declaring import withdraw_declaration
from credits.services.following import follow_approvals
from credits.services.ruling import approve, pass_on, reject, send_back
from tests.credits import drafts
from tests.credits.factories import NOW

pytestmark = pytest.mark.usefixtures("henan_2026")
LATER = NOW + timedelta(days=1)
ALL = Decimal(24)


@pytest.fixture
def waiting(declarant: Professional) -> Declaration:
    """With the employer."""
    return drafts.handed_in(declarant)


@pytest.fixture
def passed(waiting: Declaration, employer_reviewer: User) -> Declaration:
    """With the authority."""
    return pass_on(waiting, version=waiting.version, hours=ALL, by=employer_reviewer, now=NOW)


def test_the_employer_passes_it_on_with_a_clock_of_its_own(
    waiting: Declaration, employer_reviewer: User, authority: Organization, authority_reviewer: User
) -> None:
    pass_on(waiting, version=waiting.version, hours=Decimal("20.5"), by=employer_reviewer, now=LATER)
    assert (waiting.state, waiting.stage, waiting.waiting_on) == (
        DeclarationState.AT_AUTHORITY,
        STAGE_AUTHORITY,
        authority,
    )
    assert (waiting.hours_recognised, waiting.waiting_since, waiting.round) == (Decimal("20.5"), LATER, 1)
    assert Notice.objects.get(event=NoticeEvent.REVIEW_WAITING, to=authority_reviewer)
    assert not HourEntry.objects.exists()
    step = DeclarationStep.objects.last()
    assert step
    assert (step.move, step.organization, step.hours) == (Move.APPROVE, waiting.organization, Decimal("20.5"))


def test_without_an_authority_the_bureau_of_the_place_is_next(
    lone_declarant: Professional, lone_reviewer: User, county_bureau: Organization
) -> None:
    declaration = drafts.handed_in(lone_declarant)
    pass_on(declaration, version=declaration.version, hours=ALL, by=lone_reviewer, now=NOW)
    assert declaration.waiting_on == county_bureau


def test_without_anybody_next_it_is_not_passed_on(
    waiting: Declaration, employer_reviewer: User, employer: Organization
) -> None:
    Organization.objects.exclude(pk=employer.pk).update(state="closed")
    with pytest.raises(Refused, match="还没有登记"):
        pass_on(waiting, version=waiting.version, hours=ALL, by=employer_reviewer, now=NOW)
    assert Declaration.objects.get().state == DeclarationState.AT_EMPLOYER


def test_the_last_approval_counts_the_hours_recognised(passed: Declaration, authority_reviewer: User) -> None:
    approve(passed, version=passed.version, hours=Decimal(20), by=authority_reviewer, now=LATER)
    assert (passed.state, passed.waiting_on, passed.decided_at) == (DeclarationState.APPROVED, None, LATER)
    assert passed.hours_recognised == HourEntry.objects.get().hours == Decimal(20)
    assert YearAccount.objects.get().professional_hours == Decimal(20)
    assert not Notice.objects.filter(event=NoticeEvent.DECLARATION_DECIDED).exists()
    assert [follow_approvals(now=LATER), follow_approvals(now=LATER)] == [1, 0]
    notice = Notice.objects.get(event=NoticeEvent.DECLARATION_DECIDED)
    assert (notice.to, notice.link) == (passed.declarant, f"/declarations/{passed.ref}/")
    assert "20 学时" in notice.text


@pytest.mark.parametrize("act", [send_back, reject])
def test_what_is_returned_or_rejected_says_why(
    waiting: Declaration, employer_reviewer: User, act: Callable[..., Declaration]
) -> None:
    act(waiting, version=waiting.version, by=employer_reviewer, now=LATER, reason="证书看不清")
    assert waiting.state in {DeclarationState.RETURNED, DeclarationState.REJECTED}
    assert (waiting.state_reason, waiting.waiting_on, waiting.due_at) == ("证书看不清", None, None)
    step = DeclarationStep.objects.last()
    assert step
    assert step.reason == "证书看不清"
    assert Notice.objects.filter(event=NoticeEvent.DECLARATION_DECIDED).count() == 1


@pytest.mark.parametrize("hours", ["0", "24.5", "8.3", "-1"])
def test_hours_that_cannot_be_recognised_change_nothing(
    waiting: Declaration, employer_reviewer: User, hours: str
) -> None:
    with pytest.raises(Refused):
        pass_on(waiting, version=waiting.version, hours=Decimal(hours), by=employer_reviewer, now=NOW)
    assert Declaration.objects.get().state == DeclarationState.AT_EMPLOYER


def test_nobody_rules_on_their_own(waiting: Declaration, passed: Declaration) -> None:
    own = passed.declarant
    for act in (
        lambda: approve(passed, version=passed.version, hours=ALL, by=own, now=NOW),
        lambda: send_back(passed, version=passed.version, by=own, now=NOW, reason="x"),
        lambda: reject(passed, version=passed.version, by=own, now=NOW, reason="x"),
        lambda: pass_on(passed, version=passed.version, hours=ALL, by=own, now=NOW),
    ):
        with pytest.raises(Refused, match="自己"):
            act()
    assert Declaration.objects.get().state == DeclarationState.AT_AUTHORITY


def test_another_version_is_not_ruled_on(waiting: Declaration, employer_reviewer: User) -> None:
    for version in (waiting.version - 1, waiting.version + 1):
        with pytest.raises(MovedOn):
            pass_on(waiting, version=version, hours=ALL, by=employer_reviewer, now=NOW)
        with pytest.raises(MovedOn):
            send_back(waiting, version=version, by=employer_reviewer, now=NOW, reason="x")
    assert Declaration.objects.get().state == DeclarationState.AT_EMPLOYER


def test_the_second_hand_is_told_who_was_first(waiting: Declaration, employer_reviewer: User) -> None:
    older = Declaration.objects.get(pk=waiting.pk)
    send_back(waiting, version=waiting.version, by=employer_reviewer, now=NOW, reason="缺材料")
    with pytest.raises(MovedOn) as lost:
        pass_on(older, version=older.version, hours=ALL, by=employer_reviewer, now=NOW)
    assert employer_reviewer.name in str(lost.value)
    assert "退回补正" in str(lost.value)
    assert DeclarationStep.objects.filter(move=Move.APPROVE).count() == 0


def test_what_was_taken_back_is_not_approved(waiting: Declaration, employer_reviewer: User) -> None:
    older = Declaration.objects.get(pk=waiting.pk)
    withdraw_declaration(waiting, by=waiting.declarant, now=NOW)
    with pytest.raises(MovedOn, match="申报人"):
        pass_on(older, version=older.version, hours=ALL, by=employer_reviewer, now=NOW)


def test_the_last_approval_is_not_the_employers(waiting: Declaration, employer_reviewer: User) -> None:
    with pytest.raises(MovedOn):
        approve(waiting, version=waiting.version, hours=ALL, by=employer_reviewer, now=NOW)
    assert not HourEntry.objects.exists()


def test_approving_twice_counts_once(passed: Declaration, authority_reviewer: User) -> None:
    older = Declaration.objects.get(pk=passed.pk)
    approve(passed, version=passed.version, hours=ALL, by=authority_reviewer, now=NOW)
    for copy in (passed, older):
        with pytest.raises(MovedOn):
            approve(copy, version=copy.version, hours=ALL, by=authority_reviewer, now=NOW)
    assert HourEntry.objects.count() == 1


def test_the_trail_names_no_reason_and_nothing_personal(waiting: Declaration, employer_reviewer: User) -> None:
    send_back(waiting, version=waiting.version, by=employer_reviewer, now=NOW, reason="410203198503120011 看不清")
    event = AuditEvent.objects.get(action="declaration.return")
    assert "410203198503120011" not in str((event.before, event.after))
    assert event.actor_label == employer_reviewer.name
