"""What would become of the rows of a file that is taken over: the register and the ledger asked, nothing written."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from accounts.enums import UnitState
from accounts.models import Area, Organization, Professional
from accounts.selectors.duties import authorities_for
from ceportal.kernel.rules.text import comparable, person_name
from ceportal.office.enums import TakenKind, TakenState
from ceportal.office.models import TakeOver
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules.taking_over import TakenLine
from ceportal.office.selectors import taking_over as known
from certificates.models import EarlierCertificate
from credits.enums import Door, RowState
from credits.rules.records import Record
from credits.services.claim_sets import new_claim
from credits.services.crediting import find_people
from credits.services.roster_preview import weigh_all
from credits.services.weighing import Candidate, Speaker

Found = tuple[TakenState, str]
# One wording for a number nobody has and for a name that is not its owner's: nothing is disclosed (T10).
NO_SUCH_PERSON = "本地区没有证件号码和姓名都与此相符的已注册人员。请核对；没有接收过的，先接收人员。"
NO_SUCH_UNIT = "本地区没有这个单位。请核对代码或全称；没有接收过的，先接收单位。"
_NOT_SAME = "平台上这个证件号码登记的姓名与此不同，请核对。"
_WORDS = {
    RowState.NEW: TakenState.NEW,
    RowState.DUPLICATE: TakenState.KNOWN,
    RowState.HELD: TakenState.DOUBTED,
}


def look(take_over: TakeOver, lines: Sequence[TakenLine], *, now: datetime) -> dict[int, Found]:
    """State and reason of each line by its number; a few queries, however many lines."""
    good = [line for line in lines if not line.problems]
    wrong: dict[int, Found] = {line.number: (TakenState.WRONG, "") for line in lines if line.problems}
    return wrong | _LOOKS[TakenKind(take_over.kind)](take_over, good, now)


def speaker_of(take_over: TakeOver) -> Speaker:
    return Speaker(Door.IMPORTED, take_over.bureau)


def record_of(take_over: TakeOver, line: TakenLine) -> Record:
    """A row of hours as the ledger wants it."""
    said = line.said
    return Record(
        external_id=f"{take_over.ref.hex}.{line.number}",
        id_number=said[rules.ID],
        name=said[rules.NAME],
        subject=said[rules.SUBJECT],
        public_kind=said[rules.PUBLIC_KIND],
        title=said[rules.TITLE],
        started_on=date.fromisoformat(said[rules.STARTED]),
        ended_on=date.fromisoformat(said[rules.ENDED]),
        hours=Decimal(said[rules.HOURS]),
        result="passed",
    )


def unit_named(
    said: str, by_code: Mapping[str, Organization], by_name: Mapping[str, list[Organization]]
) -> list[Organization]:
    """By its code, else by its whole name; more than one where the name does not tell."""
    unit = by_code.get(said.upper())
    return [unit] if unit else by_name.get(comparable(said), [])


def _look_at_units(take_over: TakeOver, lines: Sequence[TakenLine], now: datetime) -> dict[int, Found]:
    there = known.units_by_code(line.said[rules.USCC] for line in lines)
    taken = known.names_taken(take_over.bureau, (line.said[rules.UNIT] for line in lines))
    authorities: dict[str, set[str]] = {}
    found: dict[int, Found] = {}
    for line in lines:
        said, unit = line.said, there.get(line.said[rules.USCC])
        key = comparable(said[rules.UNIT])
        if unit is not None:
            is_same = unit.name_key == key
            message = "" if is_same else "平台上这个统一社会信用代码登记的是另一个名称，请核对。"
            found[line.number] = (TakenState.KNOWN if is_same else TakenState.WRONG, message)
        elif (said[rules.PLACE], key) in taken:
            found[line.number] = (TakenState.WRONG, "同一地区已有同名单位，代码与此不同，请核对。")
        elif said[rules.SUPERVISOR] and comparable(said[rules.SUPERVISOR]) not in _authorities(said, authorities):
            found[line.number] = (TakenState.WRONG, "这个地区和上级没有登记这个主管部门，请核对名称；没有的不填。")
        else:
            taken.add((said[rules.PLACE], key))
            found[line.number] = (TakenState.NEW, "")
    return found


def _authorities(said: Mapping[str, str], cache: dict[str, set[str]]) -> set[str]:
    code = said[rules.PLACE]
    if code not in cache:
        area = Area.objects.get(pk=code)
        cache[code] = set(authorities_for(area).values_list("name_key", flat=True))
    return cache[code]


def _look_at_people(take_over: TakeOver, lines: Sequence[TakenLine], now: datetime) -> dict[int, Found]:
    there = known.people_by_number(line.said[rules.ID] for line in lines)
    phones = known.phones_taken(line.said[rules.MOBILE] for line in lines)
    by_code = {
        code: unit
        for code, unit in known.units_by_code(line.said[rules.WORKS_AT].upper() for line in lines).items()
        if _is_below(unit, take_over)
    }
    by_name = known.units_named(take_over.bureau, (line.said[rules.WORKS_AT] for line in lines))
    found: dict[int, Found] = {}
    for line in lines:
        said = line.said
        person = there.get(said[rules.ID])
        units = unit_named(said[rules.WORKS_AT], by_code, by_name)
        if person is not None:
            is_same = person.name == person_name(said[rules.NAME])
            found[line.number] = (TakenState.KNOWN, "") if is_same else (TakenState.WRONG, _NOT_SAME)
        elif said[rules.MOBILE] in phones:
            found[line.number] = (TakenState.WRONG, "这个手机号码已被另一个账号使用，或在本文件中重复，请核对。")
        elif len(units) != 1:
            message = NO_SUCH_UNIT if not units else "本地区有几个同名的单位，请改填统一社会信用代码。"
            found[line.number] = (TakenState.WRONG, message)
        else:
            phones.add(said[rules.MOBILE])
            found[line.number] = (TakenState.NEW, "")
    return found


def _look_at_hours(take_over: TakeOver, lines: Sequence[TakenLine], now: datetime) -> dict[int, Found]:
    people = find_people((line.said[rules.ID], line.said[rules.NAME]) for line in lines)
    speaker = speaker_of(take_over)
    candidates: dict[int, Candidate] = {}
    found: dict[int, Found] = {}
    for line in lines:
        person = people.get((line.said[rules.ID], person_name(line.said[rules.NAME])))
        if person is None or not person.area.path.startswith(take_over.bureau.area.path):
            found[line.number] = (TakenState.WRONG, NO_SUCH_PERSON)
            continue
        record = record_of(take_over, line)
        claim = new_claim(record, "", source=speaker.source, door=speaker.door.value, person=person, now=now)
        candidates[line.number] = Candidate(claim, person, record)
    for number, (state, reason) in weigh_all(candidates, speaker, now=now).items():
        found[number] = (_WORDS[state], reason)
    return found


def _look_at_certificates(take_over: TakeOver, lines: Sequence[TakenLine], now: datetime) -> dict[int, Found]:
    people = known.people_by_number(line.said[rules.ID] for line in lines)
    numbers = {line.said[rules.NUMBER] for line in lines}
    stands = EarlierCertificate.objects.filter(number__in=numbers, undone_at__isnull=True)
    kept = {one.number: one for one in stands}
    found: dict[int, Found] = {}
    for line in lines:
        person, one = person_meant(people, line, take_over), kept.get(line.said[rules.NUMBER])
        if person is None:
            found[line.number] = (TakenState.WRONG, NO_SUCH_PERSON)
        elif one is not None and one.professional_id == person.pk and str(one.year) == line.said[rules.YEAR]:
            found[line.number] = (TakenState.KNOWN, "")
        elif one is not None:
            found[line.number] = (TakenState.WRONG, "这个证书编号已经登记在别的人或别的年度名下，请核对。")
        else:
            found[line.number] = (TakenState.NEW, "")
    return found


def person_meant(people: Mapping[str, Professional], line: TakenLine, take_over: TakeOver) -> Professional | None:
    """Approved, of that name, at a place of the bureau; of a merged account the one that goes on."""
    person = people.get(line.said[rules.ID])
    if person is None or person.name != person_name(line.said[rules.NAME]):
        return None
    person = person.merged_into or person
    is_below = person.area.path.startswith(take_over.bureau.area.path)
    return person if person.approved_at and is_below else None


def _is_below(unit: Organization, take_over: TakeOver) -> bool:
    return unit.is_employer and unit.state == UnitState.ACTIVE and unit.area.path.startswith(take_over.bureau.area.path)


_LOOKS: dict[TakenKind, Callable[[TakeOver, Sequence[TakenLine], datetime], dict[int, Found]]] = {
    TakenKind.UNITS: _look_at_units,
    TakenKind.PEOPLE: _look_at_people,
    TakenKind.HOURS: _look_at_hours,
    TakenKind.CERTIFICATES: _look_at_certificates,
}
