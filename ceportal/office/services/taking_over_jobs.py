"""The clock's work on what was confirmed to be taken over, or undone: a chunk in a transaction that renews the lease.

Whatever dies, the rows not yet marked are taken up again; one that is there already is told so and stands once.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from accounts.enums import IdKind, UnitNature
from accounts.models import Area, Organization, Professional, TitleSeries, User
from accounts.rules.registration import NO_TITLE_SERIES
from accounts.selectors.duties import authorities_for
from accounts.services.taking_over import (
    PersonTaken,
    UnitTaken,
    give_up_person,
    give_up_unit,
    take_person,
    take_unit,
)
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.office.enums import TakenKind, TakenState
from ceportal.office.models import TakenRow, TakeOver
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules.taking_over import TakenLine
from ceportal.office.selectors import taking_over as known
from ceportal.office.services.taking_over import TAKE, TAKEN, TO_TAKE, UNDO, finish, forget_old, line_in
from ceportal.office.services.taking_over_look import look, person_meant, record_of, speaker_of, unit_named
from certificates.models import EarlierCertificate
from certificates.services.earlier import Earlier, give_up_earlier, keep_earlier
from credits.enums import ClaimState, Outcome
from credits.models import Claim
from credits.services.corrections import withdraw_record
from credits.services.crediting import credit_records

CHUNK, HOURS_CHUNK, UNDO_CHUNK = 100, 500, 50
_OUTCOMES = {
    Outcome.ACCEPTED: TakenState.TAKEN,
    Outcome.HELD: TakenState.HELD,
    Outcome.DUPLICATE: TakenState.KNOWN,
}
End = tuple[TakenState, str, object]


def work_on_take_overs(*, now: datetime) -> int:
    """For half a lease at most; gives how many chunks were done. What nobody confirmed for a month is forgotten."""
    forget_old(now=now)
    return work_off((TAKE, UNDO), work_on, now=now)


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of a job whose lease the caller holds. False when nothing is left, or it is lost."""
    if not renew(job, now=now):
        return False
    take_over = TakeOver.objects.select_related("bureau__area", "made_by", "confirmed_by", "undone_by").get(
        ref=job.params["take_over"]
    )
    is_undo = job.kind == UNDO
    states, size = (TAKEN, UNDO_CHUNK) if is_undo else (TO_TAKE, _size(take_over))
    rows = TakenRow.objects.filter(take_over=take_over, state__in=states).select_related("take_over")
    chunk = list(rows.filter(number__gt=job.params.get("after", 0)).order_by("number")[:size])
    if not chunk:
        _close(job, take_over, now)
        return False
    ends = (_undo if is_undo else _take)(take_over, chunk, now)
    for row in chunk:
        row.state, row.reason, made_ref = ends[row.number]
        row.reason, row.made_ref = row.reason[:300], made_ref or row.made_ref  # type: ignore[assignment]
        row.said_sealed = None
    TakenRow.objects.bulk_update(chunk, ["state", "reason", "made_ref", "said_sealed"])
    job.params["after"] = chunk[-1].number
    Job.objects.filter(pk=job.pk).update(done=F("done") + len(chunk), params=job.params)
    return True


def _size(take_over: TakeOver) -> int:
    return HOURS_CHUNK if take_over.kind == TakenKind.HOURS else CHUNK


def _close(job: Job, take_over: TakeOver, now: datetime) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=F("total"), finished_at=now, claimed_until=None)
    finish(take_over, now=now)


def _take(take_over: TakeOver, chunk: list[TakenRow], now: datetime) -> dict[int, End]:
    """Looked at once more: what changed since the preview is found now."""
    lines = {row.number: line_in(row) for row in chunk}
    found = look(take_over, list(lines.values()), now=now)
    ends: dict[int, End] = {}
    hopeful: dict[int, TakenLine] = {}
    for number, (state, reason) in found.items():
        if state in TO_TAKE:
            hopeful[number] = lines[number]
        else:
            ends[number] = (TakenState.KNOWN if state is TakenState.KNOWN else TakenState.REFUSED, reason, None)
    kind = TakenKind(take_over.kind)
    if kind is TakenKind.HOURS:
        return ends | _credit(take_over, hopeful, now)
    by = take_over.confirmed_by
    assert by is not None
    make = _MAKERS[kind](take_over, list(hopeful.values()))
    for number, line in hopeful.items():
        try:
            made = make(line, by, now)
        except Refused as refused:
            ends[number] = (TakenState.REFUSED, "；".join(reason.message for reason in refused.reasons), None)
        else:
            ends[number] = (TakenState.TAKEN, "", made.ref)
    return ends


Made = Organization | Professional | EarlierCertificate
Maker = Callable[[TakenLine, User, datetime], Made]


def _units(take_over: TakeOver, lines: list[TakenLine]) -> Maker:
    def make(line: TakenLine, by: User, now: datetime) -> Organization:
        said = line.said
        area = Area.objects.get(pk=said[rules.PLACE])
        key = comparable(said[rules.SUPERVISOR])
        supervisor = authorities_for(area).filter(name_key=key).first() if key else None
        taken = UnitTaken(
            said[rules.USCC], said[rules.UNIT], UnitNature(said[rules.NATURE]), area, supervisor, said[rules.CONTACT],
            said[rules.PHONE],
        )  # fmt: skip
        return take_unit(taken, source=take_over.source, by=by, now=now)

    return make


