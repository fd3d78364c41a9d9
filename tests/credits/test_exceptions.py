"""A closed year is opened to one person for a special reason: by two people and a document, until a day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, RequestState
from accounts.models import Notice, Organization, Professional, User
from accounts.services.request_clock import mark_overdue_requests, remind_requests
from accounts.services.requests import withdraw
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import DeclarationState, Door
from credits.models import BackYearRequest, BackYearRuling, Claim, Declaration
from credits.services.crediting import credit_records
from credits.services.declaring import submit_declaration
from credits.services.exceptions import ask_again, ask_for_back_years, grant_back_years, recommend, turn_down
from credits.services.weighing import Speaker
from tests import factories as make
from tests.credits import drafts, exceptions, platforms
from tests.credits.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regulation")]
IN_2024 = {"started_on": date(2024, 5, 6), "ended_on": date(2024, 5, 8)}
IN_2023 = {"started_on": date(2023, 5, 8), "ended_on": date(2023, 5, 10)}


@pytest.fixture
def person(db: None) -> Professional:
    """Works in 平顶山: there exceptions are known (S3-02)."""
    unit = make.employer("平顶山市第九中学", at=make.area("410402"))
    return make.professional("援疆教师", works_at=unit)


@pytest.fixture
def bureau(person: Professional) -> Organization:
    return make.bureau("410402")


@pytest.fixture
def pair(bureau: Organization) -> tuple[User, User]:
    first, second = exceptions.officers(bureau, "初审员", "核准员")
    return first, second


def codes(refused: Any) -> list[tuple[str, str]]:
    return [(reason.code, reason.clause) for reason in refused.value]


@pytest.mark.clause("S0-14", "S3-02", "A8")
def test_granted_by_two_people_the_person_declares_that_year_and_no_other(
    person: Professional, pair: tuple[User, User]
) -> None:
    for days in (IN_2024, IN_2023):
        with pytest.raises(Refused) as refused:
            submit_declaration(drafts.draft(person, **days), by=person.user, now=NOW)
        assert [code for code, _ in codes(refused)] == ["year_closed"]
    made = exceptions.granted(person, *pair, 2024)
    assert (made.state, made.opened_by, made.granted_by) == (RequestState.GRANTED, *pair)
    declared = submit_declaration(drafts.draft(person, title="援疆培训", **IN_2024), by=person.user, now=NOW)
    assert (declared.year, declared.state) == (2024, DeclarationState.AT_EMPLOYER)
    with pytest.raises(Refused) as refused:
        submit_declaration(drafts.draft(person, title="另一次培训", **IN_2023), by=person.user, now=NOW)
    assert codes(refused) == [("year_closed", "S3-02")]


@pytest.mark.clause("S0-14")
def test_it_lets_in_until_its_last_day_and_nobody_else(
    person: Professional, pair: tuple[User, User], bureau: Organization
) -> None:
    exceptions.granted(person, *pair, 2024, valid_until=date(2026, 11, 30))
    colleague = make.professional("同事", works_at=person.employments.get().organization)
    with pytest.raises(Refused):
        submit_declaration(drafts.draft(colleague, **IN_2024), by=colleague.user, now=NOW)
    last = NOW.replace(day=30, hour=23, minute=59, second=59)
    late = drafts.draft(person, title="迟一秒", **IN_2024)
    with pytest.raises(Refused):
        submit_declaration(late, by=person.user, now=last + timedelta(seconds=1))
    made = drafts.draft(person, title="最后一秒", **IN_2024)
    assert submit_declaration(made, by=person.user, now=last).year == 2024


@pytest.mark.clause("S2-08", "A20")
def test_where_the_place_knows_no_exception_it_is_refused_citing_it(
    declarant: Professional, county_bureau: Organization
) -> None:
    exceptions.officers(county_bureau, "甲", "乙")
    with pytest.raises(Refused) as refused:
        exceptions.asked(declarant, 2015, 2021, 2023)
    assert codes(refused) == [("no_exception", "S2-08")] * 3
    assert not BackYearRequest.objects.exists()


@pytest.mark.clause("S2-08")
def test_who_moved_meanwhile_to_such_a_place_is_not_let_in(person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.recommended(person, pair[0], 2024)
    Professional.objects.filter(pk=person.pk).update(area=make.area("410203"))
    made = BackYearRequest.objects.get(pk=made.pk)
    said: Any = {"document_no": "1号", "valid_until": date(2026, 12, 31), "seen_round": 1, "reason": "同意"}
    with pytest.raises(Refused) as refused:
        grant_back_years(made, by=pair[1], now=NOW, **said)
    assert codes(refused) == [("no_exception", "S2-08")]


def test_the_same_hand_cannot_recommend_and_grant(person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.recommended(person, pair[0], 2024)
    paper = {"document_no": "1号", "valid_until": date(2026, 12, 31)}
    with pytest.raises(Refused):
        grant_back_years(made, seen_round=1, reason="同意", by=pair[0], now=NOW, **paper)  # type: ignore[arg-type]
    assert BackYearRequest.objects.get().state == RequestState.WAITING
    with pytest.raises(IntegrityError), transaction.atomic():
        BackYearRequest.objects.filter(pk=made.pk).update(
            state=RequestState.GRANTED, waiting_on=None, due_at=None, granted_by=pair[0], document_no="1号",
            valid_until=date(2026, 12, 31),
        )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [{"document_no": ""}, {"valid_until": None}, {"granted_by": None}, {"opened_by": None}],
    ids=["no document", "no last day", "no second hand", "no first hand"],
)
def test_the_database_keeps_no_grant_that_is_not_whole(
    person: Professional, pair: tuple[User, User], changes: dict[str, Any]
) -> None:
    made = exceptions.granted(person, *pair, 2024)
    with pytest.raises(IntegrityError), transaction.atomic():
        BackYearRequest.objects.filter(pk=made.pk).update(**changes)


def test_with_one_officer_only_the_second_hand_is_the_next_bureaus(person: Professional, bureau: Organization) -> None:
    first = exceptions.officers(bureau, "唯一的经办人")[0]
    above = exceptions.officers(make.bureau("410400"), "市局经办人")[0]
    made = exceptions.recommended(person, first, 2024)
    assert made.waiting_on == make.bureau("410400")
    assert Notice.objects.filter(to=above, event="request_waiting").exists()


def test_an_officer_never_rules_on_their_own_nor_on_what_they_asked_for_another(
    person: Professional, bureau: Organization
) -> None:
    own = make.give(person.user, bureau, Duty.GRANT_EXCEPTIONS)
    first = exceptions.officers(bureau, "同事")[0]
    made = exceptions.asked(person, 2024)
    with pytest.raises(Refused):
        recommend(made, seen_round=1, reason="情况属实", by=own, now=NOW)
    assert recommend(made, seen_round=1, reason="情况属实", by=first, now=NOW).opened_by == first


def test_a_unit_asks_for_one_of_its_people_and_for_nobody_elses(
    person: Professional, pair: tuple[User, User], declarant: Professional
) -> None:
    unit = person.employments.get().organization
    officer = make.give(make.user("人事干事"), unit, Duty.MANAGE_UNIT)
    made = exceptions.asked(person, 2024, by=officer)
    assert (made.asked_by, made.declarant) == (officer, person.user)
    with pytest.raises(Refused) as refused:
        exceptions.asked(declarant, 2024, by=officer)
    assert [code for code, _ in codes(refused)] == ["not_for_them"]


@pytest.mark.parametrize(
    ("years", "reason", "has_document", "expected"),
    [
        ((), "有原因", True, "no_year"),
        ((2026,), "有原因", True, "year_open"),
        ((2011,), "有原因", True, "no_rule"),
        ((2024,), " ", True, "reason_missing"),
        ((2024,), "字" * 501, True, "too_long"),
        ((2024,), "有原因", False, "document_missing"),
    ],
)
def test_what_is_missing_or_needless_is_refused(
    person: Professional,
    pair: tuple[User, User],
    years: tuple[int, ...],
    reason: str,
    has_document: bool,
    expected: str,
) -> None:
    document = drafts.stored(person) if has_document else None
    with pytest.raises(Refused) as refused:
        ask_for_back_years(person, years, reason=reason, document=document, by=person.user, now=NOW)
    assert [code for code, _ in codes(refused)] == [expected]


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        ({"document_no": " "}, "blank"),
        ({"document_no": "字" * 81}, "too_long"),
        ({"valid_until": None}, "no_last_day"),
        ({"valid_until": date(2026, 11, 19)}, "past_last_day"),
        ({"valid_until": date(2027, 11, 22)}, "far_last_day"),
    ],
)
def test_a_grant_says_by_which_paper_and_until_when(
    person: Professional, pair: tuple[User, User], paper: dict[str, Any], expected: str
) -> None:
    with pytest.raises(Refused) as refused:
        exceptions.granted(person, *pair, 2024, **paper)
    assert [code for code, _ in codes(refused)] == [expected]
    assert BackYearRequest.objects.get().state == RequestState.WAITING


def test_one_request_at_a_time_and_no_year_twice(person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.asked(person, 2024)
    with pytest.raises(Refused) as refused:
        exceptions.asked(person, 2023)
    assert [code for code, _ in codes(refused)] == ["still_open"]
    withdraw(made, by=person.user, now=NOW)
    exceptions.granted(person, *pair, 2024)
    with pytest.raises(Refused) as refused:
        exceptions.asked(person, 2024)
    assert [code for code, _ in codes(refused)] == ["excused_already"]


def test_returned_it_goes_before_both_hands_again(person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.recommended(person, pair[0], 2024)
    turn_down(made, Move.RETURN, seen_round=1, reason="请补充派出文件", by=pair[1], now=NOW)
    assert made.state == RequestState.RETURNED
    ask_again(made, [2023], reason="补充了派出文件", document=None, by=person.user, now=NOW)
    assert (made.round, made.stage, made.opened_by) == (2, 1, None)
    assert [row.year for row in made.years.all()] == [2023]
    recommend(made, seen_round=2, reason="情况属实", by=pair[0], now=NOW)
    moves = list(BackYearRuling.objects.values_list("round", "stage", "move"))
    assert moves == [(1, 1, "approve"), (1, 2, "return"), (2, 1, "approve")]


def test_who_comes_second_is_told_who_was_first(person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.asked(person, 2024)
    stale = BackYearRequest.objects.get(pk=made.pk)
    recommend(made, seen_round=1, reason="情况属实", by=pair[0], now=NOW)
    with pytest.raises(MovedOn, match="初审员"):
        recommend(BackYearRequest.objects.get(pk=made.pk), seen_round=1, reason="同意", by=pair[1], now=NOW)
    with pytest.raises(MovedOn):
        turn_down(stale, Move.REJECT, seen_round=1, reason="不属实", by=pair[1], now=NOW)


def test_its_clock_reminds_and_tells_when_it_is_late(person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.asked(person, 2024)
    assert made.due_at
    assert remind_requests(now=made.due_at - timedelta(hours=30)) == 1
    assert Notice.objects.filter(to=pair[0], event="review_due").count() == 1
    assert mark_overdue_requests(now=made.due_at) == 1
    assert Notice.objects.filter(to=person.user, event="review_overdue").count() == 1
    assert AuditEvent.objects.filter(action="backyearrequest.overdue").count() == 1


@pytest.mark.clause("S0-14", "A8")
def test_what_a_platform_sends_for_the_year_counts_once_it_is_opened(
    person: Professional, pair: tuple[User, User], platform: Organization
) -> None:
    platforms.recognise(platform, year=2024)
    speaker = Speaker(Door.PLATFORM, platform)
    late = platforms.record(person, started_on=date(2024, 6, 3), ended_on=date(2024, 6, 3))
    (held,) = credit_records([late], speaker=speaker, now=NOW)
    assert [(reason.code, reason.clause) for reason in held.reasons] == [("year_closed", "S0-14")]
    exceptions.granted(person, *pair, 2024)
    (counted,) = credit_records(
        [platforms.record(person, started_on=date(2024, 6, 4), ended_on=date(2024, 6, 4))], speaker=speaker, now=NOW
    )
    assert counted.reasons == []
    assert Claim.objects.filter(year=2024, state="live").count() == 1


def test_a_declaration_of_another_year_than_the_one_chosen_is_refused(person: Professional) -> None:
    made = drafts.draft(person, started_on=date(2026, 5, 4), ended_on=date(2026, 5, 6))
    Declaration.objects.filter(pk=made.pk).update(asked_year=2025)
    made.refresh_from_db()
    with pytest.raises(Refused) as refused:
        submit_declaration(made, by=person.user, now=NOW)
    assert codes(refused) == [("other_year", "A7")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).update(
            state=DeclarationState.APPROVED, hours_recognised=Decimal(8), submitted_at=NOW
        )
