"""The clock's work on rosters: confirmed ones are credited, undone ones taken back, a chunk in a transaction (R1, T6).

A chunk renews the lease first thing: a worker that was held up and has lost it writes nothing. Whatever dies, the rows
not yet marked are taken up again; one that the ledger knows already is told so and counts once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from credits.enums import Door, Outcome, RosterState, RowState
from credits.models import Roster, RosterRow
from credits.rules.rosters import REASON_LIMIT, UNKNOWN_PERSON, RosterLine
from credits.selectors.rosters import claims_of, counts_by_state, external_id
from credits.services.corrections import withdraw_record
from credits.services.crediting import Settled, Speaker, credit_records
from credits.services.roster_checks import forget_pieces
from credits.services.roster_preview import record_of
from credits.services.rosters import CREDIT, IN_LEDGER, TO_CREDIT, UNDO, forget_drafts, number_of

CHUNK = 500
# Reversals go person by person, with a message to each: a shorter transaction.
UNDO_CHUNK = 50
DRAFTS_KEPT = timedelta(days=30)
ASKED_BUREAU = "这条学时所在的月份已经备案，已提请人社部门撤销。"
_STATES = {
    Outcome.ACCEPTED: RowState.CREDITED,
    Outcome.DUPLICATE: RowState.DUPLICATE,
    Outcome.HELD: RowState.HELD,
    Outcome.UNMATCHED_PERSON: RowState.WAITING,
    Outcome.CONFLICT: RowState.REFUSED,
    Outcome.INVALID: RowState.REFUSED,
}


def work_on_rosters(*, now: datetime) -> int:
    """Work on what somebody has confirmed or undone, for half a lease at most; gives how many chunks were done."""
    return work_off((CREDIT, UNDO), work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of a job whose lease the caller holds (as `job` says). False when nothing is left, or it is lost."""
    if not renew(job, now=now):
        return False
    roster = Roster.objects.select_related("organization").get(ref=job.params["roster"])
    states, size, work = _plan(job.kind)
    rows = RosterRow.objects.filter(roster=roster, version=roster.version, state__in=states, number__gt=_after(job))
    chunk = list(rows.order_by("number")[:size])
    if not chunk:
        _finish(job, roster, now)
        return False
    work(roster, chunk, now)
    job.params["after"] = chunk[-1].number
    Job.objects.filter(pk=job.pk).update(done=F("done") + len(chunk), params=job.params)
    return True


def forget_rosters(*, now: datetime) -> int:
    """Drop drafts that nobody has confirmed for a month, and with them the numbers they hold."""
    forget_pieces(now=now, older_than=now - DRAFTS_KEPT)
    return forget_drafts(now=now, older_than=now - DRAFTS_KEPT)


def _plan(kind: str) -> tuple[Sequence[RowState], int, Callable[[Roster, list[RosterRow], datetime], None]]:
    return (TO_CREDIT, CHUNK, _credit) if kind == CREDIT else (IN_LEDGER, UNDO_CHUNK, _take_back)


def _credit(roster: Roster, chunk: list[RosterRow], now: datetime) -> None:
    """Into the ledger; the numbers are forgotten here in the same transaction."""
    speaker = Speaker(Door(roster.door), roster.organization)
    records = [record_of(roster, _line(row, roster)) for row in chunk]
    told = {settled.external_id: settled for settled in credit_records(records, speaker=speaker, now=now)}
    ends: dict[tuple[RowState, str], list[int]] = {}
    for row in chunk:
        ends.setdefault(_end_of(told[external_id(roster, row.number)]), []).append(row.pk)
    for (state, reason), keys in ends.items():
        RosterRow.objects.filter(pk__in=keys).update(state=state, reason=reason, id_sealed=None)


def _line(row: RosterRow, roster: Roster) -> RosterLine:
    return RosterLine(row.number, number_of(row, roster), row.name, row.hours, was_passed=True)


def _end_of(settled: Settled) -> tuple[RowState, str]:
    """State and reason of a row by what the ledger said."""
    state = _STATES[settled.outcome]
    reason = "；".join(reason.message for reason in settled.reasons)[:REASON_LIMIT]
    return state, UNKNOWN_PERSON if state is RowState.WAITING else reason


def _take_back(roster: Roster, chunk: list[RosterRow], now: datetime) -> None:
    """Hours by reversal, with the reason the person is told; what waited or was held does so no longer.

    What a bureau has filed by now, only that bureau takes back. People in order, as the ledger locks their accounts.
    """
    speaker = Speaker(Door(roster.door), roster.organization)
    reason = f"{roster.organization.name}撤销名单：{roster.undo_reason}"[:REASON_LIMIT]
    rows = {external_id(roster, row.number): row for row in chunk}
    people = dict(claims_of(roster).filter(external_id__in=rows).values_list("external_id", "professional"))
    for name in sorted(people, key=lambda name: (people[name] or 0, name)):
        corrected = withdraw_record(name, reason=reason, speaker=speaker, now=now)
        rows[name].state = RowState.PENDING if corrected.is_pending else RowState.UNDONE
    for name, row in rows.items():
        row.reason = ASKED_BUREAU if row.state == RowState.PENDING else reason
        row.state = row.state if name in people else RowState.UNDONE
    RosterRow.objects.bulk_update(chunk, ["state", "reason"])


def _finish(job: Job, roster: Roster, now: datetime) -> None:
    counts = counts_by_state(roster, roster.version)
    was, to = (
        (RosterState.CREDITING, RosterState.DONE) if job.kind == CREDIT else (RosterState.UNDOING, RosterState.UNDONE)
    )
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, done=F("total"), result=counts, finished_at=now, claimed_until=None, last_error=""
    )
    Roster.objects.filter(pk=roster.pk, state=was).update(state=to, counts=counts, finished_at=now, changed_at=now)
    by = User.objects.filter(pk=job.owner_id).first() if job.owner_id is not None else None
    record(f"roster.{to}", roster, by=by, now=now, after={"counts": counts, "version": roster.version})


def _after(job: Job) -> int:
    """Rows come in the order of their numbers; those before are done."""
    return int(job.params.get("after", 0))
