"""A roster's way: begun, read, confirmed, credited by the clock, undone; twice, half-way, and when somebody dies."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.fields import id_index
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.claims import claim
from credits.enums import ClaimState, RosterState, RowState
from credits.models import Claim, HourEntry, Roster, RosterRow, RuleSet, UnmatchedPerson, YearAccount
from credits.selectors.accounts import account_of
from credits.services import roster_jobs
from credits.services.matching import match_people
from credits.services.roster_jobs import forget_rosters, work_on, work_on_rosters
from credits.services.rosters import change_roster, confirm_roster, drop_roster, number_of, undo_roster
from tests import factories as make
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW
from tests.races import settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(base: Organization, henan_2026: RuleSet) -> Organization:
    make_roster.recognise(base)
    return base


@pytest.fixture
def roster(listed: Organization, base_teacher: User) -> Roster:
    return make_roster.roster(listed, base_teacher)


@pytest.fixture
def known(employer: Organization) -> dict[str, Professional]:
    """Three registered people by their numbers."""
    numbers = [make.id_number() for _ in range(3)]
    return {number: make.professional(f"学员{n}甲", works_at=employer, number=number) for n, number in
            zip("一二三", numbers, strict=True)}  # fmt: skip


def rows(known: dict[str, Professional], **changes: Any) -> list[list[Any]]:
    return [make_roster.row(person, id_number=number, **changes) for number, person in known.items()]


def read(roster: Roster, lines: list[list[Any]], **kwargs: Any) -> Roster:
    upload = make_roster.saved(make_roster.workbook(lines, **kwargs))
    return make_roster.read(roster, upload, by=roster.made_by)


def credited(roster: Roster, known: dict[str, Professional], **changes: Any) -> Roster:
    read(roster, rows(known, **changes))
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    work_on_rosters(now=NOW)
    roster.refresh_from_db()
    return roster


def state_of(roster: Roster, number: int) -> str:
    return RosterRow.objects.get(roster=roster, version=roster.version, number=number).state


# --- reading


def test_a_class_that_may_not_be_reported_is_refused_with_its_field(base: Organization, base_teacher: User) -> None:
    with pytest.raises(Refused) as refused:
        make_roster.roster(base, base_teacher, ended_on=date(2026, 12, 1))
    assert {reason.code for reason in refused.value} >= {"not_recognised", "not_over"}
    assert not Roster.objects.exists()


def test_reading_is_looking_only(roster: Roster, known: dict[str, Professional]) -> None:
    """Counts by what each row is; the ledger is as it was."""
    lines = [*rows(known), make_roster.row(), make_roster.row(result="不合格"), make_roster.row(hours="x")]
    read(roster, lines)
    assert roster.state == RosterState.CHECKED
    assert roster.counts == {RowState.NEW: 3, RowState.UNKNOWN: 1, RowState.FAILED: 1, RowState.WRONG: 1}
    assert not Claim.objects.exists()
    assert not YearAccount.objects.exists()
    assert not Job.objects.exists()


def test_a_wrong_name_reads_as_a_person_nobody_knows(roster: Roster, known: dict[str, Professional]) -> None:
    """Nothing is disclosed: number known, number unknown, registration not yet approved, the same words."""
    waiting = make.id_number()
    make.professional("等待核准", number=waiting, is_approved=False)
    lines = [
        make_roster.row(id_number=next(iter(known)), name="别人的名字"),
        make_roster.row(name="别人的名字"),
        make_roster.row(id_number=waiting, name="等待核准"),
    ]
    read(roster, lines)
    found = set(RosterRow.objects.values_list("state", "reason"))
    assert len(found) == 1
    assert found.pop()[0] == RowState.UNKNOWN


def test_what_counts_already_is_told_before_it_is_confirmed(
    roster: Roster, listed: Organization, known: dict[str, Professional]
) -> None:
    credited(roster, known)
    again = make_roster.roster(listed, roster.made_by)
    read(again, rows(known))
    assert again.counts == {RowState.DUPLICATE: 3}
    assert "基地名单" in RosterRow.objects.filter(roster=again).first().reason


def test_a_person_twice_in_a_file_is_wrong_the_second_time(roster: Roster, known: dict[str, Professional]) -> None:
    number, person = next(iter(known.items()))
    read(roster, [*rows(known), make_roster.row(person, id_number=number.lower())])
    wrong = RosterRow.objects.get(roster=roster, state=RowState.WRONG)
    assert (wrong.number, wrong.problems[0][1]) == (5, "twice")
    assert "第 2 行" in wrong.problems[0][2]


def test_columns_that_are_not_ours_are_left_out_and_told(roster: Roster, known: dict[str, Professional]) -> None:
    lines = [["1", *line, "备用"] for line in rows(known)]
    read(roster, lines, heading=("序号", "证件号码", "姓名", "学时", "考核结果", "备注", "单位"))
    assert roster.counts == {RowState.NEW: 3}
    assert "“序号”、“单位”" in roster.remarks[0]


def test_five_thousand_blank_rows_are_nobody(roster: Roster) -> None:
    book = make_roster.workbook([])
    for number in range(2, 5002):
        for column in range(1, 6):
            book.active.cell(number, column).number_format = "@"
    with pytest.raises(Refused, match="没有人员"):
        make_roster.read(roster, make_roster.saved(book), by=roster.made_by)
    roster.refresh_from_db()
    assert (roster.state, RosterRow.objects.count()) == (RosterState.DRAFT, 0)


def test_a_file_that_breaks_half_way_leaves_what_was_read_before(
    roster: Roster, known: dict[str, Professional]
) -> None:
    read(roster, rows(known))
    before = (roster.version, roster.counts)

    def batches() -> Any:
        yield [make_roster.RosterLine(2, next(iter(known)), "学员一甲", Decimal(12), True)]
        raise Refused([])

    with pytest.raises(Refused):
        make_roster.keep_rows(roster, batches(), remarks=[], by=roster.made_by, now=NOW)
    roster.refresh_from_db()
    assert (roster.version, roster.counts) == before
    assert set(RosterRow.objects.values_list("version", flat=True)) == {before[0]}


def test_of_two_files_at_once_the_later_stands(roster: Roster, known: dict[str, Professional]) -> None:
    """While one is being read, another one comes and is read to its end."""

    def slow() -> Any:
        read(Roster.objects.get(pk=roster.pk), rows(known))
        yield [make_roster.RosterLine(2, next(iter(known)), "学员一甲", Decimal(12), True)]

    with pytest.raises(MovedOn):
        make_roster.keep_rows(roster, slow(), remarks=[], by=roster.made_by, now=NOW)
    roster.refresh_from_db()
    assert roster.counts == {RowState.NEW: 3}
    assert RosterRow.objects.count() == 3


def test_no_number_can_be_read_where_rows_are_kept(roster: Roster, known: dict[str, Professional]) -> None:
    """Sealed while it waits, forgotten when it is credited; what slipped into other cells is masked."""
    number, person = next(iter(known.items()))
    spilt = [make_roster.row(name=number), make_roster.row(remark=f"见 {number}，电话 13812345678")]
    read(roster, [*rows(known), *spilt])
    dump = repr(list(RosterRow.objects.values_list())).lower()
    assert number.lower() not in dump
    assert "13812345678" not in dump
    row = RosterRow.objects.get(roster=roster, number=2)
    assert bytes(row.id_sealed or b"")
    assert number_of(row, roster) == number
    assert row.id_mask == person.id_mask
    assert RosterRow.objects.get(roster=roster, number=5).id_sealed is None


# --- confirming and crediting


def test_nothing_is_confirmed_while_a_row_is_wrong(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, [*rows(known), make_roster.row(result="")])
    with pytest.raises(Refused, match="1 行有错误"):
        confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    assert not Job.objects.exists()


def test_only_what_was_looked_at_is_confirmed(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, rows(known))
    seen = roster.version
    read(roster, rows(known)[:1])
    with pytest.raises(MovedOn):
        confirm_roster(roster, version=seen, by=roster.made_by, now=NOW)
    assert not Job.objects.exists()


def test_a_base_that_left_meanwhile_cannot_confirm(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, rows(known))
    make_roster.Recognition.objects.update(ended_on=date(2026, 10, 1))
    with pytest.raises(Refused, match="终止"):
        confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)


def test_a_roster_credits_everybody_once(roster: Roster, known: dict[str, Professional]) -> None:
    lines = rows(known)
    lines[0][2] = "8.5"
    read(roster, [*lines, make_roster.row(result="不合格")])
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    for _ in range(3):
        work_on_rosters(now=NOW)
    roster.refresh_from_db()
    assert roster.state == RosterState.DONE
    assert roster.counts == {RowState.CREDITED: 3, RowState.FAILED: 1}
    hours = [account_of(person, 2026).public for person in known.values()]
    assert hours == [Decimal("8.5"), Decimal(12), Decimal(12)]
    assert {claim.source for claim in Claim.objects.all()} == {f"roster:{roster.organization.ref}"}
    assert HourEntry.objects.count() == 3
    assert not RosterRow.objects.filter(id_sealed__isnull=False).exists()
    job = Job.objects.get()
    assert (job.state, job.done, job.total, job.claimed_until) == (JobState.DONE, 3, 3, None)
    assert list(AuditEvent.objects.filter(action__startswith="roster.").values_list("action", flat=True)) == [
        "roster.done", "roster.confirm", "roster.read", "roster.check", "roster.start",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_make_one_job(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, rows(known))

    def press() -> Job:
        found = Roster.objects.get(pk=roster.pk)
        return confirm_roster(found, version=found.version, by=found.made_by, now=NOW)

    results = settled([press, press])
    assert sorted(type(result).__name__ for result in results) == ["Job", "MovedOn"]
    assert Job.objects.count() == 1
    work_on_rosters(now=NOW)
    assert HourEntry.objects.count() == 3


def test_killed_between_two_chunks_it_goes_on_without_doubles(
    roster: Roster, known: dict[str, Professional], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that died held a lease; after it has run out the next one takes up the rest, and the dead one, should
    it come back to life, writes nothing any more.
    """
    monkeypatch.setattr(roster_jobs, "CHUNK", 1)
    read(roster, rows(known))
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    assert claim(Job.objects.all(), now=NOW)
    assert work_on(Job.objects.get(), now=NOW)
    dead = Job.objects.get()
    assert (HourEntry.objects.count(), dead.done, dead.state) == (1, 1, JobState.RUNNING)
    assert work_on_rosters(now=NOW + timedelta(seconds=1)) == 0
    later = NOW + timedelta(hours=1)
    assert claim(Job.objects.all(), now=later)
    assert not work_on(dead, now=later)
    assert HourEntry.objects.count() == 1
    assert work_on_rosters(now=later + timedelta(hours=1)) == 2
    roster.refresh_from_db()
    assert (roster.state, HourEntry.objects.count(), Job.objects.get().done) == (RosterState.DONE, 3, 3)


