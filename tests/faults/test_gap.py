"""Killed in the gap after COMMIT, before anybody was told or any work was handed on (X4): the row is the message.

The kill comes where Django would begin with what was left to `on_commit`: the transaction is through, nothing after it
has run.
"""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, Professional, User
from accounts.services.delivery import deliver_notices
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import AuditEvent, Job
from ceportal.office.selectors.checks import CHECK
from ceportal.office.services.checker import check_books
from reviews.models import Decision
from reviews.services.decisions import decide
from tests.reviews.factories import MONDAY, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def die_in_the_gap(act: Callable[[], object], committed: Callable[[], bool]) -> None:
    """`act` in a process of its own, which dies after the COMMIT from which `committed` is so."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            connection.run_and_clear_commit_hooks = lambda: committed() and os.kill(os.getpid(), signal.SIGKILL)
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the fault was not put in"
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_who_is_told_of_a_decision_is_told_though_its_server_died(
    declarant: Professional, employer_reviewer: User
) -> None:
    declaration, mine = submitted(declarant, files=0), Notice.objects.filter(to=declarant.user)

    def send_back() -> None:
        decide(
            declaration, version=1, move="return", reason_code="other", reason="请补正", by=employer_reviewer,
            now=MONDAY,
        )  # fmt: skip

    die_in_the_gap(send_back, mine.exists)
    assert Decision.objects.filter(subject=declaration, move="return").count() == 1
    assert mine.get().sent_at is None
    assert deliver_notices(now=MONDAY) == Notice.objects.count()
    assert mine.get().sent_at == MONDAY
    assert deliver_notices(now=MONDAY + timedelta(hours=1)) == 0


def test_what_a_page_left_to_be_done_is_done_though_its_server_died(operator: User) -> None:
    client, checks = Client(), Job.objects.filter(kind=CHECK)
    client.force_login(operator)
    die_in_the_gap(lambda: client.post("/operation/check/"), checks.exists)
    assert checks.get().state == JobState.WAITING
    assert AuditEvent.objects.filter(action="check.begin").count() == 1
    check_books(now=timezone.now())
    assert checks.get().state == JobState.DONE


def test_negative_control_what_is_left_to_on_commit_alone_is_lost(tmp_path: Path) -> None:
    """The row stands and says nothing of it: nobody will ever find out that something was to be done."""
    rows, told = Job.objects.filter(kind="naive"), tmp_path / "told"

    @transaction.atomic
    def act() -> None:
        Job.objects.create(kind="naive", state=JobState.DONE, created_at=MONDAY)
        transaction.on_commit(told.touch)

    die_in_the_gap(act, rows.exists)
    assert (rows.count(), told.exists()) == (1, False)
    act()
    assert (rows.count(), told.exists()) == (2, True), "as it is without the kill"
