"""Two hands at one moment (F1, T14, X13, X14): exactly one wins, the other is told who; the naive way fails."""

import os
import signal
import time
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional, User
from accounts.services.routing import settle
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import DeclarationState
from credits.models import Declaration
from credits.services.declaring import withdraw_declaration
from reviews.models import Decision, Filing, Opening
from reviews.services.decisions import decide
from reviews.services.filing import file_month
from reviews.services.openings import record_opening
from reviews.services.reminding import mark_overdue, remind_reviewers
from tests.races import settled
from tests.reviews.factories import MONDAY, approved, open_all, resubmitted, submitted

pytestmark = pytest.mark.django_db(transaction=True)
MANY = pytest.param(1000, marks=pytest.mark.deep)
LATE = pytest.param(500, marks=pytest.mark.deep)
ROUNDS = pytest.mark.parametrize("rounds", [100, MANY], ids=["few", "many"])


def approve(declaration: Declaration, by: User) -> Decision:
    return decide(declaration, version=1, move="approve", hours=Decimal("24.0"), by=by, now=MONDAY)


def send_back(declaration: Declaration, by: User) -> Decision:
    return decide(declaration, version=1, move="return", reason_code="other", reason="请补正", by=by, now=MONDAY)


@pytest.mark.asvs("v5.0.0-15.4.2")
@pytest.mark.parametrize("rounds", [100, MANY], ids=["few", "many"])
def test_of_two_reviewers_exactly_one_wins(
    declarant: Professional, employer_reviewer: User, colleague: User, rounds: int
) -> None:
    names = {employer_reviewer.pk: employer_reviewer.name, colleague.pk: colleague.name}
    for _ in range(rounds):
        declaration = submitted(declarant, files=0)
        open_all(declaration, employer_reviewer)
        open_all(declaration, colleague)
        outcome = settled(
            [partial(approve, declaration, employer_reviewer), partial(send_back, declaration, colleague)]
        )
        won = [one for one in outcome if isinstance(one, Decision)]
        lost = [one for one in outcome if isinstance(one, MovedOn)]
        assert (len(won), len(lost)) == (1, 1), outcome
        assert names[won[0].by_id] in str(lost[0])
        assert Decision.objects.get(subject=declaration) == won[0]
        declaration.refresh_from_db()
        assert declaration.state == ("at_authority" if won[0].move == "approve" else "returned")


def test_negative_control_read_then_save_lets_both_win(
    declarant: Professional, employer_reviewer: User, colleague: User
) -> None:
    """The same race without the conditional update: both hands believe that they won, every time."""
    read = Barrier(2)

    def naive(declaration: Declaration, state: str) -> bool:
        mine = Declaration.objects.get(pk=declaration.pk)
        is_open = mine.state == DeclarationState.AT_EMPLOYER
        read.wait(10)
        if is_open:
            mine.state, mine.waiting_on, mine.due_at, mine.waiting_since = state, None, None, None
            mine.save()
        return is_open

    declarations = [submitted(declarant, files=0) for _ in range(20)]
    results = [settled([partial(naive, each, "returned"), partial(naive, each, "rejected")]) for each in declarations]
    assert results == [[True, True]] * 20


def _settled_naively(mine: Declaration, state: str) -> None:
    mine.state, mine.waiting_on, mine.due_at, mine.waiting_since = state, None, None, None


def test_negative_control_a_withdrawal_and_an_approval_both_believe_that_they_won(
    declarant: Professional, employer_reviewer: User
) -> None:
    """Each reads that it waits, then acts: one row says withdrawn or approved, and the other was told that it is."""
    read = Barrier(2)

    def withdraw(declaration: Declaration) -> bool:
        mine = Declaration.objects.get(pk=declaration.pk)
        is_open = mine.state == DeclarationState.AT_EMPLOYER
        read.wait(10)
        _settled_naively(mine, "withdrawn")
        mine.save()
        return is_open

    def approve_too(declaration: Declaration) -> bool:
        mine = Declaration.objects.get(pk=declaration.pk)
        is_open = mine.state == DeclarationState.AT_EMPLOYER
        read.wait(10)
        _decided_naively(mine, employer_reviewer)
        _settled_naively(mine, "approved")
        mine.save()
        return is_open

    declarations = [submitted(declarant, files=0) for _ in range(10)]
    results = [settled([partial(withdraw, each), partial(approve_too, each)]) for each in declarations]
    assert results == [[True, True]] * 10
    assert Decision.objects.filter(subject__in=declarations).count() == 10, "approved, whatever the rows say"


