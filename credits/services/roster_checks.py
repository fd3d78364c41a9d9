"""A roster's rows from their reading to the look at each of them (S2-04).

Who reads (a file, the page, the enrolment) leaves the lines sealed, in pieces, with a job. A piece is looked at in one
transaction, which renews the job's lease first, keeps the rows and lets the piece go: by the clock, or at once when
there is no more than one. The rows get a version of their own and take the old ones' place at the end by one
conditional update. Who dies on the way, is cancelled or overtaken by another file changes nothing.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F

from accounts.models import User
from ceportal.kernel.fields import seal, unseal
from ceportal.kernel.models import Job
from ceportal.kernel.rules.id_number import hide_numbers, mask_id
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from credits.enums import RosterState, RowState
from credits.models import Roster, RosterPiece, RosterRow
from credits.rules.roster_lines import read_back, written
from credits.rules.rosters import ID_NUMBER, OPEN, Problem, RosterLine, reasons_not_to_edit, with_problem
from credits.selectors.rosters import counts_by_state
from credits.services.roster_preview import preview
from credits.services.rosters import TO_CREDIT, moved_on, seal_number

CHECK = "roster.check"
# So many are looked at while one waits, in a second or so; more of them by the clock.
AT_ONCE = 500
_TABLE, _COLUMN = "credits_rosterpiece", "lines"


def keep_rows(
    roster: Roster, batches: Iterable[Sequence[RosterLine]], *, remarks: Sequence[str], by: User, now: datetime
) -> Roster:
    """Keep what was read, to stand in place of what was read before once it is checked: up to `AT_ONCE` rows when this
    returns, more of them when the clock has done it (the roster is then CHECKING).

    `remarks` may still grow while `batches` are read. Call it outside a transaction.
    """
    refuse_if_any(reasons_not_to_edit(roster.state))
    Roster.objects.filter(pk=roster.pk).update(readings=F("readings") + 1)
    roster.refresh_from_db()
    with ExitStack() as on_the_way:
        on_the_way.callback(_forget_pieces, roster, roster.readings)
        total = sum(_lay_down(roster, roster.readings, batch, now) for batch in batches)
        job = _begin(roster, roster.readings, total, remarks, by=by, now=now)
        on_the_way.pop_all()
    if total <= AT_ONCE:
        work_off((CHECK,), check_piece, now=now, only=job.pk)
        roster.refresh_from_db()
    return roster


def check_rosters(*, now: datetime) -> int:
    """Look at what was read, for half a lease at most; gives how many pieces were done."""
    return work_off((CHECK,), check_piece, now=now)


@transaction.atomic
def check_piece(job: Job, *, now: datetime) -> bool:
    """The next piece of a job whose lease the caller holds (as `job` says). False when none is left, or it is lost."""
    if not renew(job, now=now):
        return False
    roster = Roster.objects.select_related("organization__area").get(ref=job.params["roster"])
    version = job.params["version"]
    piece = RosterPiece.objects.filter(roster=roster, version=version).order_by("number").first()
    if piece is None:
        _put_in_place(roster, job, now=now)
        return False
    lines = read_back(unseal(piece.lines_sealed, table=_TABLE, column=_COLUMN, ref=cell_of_piece(piece)))
    wrong = _check(roster, version, lines, now)
    piece.delete()
    job.result = {"wrong": job.result.get("wrong", 0) + wrong}
    Job.objects.filter(pk=job.pk).update(done=F("done") + len(lines), result=job.result)
    return True


@transaction.atomic
def cancel_check(roster: Roster, *, by: User | None, now: datetime) -> None:
    """Let go of what was being checked; what stood before stands again. Raises `MovedOn` when the check has ended.

    The job is locked before the roster, as a worker does it: it ends its piece first, and finds no further one.
    """
    job = Job.objects.select_for_update().filter(pk=roster.job_id or 0, kind=CHECK).first()
    back = RosterState.CHECKED if roster.version else RosterState.DRAFT
    rows = Roster.objects.filter(pk=roster.pk, state=RosterState.CHECKING, job=job, job__isnull=False)
    if not rows.update(state=back, job=None) or job is None:
        roster.refresh_from_db()
        message = f"没有正在进行的核对，这份名单现在是“{roster.get_state_display()}”。"
        raise MovedOn([Refusal("not_checking", message)])
    version = job.params["version"]
    _forget_pieces(roster, version)
    RosterRow.objects.filter(roster=roster, version=version).delete()
    job.delete()
    roster.refresh_from_db()
    record("roster.cancel", roster, by=by, now=now, after={"checked": job.done, "read": job.total})


def forget_pieces(*, now: datetime, older_than: datetime) -> None:
    """What was read and not checked since (nobody came back to it, or the reading broke off) goes with its numbers."""
    stale = RosterPiece.objects.filter(read_at__lt=older_than)
    for roster in Roster.objects.filter(pk__in=stale.values("roster")):
        if roster.state == RosterState.CHECKING:
            cancel_check(roster, by=None, now=now)
        RosterPiece.objects.filter(roster=roster, read_at__lt=older_than).delete()


def cell_of_piece(piece: RosterPiece) -> UUID:
    """What its lines are sealed for."""
    return uuid5(piece.roster.ref, f"{piece.version}.from.{piece.number}")


def _lay_down(roster: Roster, version: int, batch: Sequence[RosterLine], now: datetime) -> int:
    piece = RosterPiece(roster=roster, version=version, number=batch[0].number, read_at=now)
    piece.lines_sealed = seal(written(batch), table=_TABLE, column=_COLUMN, ref=cell_of_piece(piece))
    piece.save(force_insert=True)
    return len(batch)


def _forget_pieces(roster: Roster, version: int) -> None:
    RosterPiece.objects.filter(roster=roster, version=version).delete()


@transaction.atomic
def _begin(roster: Roster, version: int, total: int, remarks: Sequence[str], *, by: User, now: datetime) -> Job:
    params = {"roster": str(roster.ref), "version": version, "remarks": list(remarks)}
    job = Job.objects.create(kind=CHECK, owner_id=by.pk, created_at=now, total=total, params=params)
    rows = Roster.objects.filter(pk=roster.pk, state__in=OPEN, readings=version)
    if not rows.update(state=RosterState.CHECKING, job=job):
        raise moved_on(roster)
    RosterPiece.objects.filter(roster=roster).exclude(version=version).delete()
    roster.refresh_from_db()
    record("roster.check", roster, by=by, now=now, after={"rows": total})
    return job


def _check(roster: Roster, version: int, lines: Sequence[RosterLine], now: datetime) -> int:
    found = preview(roster, lines, now=now)
    rows = [_row(roster, version, _told_why(line, *found[line.number]), *found[line.number]) for line in lines]
    RosterRow.objects.bulk_create(rows)
    return sum(row.state == RowState.WRONG for row in rows)


def _put_in_place(roster: Roster, job: Job, *, now: datetime) -> None:
    """The order goes when it is done: what came of it stands in the roster."""
    version = job.params["version"]
    counts = counts_by_state(roster, version)
    changes = {"version": version, "rows_read": job.total, "counts": counts, "remarks": job.params["remarks"]}
    rows = Roster.objects.filter(pk=roster.pk, state=RosterState.CHECKING, job=job)
    if not rows.update(state=RosterState.CHECKED, job=None, changed_at=now, **changes):
        raise moved_on(roster)
    RosterRow.objects.filter(roster=roster).exclude(version=version).delete()
    job.delete()
    roster.refresh_from_db()
    by = User.objects.filter(pk=job.owner_id or 0).first()
    record("roster.read", roster, by=by, now=now, after={"rows": roster.rows_read, "counts": counts})


def _told_why(line: RosterLine, state: RowState, reason: str) -> RosterLine:
    """What only a look at the register shows to be wrong stands in the list of what to mend too."""
    if state is not RowState.WRONG or not reason:
        return line
    return with_problem(line, Problem(ID_NUMBER, "not_ours", reason))


def _row(roster: Roster, version: int, line: RosterLine, state: RowState, reason: str) -> RosterRow:
    """Without any number that can be read: not of the person, nor one that slipped into another cell."""
    is_whole = state is not RowState.WRONG
    sealed = seal_number(line.id_number, roster, version=version, row=line.number)
    return RosterRow(
        roster=roster,
        version=version,
        number=line.number,
        state=state,
        id_sealed=sealed if state in TO_CREDIT else None,
        id_mask=mask_id(_readable(line.id_number))[:30],
        name=hide_numbers(_readable(line.name))[:50],
        hours=line.hours if is_whole else None,
        remark=hide_numbers(_readable(line.remark))[:100],
        problems=[[problem.column, problem.code, problem.message] for problem in line.problems],
        reason=reason[:300],
    )


def _readable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
