"""The same training by declaration, platform and roster: once, in whatever order (T6). Unmatched people wait."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from ceportal.office.services.clock import run_all
from credits.enums import ClaimState, DeclarationState, Door, Outcome
from credits.models import Claim, Declaration, HourBatch, HourEntry, UnmatchedPerson, YearAccount
from credits.rules.records import Record
from credits.selectors.reconciliation import mismatches
from credits.services.batches import forget_old_batches, post_batch
from credits.services.corrections import withdraw_record
from credits.services.crediting import credit_records
from credits.services.holding import Word, hold_claims, refuse_claims, release_claims
from credits.services.ledger import reverse_claim
from credits.services.matching import forget_unmatched, match_people
from credits.services.ruling import approve, pass_on
from credits.services.weighing import Speaker
from tests import factories as people
from tests.credits import drafts
from tests.credits.factories import NOW, SHANGHAI
from tests.credits.machines import posted
from tests.credits.platforms import number_of, recognise, record, speaker

pytestmark = pytest.mark.usefixtures("henan_2026")
DOORS = ("declaration", "platform", "roster")


@pytest.fixture
def doors(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, base: Organization
) -> dict[str, Callable[[], None]]:
    """Each hands in the same training of 24 hours in its own way."""
    recognise(base)
    training = {"title": drafts.CONTENT["title"], "hours": Decimal(24)}
    training |= {key: drafts.CONTENT[key] for key in ("started_on", "ended_on")}

    def declare() -> None:
        sent = drafts.handed_in(declarant)
        passed = pass_on(sent, version=sent.version, hours=Decimal(24), by=employer_reviewer, now=NOW)
        approve(passed, version=passed.version, hours=Decimal(24), by=authority_reviewer, now=NOW)

    def report(by: Speaker) -> None:
        credit_records([record(declarant, **training)], speaker=by, now=NOW)

    return {
        "declaration": declare,
        "platform": lambda: report(speaker()),
        "roster": lambda: report(Speaker(Door.ROSTER, base)),
    }


@pytest.mark.parametrize("order", list(permutations(DOORS)), ids=" ".join)
def test_in_whatever_order_it_counts_once(doors: dict[str, Callable[[], None]], order: tuple[str, ...]) -> None:
    for door in order:
        doors[door]()
    live = Claim.objects.get(state=ClaimState.LIVE)
    assert live.door == order[0]
    assert Counter(Claim.objects.values_list("state", flat=True)) == {ClaimState.LIVE: 1, ClaimState.DUPLICATE: 2}
    assert set(Claim.objects.filter(state=ClaimState.DUPLICATE).values_list("twin", flat=True)) == {live.pk}
    assert YearAccount.objects.get().professional_hours == 24
    assert Declaration.objects.get().state == DeclarationState.APPROVED
    assert not list(mismatches())


@pytest.mark.parametrize("second", ["declaration", "roster"])
def test_what_the_first_source_takes_back_counts_by_the_second(
    doors: dict[str, Callable[[], None]], declarant: Professional, second: str
) -> None:
    doors["platform"]()
    doors[second]()
    live = Claim.objects.get(state=ClaimState.LIVE)
    first = Speaker(Door.PLATFORM, Organization.objects.get(ref=live.source.split(":")[1]))
    withdraw_record(live.external_id, reason="学员退课", speaker=first, now=NOW)
    assert YearAccount.objects.get().professional_hours == 0
    for _ in range(2):
        list(run_all(now=NOW))
    assert YearAccount.objects.get().professional_hours == 24
    assert Claim.objects.get(state=ClaimState.LIVE).door == second
    assert "撤回" in HourEntry.objects.last().reason
    assert not list(mismatches())


def test_of_three_one_takes_the_place_of_the_first(
    doors: dict[str, Callable[[], None]], declarant: Professional
) -> None:
    for door in ("platform", "roster", "declaration"):
        doors[door]()
    live = Claim.objects.get(state=ClaimState.LIVE)
    first = Speaker(Door.PLATFORM, Organization.objects.get(ref=live.source.split(":")[1]))
    withdraw_record(live.external_id, reason="学员退课", speaker=first, now=NOW)
    list(run_all(now=NOW))
    states = Counter(Claim.objects.values_list("state", flat=True))
    assert states == {ClaimState.LIVE: 1, ClaimState.DUPLICATE: 1, ClaimState.WITHDRAWN: 1}
    assert YearAccount.objects.get().professional_hours == 24


def test_what_a_bureau_reversed_revives_nothing(doors: dict[str, Callable[[], None]], city_officer: User) -> None:
    doors["platform"]()
    doors["roster"]()
    live = Claim.objects.get(state=ClaimState.LIVE)
    reverse_claim(live, reason="查实没有参加", clause="S3-10", by=city_officer, now=NOW)
    list(run_all(now=NOW))
    assert YearAccount.objects.get().professional_hours == 0


def refused(claim: Claim, by: User) -> None:
    hold_claims([claim.pk], Word("本人提出不是自己学的", by, NOW, claim), code="contested")
    refuse_claims([claim.pk], Word("平台查无学习记录", by, NOW, claim))


def test_beside_a_refused_record_the_approved_declaration_counts(
    doors: dict[str, Callable[[], None]], city_officer: User
) -> None:
    for door in ("platform", "declaration", "roster"):
        doors[door]()
    refused(Claim.objects.get(state=ClaimState.LIVE), city_officer)
    states = dict(Claim.objects.values_list("door", "state"))
    assert states == {"platform": ClaimState.WITHDRAWN, "declaration": ClaimState.LIVE, "roster": ClaimState.HELD}
    assert YearAccount.objects.get().professional_hours == 24
    assert "改按审核通过的申报计入" in HourEntry.objects.last().reason
    roster = Claim.objects.get(state=ClaimState.HELD)
    assert release_claims([roster.pk], Word("签到属实", city_officer, NOW, roster)) == 1
    roster.refresh_from_db()
    assert (roster.state, roster.twin_id) == (ClaimState.DUPLICATE, Claim.objects.get(state=ClaimState.LIVE).pk)
    assert YearAccount.objects.get().professional_hours == 24
    assert not list(mismatches())


def test_beside_a_refused_record_a_roster_is_looked_at_and_may_count(
    doors: dict[str, Callable[[], None]], city_officer: User
) -> None:
    doors["platform"]()
    doors["roster"]()
    refused(Claim.objects.get(state=ClaimState.LIVE), city_officer)
    assert YearAccount.objects.get().professional_hours == 0
    roster = Claim.objects.get(state=ClaimState.HELD)
    assert roster.reasons[0]["code"] == "twin_refused"
    assert not list(mismatches())
    assert release_claims([roster.pk], Word("签到属实", city_officer, NOW, roster)) == 1
    assert YearAccount.objects.get().professional_hours == 24
    assert not list(mismatches())


def test_a_neighbour_in_the_same_set_is_named_as_the_twin(declarant: Professional) -> None:
    days = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 6), "title": "同一个班"}
    first, second = credit_records([record(declarant, **days), record(declarant, **days)], speaker=speaker(), now=NOW)
    assert Claim.objects.get(state=ClaimState.DUPLICATE).twin_id == first.claim
    assert second.outcome == Outcome.DUPLICATE


# --- people nobody knew


@pytest.fixture
def newcomer(employer: Organization) -> Professional:
    return people.professional("新来的人", works_at=employer, is_approved=False)


def approve_registration(person: Professional) -> None:
    Professional.objects.filter(pk=person.pk).update(approved_at=NOW)


def test_who_registers_later_has_the_hours_all_the_same(newcomer: Professional) -> None:
    here = speaker()
    credit_records([record(newcomer), record(newcomer), record(newcomer, name="别人")], speaker=here, now=NOW)
    list(run_all(now=NOW))
    assert not HourEntry.objects.exists()
    approve_registration(newcomer)
    list(run_all(now=NOW + timedelta(days=1)))
    assert YearAccount.objects.get(professional=newcomer).professional_hours == 3
    assert {entry.by_label for entry in HourEntry.objects.all()} == {here.label}
    assert Claim.objects.get(state=ClaimState.UNMATCHED).professional is None
    assert UnmatchedPerson.objects.count() == 1
    assert match_people(now=NOW) == 0
    assert not list(mismatches())


def test_what_came_in_time_counts_after_new_year_too(newcomer: Professional) -> None:
    credit_records([record(newcomer)], speaker=speaker(), now=NOW)
    approve_registration(newcomer)
    match_people(now=datetime(2027, 1, 5, 9, tzinfo=SHANGHAI))
    assert YearAccount.objects.get().year == 2026
    assert HourEntry.objects.get().claim.state == ClaimState.LIVE


def test_what_waited_is_weighed_like_anything_else(newcomer: Professional) -> None:
    day = {"started_on": date(2026, 3, 5), "ended_on": date(2026, 3, 5), "hours": Decimal(8)}
    credit_records(
        [record(newcomer, **day, title="甲"), record(newcomer, **day, title="乙")], speaker=speaker(), now=NOW
    )
    approve_registration(newcomer)
    match_people(now=NOW)
    assert Counter(Claim.objects.values_list("state", flat=True)) == {ClaimState.LIVE: 1, ClaimState.HELD: 1}
    assert not UnmatchedPerson.objects.exists()


def test_sessions_of_who_waited_are_theirs(newcomer: Professional) -> None:
    day = date(2026, 3, 5)
    times = ((datetime(2026, 3, 5, 19, tzinfo=SHANGHAI), datetime(2026, 3, 5, 20, tzinfo=SHANGHAI)),)
    days = {"started_on": day, "ended_on": day, "sessions": times}
    credit_records([record(newcomer, **days)], speaker=speaker(), now=NOW)
    approve_registration(newcomer)
    match_people(now=NOW)
    (told,) = credit_records([record(newcomer, **days)], speaker=speaker(), now=NOW)
    assert [reason.code for reason in told.reasons] == ["sessions_overlap"]


def test_after_ninety_days_nobody_is_remembered(newcomer: Professional) -> None:
    one, here = record(newcomer), speaker()
    keeper = people.give(people.user("平台管理员"), here.organization, Duty.MANAGE_CLIENTS)
    credit_records([one], speaker=here, now=NOW)
    assert forget_unmatched(now=NOW + timedelta(days=89)) == 0
    assert forget_unmatched(now=NOW + timedelta(days=91)) == 1
    assert not UnmatchedPerson.objects.exists()
    assert not Claim.objects.exists()
    told = Notice.objects.get(to=keeper)
    assert ("至少 1 条" in told.text, newcomer.name in told.text) == (True, False)
    approve_registration(newcomer)
    assert match_people(now=NOW) == 0
    assert credit_records([one], speaker=here, now=NOW)[0].outcome == Outcome.ACCEPTED


def test_stored_answers_end_what_they_tell_of_stays(declarant: Professional) -> None:
    post_batch([posted(declarant)], speaker=speaker(), digest="0" * 64, now=NOW)
    assert forget_old_batches(now=NOW + timedelta(days=91)) == 1
    assert not HourBatch.objects.exists()
    assert HourEntry.objects.exists()


def test_a_number_that_waits_can_be_read_by_nobody(newcomer: Professional) -> None:
    waiting: Record = record(newcomer)
    credit_records([waiting], speaker=speaker(), now=NOW)
    row = UnmatchedPerson.objects.values().get()
    assert number_of(newcomer) not in str(row)