def test_a_chunk_that_fails_leaves_nothing_and_is_tried_again(
    roster: Roster, known: dict[str, Professional], monkeypatch: pytest.MonkeyPatch
) -> None:
    read(roster, rows(known))
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)

    def fail(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(roster_jobs, "_end_of", fail)
        with pytest.raises(MemoryError):
            work_on_rosters(now=NOW)
    job = Job.objects.get()
    assert (HourEntry.objects.count(), job.done, job.last_error) == (0, 0, "MemoryError")
    work_on_rosters(now=NOW + timedelta(hours=1))
    assert HourEntry.objects.count() == 3


def test_who_registers_later_is_credited_then(roster: Roster, employer: Organization) -> None:
    number = make.id_number()
    read(roster, [make_roster.row(id_number=number, name="后来的人")])
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    work_on_rosters(now=NOW)
    roster.refresh_from_db()
    assert roster.counts == {RowState.WAITING: 1}
    assert UnmatchedPerson.objects.get().id_index == id_index(number)
    person = make.professional("后来的人", works_at=employer, number=number)
    match_people(now=NOW)
    assert account_of(person, 2026).public == Decimal(12)
    assert Claim.objects.get().state == ClaimState.LIVE


# --- undoing and forgetting


def test_a_roster_is_undone_as_a_whole(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, [*rows(known), make_roster.row()])
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    work_on_rosters(now=NOW)
    roster.refresh_from_db()
    for reason in ("", "   ", "长" * 301):
        with pytest.raises(Refused):
            undo_roster(roster, reason=reason, by=roster.made_by, now=NOW)
    undo_roster(roster, reason="班次填错", by=roster.made_by, now=NOW)
    with pytest.raises(Refused):
        undo_roster(roster, reason="再来一次", by=roster.made_by, now=NOW)
    for _ in range(2):
        work_on_rosters(now=NOW)
    roster.refresh_from_db()
    assert (roster.state, roster.counts) == (RosterState.UNDONE, {RowState.UNDONE: 4})
    assert {account_of(person, 2026).public for person in known.values()} == {Decimal(0)}
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.WITHDRAWN}
    assert HourEntry.objects.count() == 6
    assert not UnmatchedPerson.objects.exists()
    assert (
        Notice.objects.filter(to__in=[person.user for person in known.values()], text__contains="班次填错").count() == 3
    )


