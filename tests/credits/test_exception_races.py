"""Two hands on one exception, two notices at once: exactly one wins. The naive variants let both in."""

from datetime import date
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.enums import Move, RequestState
from accounts.models import Organization, Professional, User
from accounts.services.requests import withdraw
from ceportal.kernel.models import AuditEvent, CalendarNotice
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.selectors.calendar import calendar_version
from ceportal.kernel.services.calendar import import_notice
from credits.models import BackYearRequest, BackYearRuling
from credits.services.exceptions import grant_back_years, recommend, turn_down
from tests import factories as people
from tests.credits import exceptions
from tests.credits import factories as make
from tests.credits.factories import NOW
from tests.races import settled

pytestmark = pytest.mark.django_db(transaction=True)
TRIALS = 8
PAPER: dict[str, Any] = {"document_no": exceptions.DOCUMENT_NO, "valid_until": date(2026, 12, 31)}


@pytest.fixture
def unit(db: None) -> Organization:
    make.rule_set("henan", year_from=2020, figures=make.HENAN_2026 | {"back_years": "exception"}, clause="S0-14")
    return people.employer("平顶山市第九中学", at=people.area("410402"))


@pytest.fixture
def officers(unit: Organization) -> list[User]:
    return exceptions.officers(people.bureau("410402"), "甲", "乙", "丙")


def teacher(unit: Organization, number: int) -> Professional:
    return people.professional(f"教师{number}", works_at=unit)


def read(made: BackYearRequest) -> BackYearRequest:
    return BackYearRequest.objects.get(pk=made.pk)


def losers(outcome: list[Any]) -> int:
    for one in outcome:
        assert one is None or isinstance(one, BackYearRequest | Refused), one
    return sum(isinstance(one, Refused) for one in outcome)


def test_two_first_hands_at_once_are_one(unit: Organization, officers: list[User]) -> None:
    for number in range(TRIALS):
        made = exceptions.asked(teacher(unit, number), 2024)
        acts = [partial(recommend, read(made), seen_round=1, reason="属实", by=by, now=NOW) for by in officers[:2]]
        assert losers(settled(acts)) == 1
        assert BackYearRuling.objects.filter(subject=made).count() == 1


def test_granting_and_turning_down_at_once(unit: Organization, officers: list[User]) -> None:
    for number in range(TRIALS):
        made = exceptions.recommended(teacher(unit, number), officers[0], 2024)
        acts = [
            partial(grant_back_years, read(made), seen_round=1, reason="同意", by=officers[1], now=NOW, **PAPER),
            partial(turn_down, read(made), Move.REJECT, seen_round=1, reason="不属实", by=officers[2], now=NOW),
        ]
        assert losers(settled(acts)) == 1
        assert read(made).state in {RequestState.GRANTED, RequestState.REFUSED}
        assert BackYearRuling.objects.filter(subject=made, stage=2).count() == 1


def test_taking_back_and_granting_at_once(unit: Organization, officers: list[User]) -> None:
    for number in range(TRIALS):
        person = teacher(unit, number)
        made = exceptions.recommended(person, officers[0], 2024)
        acts = [
            partial(grant_back_years, read(made), seen_round=1, reason="同意", by=officers[1], now=NOW, **PAPER),
            partial(withdraw, read(made), by=person.user, now=NOW),
        ]
        assert losers(settled(acts)) == 1


def test_asking_twice_at_once_asks_once(unit: Organization, officers: list[User]) -> None:
    for number in range(TRIALS):
        person = teacher(unit, number)
        assert losers(settled([partial(exceptions.asked, person, 2024)] * 2)) == 1
        assert BackYearRequest.objects.filter(professional=person).count() == 1


def test_two_notices_at_once_the_second_is_looked_at_anew(db: None) -> None:
    import_notice(2026, rest=[date(2026, 1, 1)], now=NOW)
    for number in range(1, TRIALS):
        seen = calendar_version()
        acts = [
            partial(import_notice, 2027, rest=[date(2027, month, number)], now=NOW, seen_version=seen)
            for month in (3, 4)
        ]
        outcome = settled(acts)
        assert sorted(isinstance(one, Refused) for one in outcome) == [False, True], outcome
        assert calendar_version() == seen + 1
    assert CalendarNotice.objects.get(year=2027).days.count() == 1
    assert AuditEvent.objects.filter(action="calendar.import").count() == TRIALS


def test_negative_control_looking_at_the_version_before_the_lock_lets_both_in(db: None) -> None:
    """The same race with the version compared before anything is locked: both believe that they came first."""
    gate = Barrier(2)

    def naive(month: int, seen: int) -> bool:
        came_first = calendar_version() == seen
        gate.wait(30)
        return came_first and import_notice(2027, rest=[date(2027, month, 1)], now=NOW)

    import_notice(2026, rest=[date(2026, 1, 1)], now=NOW)
    connection.close()
    assert settled([partial(naive, 3, 1), partial(naive, 4, 1)]) == [True, True]


def test_negative_control_read_then_save_recommends_twice(unit: Organization, officers: list[User]) -> None:
    gate = Barrier(2)

    def naive(pk: int, by: User) -> bool:
        mine = BackYearRequest.objects.get(pk=pk)
        is_first = mine.opened_by_id is None
        gate.wait(30)
        if is_first:
            BackYearRequest.objects.filter(pk=pk).update(opened_by=by)
        return is_first

    for number in range(3):
        made = exceptions.asked(teacher(unit, number), 2024)
        assert settled([partial(naive, made.pk, by) for by in officers[:2]]) == [True, True]