def test_negative_control_an_approval_by_state_alone_is_of_what_nobody_saw(
    declarant: Professional, employer_reviewer: User
) -> None:
    """Who asks whether it waits, and not in which version, approves what was changed under their eyes."""
    read, changed = Barrier(2), Barrier(2)

    def approve_by_state(declaration: Declaration) -> bool:
        mine = Declaration.objects.get(pk=declaration.pk)
        read.wait(10)
        changed.wait(10)
        _decided_naively(mine, employer_reviewer)
        return bool(Declaration.objects.filter(pk=mine.pk, state=DeclarationState.AT_EMPLOYER).update(
            state="approved", waiting_on=None, due_at=None, waiting_since=None
        ))  # fmt: skip

    def change(declaration: Declaration) -> bool:
        mine = Declaration.objects.get(pk=declaration.pk)
        read.wait(10)
        mine.version, mine.title = mine.version + 1, "换过的名称"
        mine.save(update_fields=["version", "title"])
        changed.wait(10)
        return True

    declarations = [submitted(declarant, files=0) for _ in range(10)]
    results = [settled([partial(approve_by_state, each), partial(change, each)]) for each in declarations]
    assert results == [[True, True]] * 10
    unseen = Declaration.objects.filter(pk__in=[each.pk for each in declarations], state="approved", title="换过的名称")
    assert [unseen.count(), Decision.objects.filter(subject__in=unseen, version=1).count()] == [10, 10]


def _decided_naively(mine: Declaration, by: User) -> None:
    Decision.objects.create(
        subject=mine, version=mine.version, stage=mine.stage, round=mine.round, move="approve", by=by, at=MONDAY,
        hours_recognised=1, organization=mine.organization, declarant=mine.declarant, was_due_at=MONDAY,
    )  # fmt: skip


@ROUNDS
def test_a_reviewer_and_a_withdrawal(declarant: Professional, employer_reviewer: User, rounds: int) -> None:
    for _ in range(rounds):
        declaration = submitted(declarant, files=0)
        open_all(declaration, employer_reviewer)
        take_back = partial(withdraw_declaration, declaration, by=declarant.user, now=MONDAY)
        outcome = settled([partial(approve, declaration, employer_reviewer), take_back])
        assert sum(isinstance(one, Refused) for one in outcome) == 1, outcome
        declaration.refresh_from_db()
        is_approved = isinstance(outcome[0], Decision)
        assert declaration.state == ("at_authority" if is_approved else "withdrawn")
        assert Decision.objects.filter(subject=declaration).exists() is is_approved


@ROUNDS
def test_an_approval_and_a_change_of_what_is_approved(
    declarant: Professional, employer_reviewer: User, colleague: User, rounds: int
) -> None:
    """A colleague returns it, its declarant mends it and hands it in again, while somebody approves what they saw:
    the approval is of what they saw, or it is refused; never of content that they did not see.
    """

    def mend(declaration: Declaration) -> None:
        send_back(declaration, colleague)
        resubmitted(Declaration.objects.get(pk=declaration.pk))

    for _ in range(rounds):
        declaration = submitted(declarant, files=0)
        open_all(declaration, employer_reviewer)
        approval, change = settled([partial(approve, declaration, employer_reviewer), partial(mend, declaration)])
        assert isinstance(approval, Refused) != isinstance(change, Refused), (approval, change)
        declaration.refresh_from_db()
        approvals = Decision.objects.filter(subject=declaration, move="approve")
        if isinstance(approval, Decision):
            assert (declaration.version, approvals.get().version) == (1, 1)
        else:
            assert (declaration.version, declaration.round, approvals.count()) == (2, 2, 0)


def test_two_openings_at_once_are_one_row(declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant)
    look = partial(record_opening, declaration, reviewer=employer_reviewer, now=MONDAY)
    assert settled([look] * 4) == [None] * 4
    assert Opening.objects.get().times >= 1