def test_after_undoing_the_right_roster_counts(
    roster: Roster, listed: Organization, known: dict[str, Professional]
) -> None:
    credited(roster, known)
    undo_roster(roster, reason="学时填错", by=roster.made_by, now=NOW)
    work_on_rosters(now=NOW)
    again = make_roster.roster(listed, roster.made_by, hours=Decimal(10))
    assert credited(again, known).counts == {RowState.CREDITED: 3}
    assert {account_of(person, 2026).public for person in known.values()} == {Decimal(10)}


def test_other_facts_ask_for_the_file_anew(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, rows(known))
    change_roster(roster, facts=make_roster.class_facts(hours=Decimal(8)), by=roster.made_by, now=NOW)
    assert (roster.state, roster.hours, roster.counts) == (RosterState.DRAFT, Decimal(8), {})
    assert not RosterRow.objects.exists()


def test_what_is_credited_is_neither_changed_nor_dropped(roster: Roster, known: dict[str, Professional]) -> None:
    credited(roster, known)
    with pytest.raises(Refused):
        read(roster, rows(known))
    with pytest.raises(Refused):
        drop_roster(roster, by=roster.made_by, now=NOW)
    with pytest.raises(MovedOn):
        change_roster(roster, facts=make_roster.class_facts(hours=Decimal(8)), by=roster.made_by, now=NOW)


def test_drafts_are_forgotten_with_the_numbers_they_hold(roster: Roster, known: dict[str, Professional]) -> None:
    read(roster, rows(known))
    assert forget_rosters(now=NOW + timedelta(days=29)) == 0
    assert forget_rosters(now=NOW + timedelta(days=31)) == 1
    assert not Roster.objects.exists()
    assert not RosterRow.objects.exists()