def _people(take_over: TakeOver, lines: list[TakenLine]) -> Maker:
    by_code = known.units_by_code(line.said[rules.WORKS_AT].upper() for line in lines)
    by_name = known.units_named(take_over.bureau, (line.said[rules.WORKS_AT] for line in lines))
    series = TitleSeries.objects.in_bulk()

    def make(line: TakenLine, by: User, now: datetime) -> Professional:
        said = line.said
        (unit,) = unit_named(said[rules.WORKS_AT], by_code, by_name)
        code, level, since = rules.title_of(said)
        taken = PersonTaken(
            id_number=said[rules.ID],
            id_kind=IdKind(rules.id_kind_of(said[rules.ID], today=date.max)),
            name=said[rules.NAME],
            phone=said[rules.MOBILE],
            unit=unit,
            department=said[rules.DEPARTMENT],
            series=series.get(code) or series.get(NO_TITLE_SERIES),
            level=level,
            since=since,
        )
        return take_person(taken, source=take_over.source, by=by, now=now)

    return make


def _certificates(take_over: TakeOver, lines: list[TakenLine]) -> Maker:
    people = known.people_by_number(line.said[rules.ID] for line in lines)

    def make(line: TakenLine, by: User, now: datetime) -> EarlierCertificate:
        said, person = line.said, person_meant(people, line, take_over)
        assert person is not None
        hours = Decimal(said[rules.TOTAL]) if said[rules.TOTAL] else None
        issued_on = date.fromisoformat(said[rules.ISSUED])
        earlier = Earlier(int(said[rules.YEAR]), said[rules.NUMBER], said[rules.ISSUER], issued_on, hours)
        return keep_earlier(person, earlier, source=take_over.source, by=by, now=now)

    return make


_MAKERS: dict[TakenKind, Callable[[TakeOver, list[TakenLine]], Maker]] = {
    TakenKind.UNITS: _units,
    TakenKind.PEOPLE: _people,
    TakenKind.CERTIFICATES: _certificates,
}


def _credit(take_over: TakeOver, lines: dict[int, TakenLine], now: datetime) -> dict[int, End]:
    records = {number: record_of(take_over, line) for number, line in lines.items()}
    reason = f"{take_over.bureau.name}接收历史数据：{take_over.source}"
    settled = credit_records(list(records.values()), speaker=speaker_of(take_over), now=now, reason=reason)
    told = {each.external_id: each for each in settled}
    ends: dict[int, End] = {}
    for number, one in records.items():
        found = told[one.external_id]
        words = "；".join(each.message for each in found.reasons)
        ends[number] = (_OUTCOMES.get(found.outcome, TakenState.REFUSED), words, None)
    return ends


def _undo(take_over: TakeOver, chunk: list[TakenRow], now: datetime) -> dict[int, End]:
    kind, by = TakenKind(take_over.kind), take_over.undone_by
    assert by is not None
    if kind is TakenKind.HOURS:
        return _withdraw(take_over, chunk, now)
    refs = [row.made_ref for row in chunk if row.made_ref]
    units = {unit.ref: unit for unit in Organization.objects.filter(ref__in=refs)}
    people = {person.ref: person for person in Professional.objects.filter(ref__in=refs)}
    kept = {one.ref: one for one in EarlierCertificate.objects.filter(ref__in=refs)}
    counts = Claim.objects.filter(professional__in=people.values(), state__in=[ClaimState.LIVE, ClaimState.HELD])
    learned = set(counts.values_list("professional__ref", flat=True))
    ends: dict[int, End] = {}
    for row in chunk:
        why = ""
        if row.made_ref in units:
            why = give_up_unit(units[row.made_ref], by=by, now=now)
        elif row.made_ref in learned:
            why = "名下已有学时，请先撤销学时的接收。"
        elif row.made_ref in people:
            why = give_up_person(people[row.made_ref], by=by, now=now)
        elif row.made_ref in kept:
            give_up_earlier(kept[row.made_ref], by=by, now=now)
        ends[row.number] = (TakenState.KEPT if why else TakenState.UNDONE, why, None)
    return ends


def _withdraw(take_over: TakeOver, chunk: list[TakenRow], now: datetime) -> dict[int, End]:
    """Hours by reversal; what a bureau has filed by now, that bureau takes back. People in order, as accounts lock."""
    speaker = speaker_of(take_over)
    reason = f"{take_over.bureau.name}撤销接收的历史学时：{take_over.undo_reason}"[:300]
    rows = {f"{take_over.ref.hex}.{row.number}": row for row in chunk}
    whose = dict(known.claims_of(take_over).filter(external_id__in=rows).values_list("external_id", "professional"))
    ends: dict[int, End] = {row.number: (TakenState.UNDONE, "", None) for row in chunk}
    for name in sorted(whose, key=lambda name: (whose[name] or 0, name)):
        if withdraw_record(name, reason=reason, speaker=speaker, now=now).is_pending:
            words = "这条学时所在的月份已经备案，已提请人社部门撤销。"
            ends[rows[name].number] = (TakenState.KEPT, words, None)
    return ends
