"""Sets of records in the ledger: outcomes, once through whatever door, doubts, and how many statements it takes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, Professional
from credits.enums import ClaimState, Door, Outcome
from credits.models import Claim, HourEntry, UnmatchedPerson, YearAccount
from credits.rules.records import Record, digest_of
from credits.selectors.reconciliation import mismatches
from credits.services.crediting import Settled, credit_records
from credits.services.weighing import Speaker
from tests import factories as people
from tests.credits import platforms as make
from tests.credits.factories import NOW, SHANGHAI
from tests.credits.platforms import recognise, record, speaker

pytestmark = pytest.mark.usefixtures("henan_2026")


@pytest.fixture
def here(db: None) -> Speaker:
    return speaker()


def post(speaker: Speaker, *records: Record, now: datetime = NOW) -> list[Settled]:
    told = credit_records(records, speaker=speaker, now=now)
    assert not list(mismatches())
    return told


def outcomes(told: list[Settled]) -> list[str]:
    return [each.outcome for each in told]


def codes(settled: Settled) -> list[str]:
    return [reason.code for reason in settled.reasons]


def test_a_record_counts_at_once(declarant: Professional, here: Speaker) -> None:
    (told,) = post(here, record(declarant, hours=Decimal("2.5")))
    account, entry = YearAccount.objects.get(), HourEntry.objects.get()
    assert told.outcome == Outcome.ACCEPTED
    assert told.entry == str(entry.ref)
    assert (account.professional_hours, account.version, account.rule_set) == (Decimal("2.5"), 1, "henan-2026")
    assert (entry.by_label, entry.organization_id) == (here.label, declarant.employments.get().organization_id)
    assert (entry.claim.source, entry.claim.door) == (here.source, Door.PLATFORM)


def test_the_same_again_is_a_duplicate_other_content_a_conflict(declarant: Professional, here: Speaker) -> None:
    first = record(declarant)
    post(here, first)
    (again,) = post(here, first)
    assert (again.outcome, codes(again)) == (Outcome.DUPLICATE, ["already_known"])
    changed = record(declarant, external_id=first.external_id, hours=Decimal(3))
    (other,) = post(here, changed)
    assert other.outcome == Outcome.CONFLICT
    assert (other.known_digest, other.digest) == tuple(digest_of(each) for each in (first, changed))
    assert YearAccount.objects.get().professional_hours == Decimal("1.5")


def test_one_bad_item_costs_its_neighbours_nothing(declarant: Professional, here: Speaker) -> None:
    stranger = record(declarant, id_number=people.id_number("410225"), name="没有注册的人")
    told = post(here, record(declarant), stranger, record(declarant))
    assert outcomes(told) == [Outcome.ACCEPTED, Outcome.UNMATCHED_PERSON, Outcome.ACCEPTED]
    assert YearAccount.objects.get().professional_hours == 3
    kept = UnmatchedPerson.objects.get()
    assert kept.keep_until == NOW + timedelta(days=90)
    assert make.number_of(declarant).encode() not in bytes(kept.id_sealed)


@pytest.mark.parametrize("name", ["申报老师", "申報教師", "申报 教师"])
def test_another_name_is_nobody(declarant: Professional, here: Speaker, name: str) -> None:
    assert outcomes(post(here, record(declarant, name=name))) == [Outcome.UNMATCHED_PERSON]


def test_middle_dots_are_one_sign(employer: Organization, here: Speaker) -> None:
    person = people.professional("买买提·艾力", works_at=employer)
    told = post(here, record(person, name="买买提•艾力"), record(person, name="买买提.艾力"))
    assert outcomes(told) == [Outcome.ACCEPTED] * 2


def test_who_is_not_approved_is_nobody_yet(employer: Organization, here: Speaker) -> None:
    person = people.professional(works_at=employer, is_approved=False)
    assert outcomes(post(here, record(person))) == [Outcome.UNMATCHED_PERSON]


def held(told: list[Settled]) -> list[str]:
    assert told[-1].outcome == Outcome.HELD
    assert told[-1].claim is not None
    claim = Claim.objects.get(pk=told[-1].claim)
    assert claim.state == ClaimState.HELD
    assert [reason["code"] for reason in claim.reasons] == codes(told[-1])
    assert not claim.entries.exists()
    return codes(told[-1])


@pytest.mark.parametrize(
    "how",
    [
        {"year": 2025},
        {"at": "410400"},
        {"subjects": ["public"]},
        {"trade": "会计"},
        {"ended_on": date(2026, 1, 1)},
    ],
)
def test_outside_its_recognition_it_is_held(declarant: Professional, how: dict[str, Any]) -> None:
    unit = make.platform(is_recognised=False)
    if "at" in how:
        how = {"at": people.area(how["at"])}
    recognise(unit, **how)
    assert held(post(speaker(unit), record(declarant))) == ["not_recognised"]


def test_a_closed_year_is_held(declarant: Professional, here: Speaker) -> None:
    recognise(here.organization, year=2025)
    day = date(2025, 12, 30)
    assert held(post(here, record(declarant, started_on=day, ended_on=day))) == ["no_rule"]


def test_a_training_over_new_year_belongs_to_the_year_it_ended(declarant: Professional, here: Speaker) -> None:
    days = {"started_on": date(2025, 12, 30), "ended_on": date(2026, 1, 3)}
    assert post(here, record(declarant, **days))[0].year == 2026


def test_more_than_a_day_holds_is_held_over_all_sources(declarant: Professional, here: Speaker) -> None:
    day = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 5), "hours": Decimal(8)}
    told = post(here, record(declarant, **day, title="甲"))
    told += post(speaker(), record(declarant, **day, title="乙"))
    told += post(speaker(), record(declarant, **day, title="丙"))
    assert outcomes(told) == [Outcome.ACCEPTED, Outcome.HELD, Outcome.HELD]
    assert held(told) == ["over_person_day"]
    assert YearAccount.objects.get().professional_hours == 8


def test_hours_count_evenly_over_their_days(declarant: Professional, here: Speaker) -> None:
    days = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 8)}
    told = post(here, record(declarant, **days, hours=Decimal(40)), record(declarant, **days, hours=Decimal(8)))
    assert outcomes(told) == [Outcome.ACCEPTED] * 2
    one = {"started_on": date(2026, 3, 6), "ended_on": date(2026, 3, 6)}
    assert held(post(here, record(declarant, **one, hours=Decimal("0.5")))) == ["over_person_day"]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 5, hour, minute, tzinfo=SHANGHAI)


def test_nobody_sits_in_two_places_at_once(declarant: Professional, here: Speaker) -> None:
    day = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 5)}
    told = post(here, record(declarant, **day, sessions=((at(19), at(20)), (at(20), at(21)))))
    told += post(speaker(), record(declarant, **day, sessions=((at(21), at(22)),)))
    assert outcomes(told) == [Outcome.ACCEPTED] * 2
    short = record(declarant, **day, hours=Decimal("0.5"), sessions=((at(20, 30), at(20, 50)),))
    assert held(post(speaker(), short)) == ["sessions_overlap"]
    itself = ((at(8), at(9)), (at(8, 59), at(10)))
    assert held(post(speaker(), record(declarant, **day, sessions=itself))) == ["sessions_overlap"]


def test_the_same_training_of_two_platforms_counts_once(declarant: Professional, here: Speaker) -> None:
    days = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 6)}
    post(here, record(declarant, **days, title="数字技术与知识更新"))
    (told,) = post(speaker(), record(declarant, **days, title="数字技术 与知识更新"))
    assert (told.outcome, codes(told)) == (Outcome.DUPLICATE, ["already_counted"])
    assert "学习平台" in told.reasons[0].message
    assert Claim.objects.get(state=ClaimState.DUPLICATE).twin == Claim.objects.get(state=ClaimState.LIVE)
    assert YearAccount.objects.get().professional_hours == Decimal("1.5")


def test_a_course_counts_once_a_year_whenever_it_was_taken(declarant: Professional, here: Speaker) -> None:
    told = post(here, record(declarant, course_code="GX-1"), record(declarant, course_code="gx 1"))
    assert outcomes(told) == [Outcome.ACCEPTED, Outcome.DUPLICATE]
    assert outcomes(post(speaker(), record(declarant, course_code="GX-1"))) == [Outcome.ACCEPTED]


def test_a_fuzzy_twin_of_another_source_is_held(declarant: Professional, here: Speaker) -> None:
    days = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 12)}
    post(here, record(declarant, **days, title="全省数字技术与知识更新培训班"))
    alike = record(declarant, started_on=date(2026, 3, 5), ended_on=date(2026, 3, 11), title="数字技术与知识更新培训班")
    assert held(post(speaker(), alike)) == ["fuzzy_twin"]
    other = record(
        declarant, started_on=date(2026, 3, 5), ended_on=date(2026, 3, 11), title="数字技术与知识更新培训班二"
    )
    assert outcomes(post(speaker(), other)) == [Outcome.ACCEPTED]


def statements(records: list[Record], speaker: Speaker) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert set(outcomes(credit_records(records, speaker=speaker, now=NOW))) == {Outcome.ACCEPTED}
    return len(seen)


def test_a_hundred_take_as_many_statements_as_one(
    declarant: Professional, employer: Organization, here: Speaker
) -> None:
    """SQLite takes at most 999 values a statement, so that inserts come in portions there."""
    crowd = [people.professional(works_at=employer) for _ in range(20)]
    one = statements([record(declarant)], here)
    many = statements([record(crowd[number % 20]) for number in range(100)], here)
    portions = 12 if connection.vendor == "sqlite" else 0
    assert one <= many <= one + portions
    assert not list(mismatches())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps statistics of its tables")
def test_on_sqlite_each_statement_begins_with_what_is_given_however_many_others_there_are(
    declarant: Professional,
) -> None:
    """Without statistics it would read everybody, or every record of the source, and look each up among the given."""
    asked: dict[str, Any] = {}

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "json_each" in sql:
            asked[sql] = params
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        credit_records([record(declarant)], speaker=speaker(), now=NOW)
    assert len(asked) >= 4
    for sql, params in asked.items():
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            first = cursor.fetchone()[-1]
        assert "json_each" in first, f"{first}: {sql}"