def test_two_filings_at_once_are_one(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User
) -> None:
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    area, late = declarant.area.parent, MONDAY + timedelta(days=20)
    assert area is not None
    file = partial(file_month, area, MONDAY.date(), by=city_officer, now=late)
    outcome = settled([file, file])
    assert sorted(type(one).__name__ for one in outcome) == ["Filing", "Refused"]
    assert Filing.objects.get().entry_count == 1


@pytest.mark.parametrize("overdue", [120, LATE], ids=["few", "many"])
def test_two_sweeps_over_what_is_overdue(
    declarant: Professional, employer_reviewer: User, colleague: User, authority_reviewer: User, overdue: int
) -> None:
    """As many transitions, as many notices for each who hears of it, however often it runs."""
    for _ in range(overdue):
        submitted(declarant, files=0)
    late = MONDAY + timedelta(days=8)
    counts = settled([partial(mark_overdue, now=late)] * 2)
    assert sum(counts) == overdue, counts
    assert mark_overdue(now=late) == 0
    assert Declaration.objects.filter(overdue_at=late, state=DeclarationState.AT_EMPLOYER).count() == overdue
    assert AuditEvent.objects.filter(action="declaration.overdue").count() == overdue
    for reader in (employer_reviewer, colleague, authority_reviewer):
        assert Notice.objects.filter(to=reader, event=NoticeEvent.REVIEW_OVERDUE).count() == overdue
    assert Notice.objects.filter(event=NoticeEvent.REVIEW_OVERDUE).count() == 3 * overdue


def test_negative_control_a_sweep_that_reads_then_marks_tells_twice(
    declarant: Professional, employer_reviewer: User
) -> None:
    """Both read what is overdue and not yet marked, then mark and tell: each thing is marked and told by both."""
    overdue, late = 40, MONDAY + timedelta(days=8)
    for _ in range(overdue):
        submitted(declarant, files=0)
    read = Barrier(2)

    def naive() -> int:
        found = list(Declaration.objects.filter(due_at__lte=late, overdue_at__isnull=True))
        read.wait(10)
        for each in found:
            each.overdue_at = late
            each.save(update_fields=["overdue_at"])
            told = {"event": NoticeEvent.REVIEW_OVERDUE, "key": str(uuid4()), "text": "已超期", "created_at": late}
            Notice.objects.create(to=employer_reviewer, **told)
        return len(found)

    assert settled([naive] * 2) == [overdue] * 2
    assert Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.REVIEW_OVERDUE).count() == 2 * overdue


@pytest.mark.parametrize("overdue", [40, LATE], ids=["few", "many"])
def test_a_sweep_that_is_killed_is_gone_on_with(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, overdue: int
) -> None:
    """kill -9 at five moments: each marked once, told once to each who hears of it."""
    for _ in range(overdue):
        submitted(declarant, files=0)
    late, done = MONDAY + timedelta(days=8), []
    for after in (0.03, 0.1, 0.2, 0.3, 0.5):
        _sweep_and_be_killed(late, after=after)
        done.append(Declaration.objects.filter(overdue_at=late).count())
    assert done[0] < overdue, "it was over before anybody killed it"
    after_the_leases = late + timedelta(hours=1)
    while mark_overdue(now=after_the_leases):
        pass
    assert Declaration.objects.filter(overdue_at__isnull=False, state=DeclarationState.AT_EMPLOYER).count() == overdue
    assert AuditEvent.objects.filter(action="declaration.overdue").count() == overdue
    for reader in (employer_reviewer, authority_reviewer):
        assert Notice.objects.filter(to=reader, event=NoticeEvent.REVIEW_OVERDUE).count() == overdue


def _sweep_and_be_killed(now: datetime, *, after: float) -> None:
    """In a process of its own, with connections of its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            mark_overdue(now=now)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_two_reminders_at_once(declarant: Professional, employer_reviewer: User) -> None:
    for _ in range(20):
        submitted(declarant, files=0)
    day = MONDAY + timedelta(days=3)
    counts = settled([partial(remind_reviewers, now=day)] * 2)
    assert sum(counts) == 20
    assert Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.REVIEW_DUE).count() == 20


def test_a_sweep_does_not_mark_what_is_decided_meanwhile(declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant)
    settle(Declaration.objects.filter(pk=declaration.pk), state=DeclarationState.REJECTED)
    assert mark_overdue(now=MONDAY + timedelta(days=8)) == 0
