"""A roster is checked by the clock: piece by piece, gone on with after a kill, cancelled, overtaken."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Professional, User
from accounts.rules.cells import Problem
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent, Job
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.claims import claim
from credits.enums import RosterState, RowState
from credits.models import Roster, RosterPiece, RosterRow, RuleSet
from credits.services import roster_checks
from credits.services.roster_checks import cancel_check, check_piece, check_rosters
from credits.services.roster_jobs import forget_rosters
from credits.services.rosters import confirm_roster, drop_roster
from tests import factories as make
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW
from tests.credits.rosters import RosterLine, keep_rows
from tests.races import settled

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_checks, "AT_ONCE", 0)


@pytest.fixture
def roster(base: Organization, base_teacher: User, henan_2026: RuleSet) -> Roster:
    make_roster.recognise(base)
    return make_roster.roster(base, base_teacher)


@pytest.fixture
def numbers(employer: Organization) -> list[str]:
    found = [make.id_number() for _ in range(3)]
    for place, number in enumerate(found):
        make.professional(f"学员{place}", works_at=employer, number=number)
    return found


def laid(roster: Roster, numbers: list[str], *, wrong: int = 1) -> Roster:
    """A piece for each of `numbers`, and then one for each of `wrong` rows."""

    def pieces() -> Iterator[list[RosterLine]]:
        for place, number in enumerate(numbers):
            yield [RosterLine(2 + place, number, f"学员{place}", Decimal(12), was_passed=True)]
        for place in range(wrong):
            problem = Problem("考核结果", "result", "请填“合格”或“不合格”。")
            yield [RosterLine(50 + place, "", "某人", None, was_passed=False, problems=(problem,))]

    return keep_rows(roster, pieces(), remarks=["有一列没有读取。"], by=roster.made_by, now=NOW)


def test_what_was_read_waits_sealed_and_is_looked_at_by_the_clock(roster: Roster, numbers: list[str]) -> None:
    laid(roster, numbers)
    assert (roster.state, RosterPiece.objects.count(), RosterRow.objects.exists()) == (RosterState.CHECKING, 4, False)
    dump = b"".join(bytes(piece.lines_sealed) for piece in RosterPiece.objects.all())
    assert not any(number.encode() in dump for number in numbers)
    assert check_rosters(now=NOW) == 4
    roster.refresh_from_db()
    assert (roster.state, roster.counts) == (RosterState.CHECKED, {RowState.NEW: 3, RowState.WRONG: 1})
    assert (roster.rows_read, roster.remarks, roster.job) == (4, ["有一列没有读取。"], None)
    assert (RosterPiece.objects.exists(), Job.objects.exists()) == (False, False)
    done = AuditEvent.objects.filter(action__startswith="roster.").order_by("pk").values_list("action", flat=True)
    assert list(done) == ["roster.start", "roster.check", "roster.read"]


def test_killed_between_two_pieces_it_goes_on_and_the_dead_one_writes_nothing(
    roster: Roster, numbers: list[str]
) -> None:
    laid(roster, numbers)
    assert claim(Job.objects.all(), now=NOW)
    assert check_piece(Job.objects.get(), now=NOW)
    dead = Job.objects.get()
    assert (dead.done, RosterRow.objects.count(), RosterPiece.objects.count()) == (1, 1, 3)
    assert check_rosters(now=NOW + timedelta(seconds=1)) == 0
    assert claim(Job.objects.all(), now=LATER)
    assert not check_piece(dead, now=LATER)
    assert check_rosters(now=LATER + timedelta(hours=1)) == 3
    roster.refresh_from_db()
    assert roster.counts == {RowState.NEW: 3, RowState.WRONG: 1}


def test_killed_within_a_piece_nothing_of_it_is_kept(
    roster: Roster, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(roster, numbers)

    def dies(*_: Any, **__: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(RosterPiece, "delete", dies)
        with pytest.raises(MemoryError):
            check_rosters(now=NOW)
    job = Job.objects.get()
    assert (job.done, job.last_error, RosterRow.objects.exists(), RosterPiece.objects.count()) == (
        0, "MemoryError", False, 4,
    )  # fmt: skip
    check_rosters(now=LATER)
    roster.refresh_from_db()
    assert roster.counts == {RowState.NEW: 3, RowState.WRONG: 1}


def test_cancelled_what_stood_before_stands_again(roster: Roster, numbers: list[str]) -> None:
    laid(roster, numbers, wrong=0)
    check_rosters(now=NOW)
    roster.refresh_from_db()
    before = (roster.version, roster.counts)
    laid(roster, numbers[:1], wrong=2)
    assert claim(Job.objects.all(), now=NOW)
    check_piece(Job.objects.get(), now=NOW)
    worker = Job.objects.get()
    cancel_check(roster, by=roster.made_by, now=NOW)
    assert not check_piece(worker, now=NOW)
    roster.refresh_from_db()
    assert (roster.state, roster.version, roster.counts) == (RosterState.CHECKED, *before)
    assert (RosterPiece.objects.exists(), Job.objects.exists(), RosterRow.objects.count()) == (False, False, 3)
    with pytest.raises(MovedOn, match="没有正在进行的核对"):
        cancel_check(roster, by=roster.made_by, now=NOW)
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)


def test_while_it_is_checked_nothing_else_happens_to_it(roster: Roster, numbers: list[str]) -> None:
    laid(roster, numbers)
    with pytest.raises(Refused, match="正在核对"):
        laid(roster, numbers)
    with pytest.raises(Refused, match="正在核对"):
        drop_roster(roster, by=roster.made_by, now=NOW)
    with pytest.raises(MovedOn, match="正在核对"):
        confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    assert (RosterPiece.objects.count(), Job.objects.count()) == (4, 1)


@pytest.mark.django_db(transaction=True)
def test_of_a_cancel_and_the_last_piece_one_wins_whole(roster: Roster, numbers: list[str]) -> None:
    laid(roster, numbers[:1], wrong=0)
    kept = Roster.objects.get(pk=roster.pk)
    settled([
        lambda: cancel_check(kept, by=kept.made_by, now=NOW),
        lambda: check_rosters(now=NOW),
    ])  # fmt: skip
    roster.refresh_from_db()
    assert (roster.state, RosterRow.objects.count()) in {(RosterState.DRAFT, 0), (RosterState.CHECKED, 1)}
    assert (RosterPiece.objects.exists(), Job.objects.exists()) == (False, False)


def test_what_nobody_checks_is_forgotten_with_its_numbers(roster: Roster, numbers: list[str]) -> None:
    laid(roster, numbers)
    RosterPiece.objects.create(roster=roster, version=99, number=2, lines_sealed=b"broken off", read_at=NOW)
    forget_rosters(now=NOW + timedelta(days=29))
    assert RosterPiece.objects.count() == 5
    forget_rosters(now=NOW + timedelta(days=31))
    assert (Roster.objects.exists(), RosterPiece.objects.exists(), Job.objects.exists()) == (False, False, False)


def test_the_page_shows_how_far_it_is_and_cancels(
    client: Client, roster: Roster, numbers: list[str], known_time: None, django_assert_max_num_queries: Any
) -> None:
    client.force_login(roster.made_by)
    lines = [make_roster.row(id_number=number, name=f"学员{n}") for n, number in enumerate(numbers)]
    file = make_roster.saved(make_roster.workbook([*lines, make_roster.row(result="通过")]))
    address = reverse("credits:roster", args=[roster.ref])
    assert client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": file})["Location"] == address
    with django_assert_max_num_queries(9):
        shown = client.get(address).content.decode()
    assert "正在核对：0 / 4 人" in shown
    assert "取消核对" in shown
    again = client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": make_roster.saved(
        make_roster.workbook(lines))})  # fmt: skip
    assert (again.status_code, "正在核对" in again.content.decode()) == (409, True)
    Job.objects.update(done=4, result={"wrong": 1}, attempts=MAX_ATTEMPTS)
    moved = client.get(reverse("credits:roster_progress", args=[roster.ref])).content.decode()
    assert "处理中断了" in moved
    Job.objects.update(attempts=0, done=2)
    moved = client.get(reverse("credits:roster_progress", args=[roster.ref])).content.decode()
    assert "<b>1</b> 行有错误" in moved
    cancelled = client.post(reverse("credits:cancel_check", args=[roster.ref]), follow=True)
    assert "已取消核对" in cancelled.content.decode()
    assert client.post(reverse("credits:cancel_check", args=[roster.ref])).status_code == 409


@pytest.fixture
def known_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_of_a_person_nothing_is_kept_in_clear_anywhere(roster: Roster, employer: Organization) -> None:
    """Nor in the order to check it."""
    number = make.id_number()
    person: Professional = make.professional("学员甲", works_at=employer, number=number)
    laid(roster, [number], wrong=0)
    kept = repr([*Job.objects.values_list(), *Roster.objects.values_list(), *AuditEvent.objects.values_list()])
    assert number not in kept
    assert person.name not in kept
