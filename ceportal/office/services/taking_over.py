"""A file of what another system held, from its reading to its confirmation or undoing (A8, A16).

Nothing is written before a second person has confirmed what was read. The clock does the rest
(`taking_over_jobs`), 200 rows in a transaction.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.enums import NoticeEvent
from accounts.models import Organization, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from ceportal.kernel.fields import seal, unseal
from ceportal.kernel.models import Job
from ceportal.kernel.rules.id_number import hide_numbers, mask_id
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import record
from ceportal.office.enums import TakenKind, TakenState, TakeOverState
from ceportal.office.models import TakenRow, TakeOver
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules.taking_over import TakenLine
from ceportal.office.selectors.taking_over import cell_of, counts_of
from ceportal.office.services.taking_over_look import look

TAKE, UNDO = "take_over.take", "take_over.undo"
# What is handed over; the rest stays as it was found.
TO_TAKE = (TakenState.NEW, TakenState.DOUBTED)
# What can be taken back.
TAKEN = (TakenState.TAKEN, TakenState.HELD)
_TABLE, _COLUMN = "office_takenrow", "said"
_LINK = "/taking-over/{}/"
KEPT = timedelta(days=30)


def keep_file(
    kind: TakenKind, batches: Iterable[Sequence[TakenLine]], *, bureau: Organization, source: str,
    remarks: Sequence[str], by: User, now: datetime,
) -> TakeOver:  # fmt: skip
    """What a file says, row by row, as it was looked at. Whole or not at all: a refusal on the way leaves nothing.

    `remarks` may still grow while `batches` are read. Call it outside a transaction.
    """
    refuse_if_any(rules.reasons_not_to_begin(source))
    source = hide_numbers(source.strip())
    made = TakeOver.objects.create(
        kind=kind, bureau=bureau, source=source, state=TakeOverState.DROPPED, made_by=by, made_at=now
    )
    try:
        total = sum(_keep_batch(made, batch, now) for batch in batches)
        _put_in_place(made, total, remarks, by=by, now=now)
    finally:
        TakeOver.objects.filter(pk=made.pk, state=TakeOverState.DROPPED).delete()
    return made


@transaction.atomic
def _put_in_place(made: TakeOver, total: int, remarks: Sequence[str], *, by: User, now: datetime) -> None:
    _move(
        made, TakeOverState.DROPPED, TakeOverState.CHECKED, rows_read=total, counts=counts_of(made),
        remarks=list(remarks),
    )  # fmt: skip
    record("take_over.read", made, by=by, now=now, after=_told(made))


@transaction.atomic
def submit(take_over: TakeOver, *, skips_wrong: bool, by: User, now: datetime) -> None:
    """Hand what was looked at to a second person of the bureau, or of the one above."""
    refuse_if_any(reasons_not_to_submit(take_over, skips_wrong=skips_wrong))
    _move(take_over, TakeOverState.CHECKED, TakeOverState.ASKED)
    record("take_over.submit", take_over, by=by, now=now, after=_told(take_over))
    others = {user for duty in duties_for(Act.TAKE_OVER) for user in holders_of(take_over.bureau, duty)} - {by}
    text = f"{by.name}提交了{take_over}，共 {take_over.rows_read} 行，请您核对并确认。"
    link = _LINK.format(take_over.ref)
    tell(others, NoticeEvent.REQUEST_WAITING, key=f"take-over:{take_over.ref}", text=text, link=link, now=now)


def reasons_not_to_submit(take_over: TakeOver, *, skips_wrong: bool) -> list[Refusal]:
    counts = take_over.counts
    to_take, wrong = sum(counts.get(state, 0) for state in TO_TAKE), counts.get(TakenState.WRONG, 0)
    return list(rules.reasons_not_to_go_on(to_take=to_take, wrong=wrong, skips_wrong=skips_wrong))


@transaction.atomic
def confirm(take_over: TakeOver, *, by: User, now: datetime) -> Job:
    """By somebody else than who submitted it; the clock takes the rows over."""
    refuse_if_any(rules.reasons_not_to_confirm(is_own=take_over.made_by_id == by.pk))
    total = sum(take_over.counts.get(state, 0) for state in TO_TAKE)
    job = _job(TAKE, take_over, total, by=by, now=now)
    _move(take_over, TakeOverState.ASKED, TakeOverState.TAKING, confirmed_by=by, confirmed_at=now, job=job)
    record("take_over.confirm", take_over, by=by, now=now, after=_told(take_over))
    return job


@transaction.atomic
def send_back(take_over: TakeOver, *, by: User, now: datetime) -> None:
    """Not confirmed, or taken back by who submitted it: it can be thrown away, or submitted again."""
    _move(take_over, TakeOverState.ASKED, TakeOverState.CHECKED)
    record("take_over.return", take_over, by=by, now=now)


@transaction.atomic
def undo(take_over: TakeOver, *, reason: str, by: User, now: datetime) -> Job:
    """Let the clock take everything back that came by it and is not used yet."""
    refuse_if_any(rules.reasons_not_to_undo(reason))
    reason = hide_numbers(reason.strip())
    total = sum(take_over.counts.get(state, 0) for state in TAKEN)
    job = _job(UNDO, take_over, total, by=by, now=now)
    changes: dict[str, Any] = {"undo_reason": reason, "undone_by": by, "job": job, "finished_at": None}
    _move(take_over, TakeOverState.DONE, TakeOverState.UNDOING, **changes)
    record("take_over.undo", take_over, by=by, now=now, after={"reason": reason})
    return job


@transaction.atomic
def drop(take_over: TakeOver, *, by: User, now: datetime) -> None:
    """Nothing of it was taken over: its rows go, that there was a file stays."""
    _move(take_over, TakeOverState.CHECKED, TakeOverState.DROPPED, finished_at=now)
    TakenRow.objects.filter(take_over=take_over).delete()
    record("take_over.drop", take_over, by=by, now=now)


def forget_old(*, now: datetime) -> int:
    """Files nobody has confirmed for a month: what they say of people is kept no longer. Gives how many."""
    open_states = [TakeOverState.CHECKED, TakeOverState.ASKED]
    old = TakeOver.objects.filter(state__in=open_states, made_at__lt=now - KEPT).order_by("pk")[:20]
    for take_over in old:
        with transaction.atomic():
            _move(take_over, TakeOverState(take_over.state), TakeOverState.DROPPED, finished_at=now)
            TakenRow.objects.filter(take_over=take_over).delete()
            record("take_over.drop", take_over, by=None, now=now)
    return len(old)


def line_in(row: TakenRow) -> TakenLine:
    """The row again as it was read. Raises `ValueError` when it is kept no longer."""
    if row.said_sealed is None:
        raise ValueError("what this row said was forgotten")
    said = unseal(row.said_sealed, table=_TABLE, column=_COLUMN, ref=cell_of(row))
    return TakenLine(row.number, json.loads(said))


def finish(take_over: TakeOver, *, now: datetime) -> None:
    """The clock is through with it. What the rows said is kept no longer."""
    is_undo = take_over.state == TakeOverState.UNDOING
    was, to = take_over.state, TakeOverState.UNDONE if is_undo else TakeOverState.DONE
    TakenRow.objects.filter(take_over=take_over).update(said_sealed=None)
    _move(take_over, TakeOverState(was), to, counts=counts_of(take_over), finished_at=now)
    action = "take_over.undone" if is_undo else "take_over.done"
    record(action, take_over, by=None, now=now, after={"counts": take_over.counts})
    text = f"{take_over}已{'撤销' if is_undo else '接收'}完毕，请查看每一行的结果。"
    to_tell = [user for user in (take_over.made_by, take_over.confirmed_by, take_over.undone_by) if user]
    key = f"{action}:{take_over.ref}"
    link = _LINK.format(take_over.ref)
    tell(set(to_tell), NoticeEvent.REQUEST_DECIDED, key=key, text=text, link=link, now=now)


def _keep_batch(take_over: TakeOver, batch: Sequence[TakenLine], now: datetime) -> int:
    found = look(take_over, batch, now=now)
    TakenRow.objects.bulk_create([_row(take_over, line, *found[line.number]) for line in batch])
    return len(batch)


def _row(take_over: TakeOver, line: TakenLine, state: TakenState, reason: str) -> TakenRow:
    """Without any number that can be read; a wrong row keeps none at all."""
    kind = TakenKind(take_over.kind)
    row = TakenRow(take_over=take_over, number=line.number, state=state, reason=reason[:300])
    number = line.said.get(rules.ID) or ""
    row.label = hide_numbers(_readable(rules.label_of(kind, line.said)))[:100]
    row.mask = (mask_id(_readable(number)) if number else _readable(line.said.get(rules.USCC, "")))[:30]
    row.problems = [[problem.column, problem.code, problem.message] for problem in line.problems]
    if state is not TakenState.WRONG:
        row.shown = [hide_numbers(words) for words in rules.shown_of(kind, line.words)]
    if state in TO_TAKE:
        said = json.dumps(dict(line.said), ensure_ascii=False)
        row.said_sealed = seal(said, table=_TABLE, column=_COLUMN, ref=cell_of(row))
    return row


def _move(take_over: TakeOver, was: TakeOverState, to: TakeOverState, **changes: Any) -> None:
    if not TakeOver.objects.filter(pk=take_over.pk, state=was).update(state=to, **changes):
        raise MovedOn([Refusal("moved_on", "这份文件的状态刚刚变了，请刷新后再看。")])
    take_over.refresh_from_db()


def _job(kind: str, take_over: TakeOver, total: int, *, by: User, now: datetime) -> Job:
    params = {"take_over": str(take_over.ref)}
    return Job.objects.create(kind=kind, owner_id=by.pk, created_at=now, total=total, params=params)


def _told(take_over: TakeOver) -> dict[str, Any]:
    return {
        "kind": take_over.kind, "source": take_over.source, "rows": take_over.rows_read, "counts": take_over.counts
    }  # fmt: skip


def _readable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
