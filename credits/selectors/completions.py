"""Numbers of certificates of completion, given at the assessment of who enrolled or by a roster."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from bases.models import Enrolment
from bases.selectors import classes
from bases.selectors.recognised import words_of_who_left
from credits.enums import ClaimState, Door, RowState
from credits.models import Claim, HourEntry, Roster, RosterRow
from credits.rules.completions import CERTIFIED, is_like_ours, mark_of, read_row_number, row_number
from credits.selectors.rosters import claims_of, external_id


@dataclass(frozen=True)
class Completion:
    """What a number says: of whom, and of which class. `person` where the portal knows them; `is_void` taken back."""

    name: str
    person: int | None
    title: str
    base: str
    started_on: date
    ended_on: date
    hours: Decimal
    is_void: bool = False


def completion(number: str) -> Completion | None:
    """Whose certificate bears a number; None where we gave none such."""
    if found := classes.completion(number):
        held = found.training_class
        return Completion(
            found.professional.name, found.professional_id, held.title, held.organization.name, held.started_on,
            held.ended_on, held.hours,
        )  # fmt: skip
    return _of_row(number)


def told_of(number: str, person: int) -> tuple[str, str]:
    """What a reviewer is told of a number that an evidence names, and its tone; nothing of numbers unlike ours, and
    never who else it belongs to.
    """
    written = number.strip().upper()
    if not is_like_ours(written):
        return "", ""
    found = completion(written)
    if found is None:
        return "写法与本平台的结业证书编号相同，但平台没有登记这个编号，请核实", "warn"
    days = f"{found.started_on} 至 {found.ended_on}"
    what = f"平台登记的是“{found.title}”（{found.base}，{days}，{found.hours.normalize():f} 学时）"
    if found.is_void:
        return f"{what}，已由基地撤销", "bad"
    if found.person != person:
        return f"{what}，登记在另一人名下，请核实", "bad"
    if words := words_of_who_left(found.base, on=found.ended_on):
        return f"{what}，登记在本人名下；但{words}，这个班不计学时", "bad"
    return f"{what}，登记在本人名下", "ok"


def numbers_on(roster: Roster, rows: Iterable[RosterRow]) -> dict[int, str]:
    """The number of each of these rows that has one, by the row's: where the class gave the person one, that."""
    return _of_roster(roster, {row.number: row.number for row in rows if row.state in CERTIFIED})


def numbers_of_entries(entries: Iterable[HourEntry]) -> dict[int, str]:
    """The number behind each entry that came by a roster, by the entry's key."""
    named: dict[UUID, dict[int, int]] = defaultdict(dict)
    for entry in entries:
        claim = entry.claim
        ref, _, row = claim.external_id.partition(".")
        if claim.door == Door.ROSTER and claim.state == ClaimState.LIVE and entry.hours > 0:
            named[UUID(ref)][entry.pk] = int(row)
    found: dict[int, str] = {}
    for roster in Roster.objects.filter(ref__in=named).select_related("organization") if named else ():
        found |= _of_roster(roster, named[roster.ref])
    return found


def _of_roster(roster: Roster, named: Mapping[int, int]) -> dict[int, str]:
    """The number of each of these rows by the key they are asked for by."""
    if roster.certificate_serial is None:
        return {}
    given = _given_by_class(roster, [external_id(roster, number) for number in named.values()])
    return {
        key: given.get(external_id(roster, number))
        or row_number(roster.year, roster.certificate_serial, number, roster.ref)
        for key, number in named.items()
    }


def _of_row(number: str) -> Completion | None:
    read = read_row_number(number)
    if read is None:
        return None
    rosters = Roster.objects.filter(year=read.year, certificate_serial=read.serial).select_related("organization")
    roster = rosters.first()
    if roster is None or mark_of(roster.ref, read.row) != read.mark:
        return None
    row = RosterRow.objects.filter(roster=roster, version=roster.version, number=read.row).first()
    if row is None or row.state not in {*CERTIFIED, RowState.UNDONE}:
        return None
    claim = claims_of(roster).filter(external_id=external_id(roster, read.row)).order_by("-revision").first()
    return Completion(
        row.name, claim.professional_id if claim else None, roster.title, roster.organization.name, roster.started_on,
        roster.ended_on, row.hours or roster.hours, row.state == RowState.UNDONE,
    )  # fmt: skip


def _given_by_class(roster: Roster, names: list[str]) -> dict[str, str]:
    """What the class gave these people at its assessment, by what the ledger calls their rows."""
    if roster.training_class_id is None:
        return {}
    claims = Claim.objects.filter(pk__in=claims_of(roster).filter(external_id__in=names).values("pk"))
    people = dict(claims.exclude(professional=None).values_list("professional", "external_id"))
    rows = Enrolment.objects.filter(training_class=roster.training_class_id, professional__in=people)
    numbers = rows.exclude(certificate_no="").values_list("professional", "certificate_no")
    return {people[person]: number for person, number in numbers}
