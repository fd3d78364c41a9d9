"""Asking to owe less: who may ask and rule, each refusal, twice, two at once; what a grant and its end bring about."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, NoticeEvent, RequestState
from accounts.models import Notice, Organization, Professional, User
from accounts.selectors.requests import request_models, requests_waiting_for, steps_of, who_can_decide
from accounts.services.request_clock import mark_overdue_requests, remind_requests
from accounts.services.requests import withdraw
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import ObligationKind
from credits.models import Obligation, ObligationRequest, OutsideHours
from credits.selectors.bench import requirements_of
from credits.selectors.requests import seen
from credits.services.exemptions import ask_again, end_easing, grant_easing, turn_down
from tests import factories as people
from tests.credits import asking
from tests.credits.asking import EXEMPT, REDUCED
from tests.credits.factories import NOW
from tests.races import settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
NUMBER = "顺人社函〔2026〕7号"


def grant(asked: ObligationRequest, by: User, wanted: Any = EXEMPT, **changes: Any) -> Obligation:
    facts = {"document_no": NUMBER, "seen_round": asked.round, "reason": "材料齐全，同意。", "now": NOW} | changes
    return grant_easing(asked, wanted, by=by, **facts)


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


def test_it_waits_with_the_bureau_of_the_place_for_five_working_days(
    declarant: Professional, county_bureau: Organization, granter: User, county_officer: User, stranger: User
) -> None:
    asked = asking.easing(declarant)
    assert (asked.state, asked.waiting_on, asked.duty) == ("waiting", county_bureau, Duty.GRANT_EXCEPTIONS)
    assert (asked.round, asked.organization) == (1, declarant.employments.get().organization)
    rows = ObligationRequest.objects.all()
    assert list(requests_waiting_for(granter, rows)) == [asked]
    assert list(who_can_decide(asked)) == [granter]
    for other in (declarant.user, county_officer, stranger):
        assert not requests_waiting_for(other, rows).exists()
    assert Notice.objects.get(event=NoticeEvent.REQUEST_WAITING).to == granter


def test_granted_the_year_asks_nothing_and_everybody_concerned_is_told(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    made = grant(asked, granter)
    assert (asked.state, asked.obligation, asked.document_no) == ("granted", made, NUMBER)
    assert (made.kind, made.reason, made.document_no, made.granted_by) == ("exempt", "长期病假", NUMBER, granter)
    asked_now = requirements_of(declarant, 2026, today=NOW.date())
    assert asked_now
    assert not asked_now.is_obliged
    assert Notice.objects.get(event=NoticeEvent.REQUEST_DECIDED).to == declarant.user
    ruling = asked.rulings.get()
    assert (ruling.by, ruling.move, ruling.reason) == (granter, Move.APPROVE, "材料齐全，同意。")


def test_the_bureau_may_take_other_hours_off_than_were_asked(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant, REDUCED)
    made = grant(asked, granter, replace(REDUCED, less_public=Decimal(10), less_professional=Decimal("20.5")))
    assert (made.less_total, made.less_public, made.less_professional) == (Decimal("30.5"), 10, Decimal("20.5"))
    assert asked.less_public == 10
    found = requirements_of(declarant, 2026, today=NOW.date())
    assert found
    assert found.total
    assert found.total.value == Decimal("59.5")


def test_a_unit_asks_for_one_of_its_people_and_neither_rules_on_it(
    declarant: Professional, employer_reviewer: User, county_bureau: Organization, granter: User, stranger: User
) -> None:
    people.give(employer_reviewer, county_bureau, Duty.GRANT_EXCEPTIONS)
    people.give(declarant.user, county_bureau, Duty.GRANT_EXCEPTIONS)
    asked = asking.easing(declarant, by=employer_reviewer)
    assert (asked.declarant, asked.asked_by) == (declarant.user, employer_reviewer)
    assert list(who_can_decide(asked)) == [granter]
    for own in (employer_reviewer, declarant.user):
        assert codes(grant, asked, own) == ["not_your_duty"]
    assert codes(asking.easing, declarant, by=stranger) == ["not_for_them"]
    grant(asked, granter)
    told = Notice.objects.filter(event=NoticeEvent.REQUEST_DECIDED)
    assert {notice.to for notice in told} == {declarant.user, employer_reviewer}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (replace(EXEMPT, kind="elsewhere"), ["kind"]),
        (replace(EXEMPT, ground=""), ["ground"]),
        (replace(EXEMPT, year_from=2024), ["too_early"]),
        (replace(EXEMPT, year_from=2027), ["year_to"]),
        (replace(EXEMPT, year_to=2031), ["year_to"]),
        (replace(EXEMPT, year_from=None, year_to=None), ["year_from", "year_to"]),
        (replace(REDUCED, less_public=Decimal(0), less_professional=Decimal(0)), ["less"]),
        (replace(REDUCED, less_public=Decimal("7.3")), ["half_steps"]),
        (replace(REDUCED, less_public=Decimal(31)), ["too_much", "parts"]),
        (replace(REDUCED, less_public=Decimal(30), less_professional=Decimal(60)), ["all"]),
    ],
)
def test_what_cannot_be_granted_is_not_taken(
    declarant: Professional, granter: User, asked: Any, expected: list[str]
) -> None:
    assert codes(asking.easing, declarant, asked) == expected
    assert not ObligationRequest.objects.exists()


def test_words_and_a_paper_are_asked_for(declarant: Professional, granter: User) -> None:
    assert codes(asking.easing, declarant, reason="  ", document=None) == ["reason_missing", "document_missing"]
    assert codes(asking.easing, declarant, reason="长" * 501) == ["too_long"]


def test_one_at_a_time_and_not_over_what_was_granted(declarant: Professional, granter: User) -> None:
    first = asking.easing(declarant)
    assert codes(asking.easing, declarant, replace(EXEMPT, year_from=2027, year_to=2027)) == ["still_open"]
    grant(first, granter)
    assert codes(asking.easing, declarant) == ["overlap"]
    assert asking.easing(declarant, replace(EXEMPT, year_from=2027, year_to=2027)).pk


def test_returned_mended_sent_again_in_the_next_round(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    turn_down(asked, Move.RETURN, seen_round=1, reason="请补诊断证明", by=granter, now=NOW)
    assert (asked.state, asked.state_reason, asked.waiting_on) == ("returned", "请补诊断证明", None)
    later = NOW + timedelta(days=3)
    before = asked.document
    ask_again(asked, REDUCED, reason="附诊断证明。", document=None, by=declarant.user, now=later)
    assert (asked.state, asked.round, asked.kind, asked.document) == ("waiting", 2, "reduced", before)
    assert asked.waiting_since == later
    with pytest.raises(MovedOn):
        grant(asked, granter, seen_round=1)
    grant(asked, granter, REDUCED, now=later)
    moves = [(step.move, bool(step.who)) for step in steps_of(asked)]
    assert moves == [(Move.SUBMIT, False), (Move.RETURN, True), (Move.SUBMIT, False), (Move.APPROVE, True)]


def test_every_ruling_says_why_and_a_grant_names_its_document(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    for move in (Move.RETURN, Move.REJECT):
        assert codes(turn_down, asked, move, seen_round=1, reason="", by=granter, now=NOW) == ["reason_missing"]
    assert codes(turn_down, asked, Move.WITHDRAW, seen_round=1, reason="不", by=granter, now=NOW) == ["move"]
    assert codes(grant, asked, granter, reason=" ") == ["reason_missing"]
    assert codes(grant, asked, granter, document_no="") == ["document_no"]
    asked.refresh_from_db()
    assert asked.state == RequestState.WAITING
    assert not Obligation.objects.exists()


def test_refused_it_changes_nothing_and_may_be_asked_anew(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    turn_down(asked, Move.REJECT, seen_round=1, reason="不属于可减免的情形", by=granter, now=NOW)
    found = requirements_of(declarant, 2026, today=NOW.date())
    assert found
    assert found.is_obliged
    assert asking.easing(declarant).state == RequestState.WAITING


def test_taken_back_only_by_its_side_and_only_once(
    declarant: Professional, granter: User, other_declarant: Professional
) -> None:
    asked = asking.easing(declarant)
    stale = ObligationRequest.objects.get()
    assert codes(withdraw, asked, by=other_declarant.user, now=NOW) == ["not_yours"]
    withdraw(asked, by=declarant.user, now=NOW)
    for act in (partial(withdraw, stale, by=declarant.user, now=NOW), partial(grant, stale, granter)):
        with pytest.raises(MovedOn, match="撤回"):
            act()
    assert codes(withdraw, asked, by=declarant.user, now=NOW) == ["no_such_move"]


def test_the_second_decider_hears_who_was_first(
    declarant: Professional, granter: User, county_bureau: Organization
) -> None:
    other = people.give(people.user("另一经办人"), county_bureau, Duty.GRANT_EXCEPTIONS)
    asked = asking.easing(declarant)
    stale = ObligationRequest.objects.get()
    grant(asked, granter)
    with pytest.raises(MovedOn, match="区减免经办人"):
        turn_down(stale, Move.REJECT, seen_round=1, reason="不符合", by=other, now=NOW)
    with pytest.raises(MovedOn, match="区减免经办人"):
        grant(stale, other)
    assert asked.rulings.count() == Obligation.objects.count() == 1


def test_who_may_look_at_it(
    declarant: Professional, employer_reviewer: User, employer: Organization, granter: User, stranger: User,
    other_declarant: Professional, city_officer: User,
) -> None:  # fmt: skip
    asked = asking.easing(declarant)
    reviews_only = people.give(people.user("只审学时的人"), employer, Duty.REVIEW_HOURS)
    for reader in (declarant.user, employer_reviewer, granter):
        assert list(seen(reader, ObligationRequest)) == [asked], reader
    for reader in (stranger, other_declarant.user, reviews_only, city_officer):
        assert not seen(reader, ObligationRequest).exists(), reader
    grant(asked, granter)
    assert list(seen(granter, ObligationRequest)) == [asked]


def test_ended_the_year_asks_all_again_and_the_person_is_told(
    declarant: Professional, granter: User, employer_reviewer: User
) -> None:
    made = grant(asking.easing(declarant), granter)
    asked = ObligationRequest.objects.get()
    assert codes(end_easing, asked, last_year=2025, reason="材料不实", by=employer_reviewer, now=NOW) == [
        "not_your_duty"
    ]
    assert codes(end_easing, asked, last_year=2025, reason="", by=granter, now=NOW) == ["reason"]
    assert end_easing(asked, last_year=2025, reason="材料不实", by=granter, now=NOW) == made
    assert "已终止：材料不实" in Notice.objects.filter(event=NoticeEvent.REQUEST_DECIDED).latest("id").text
    found = requirements_of(declarant, 2026, today=NOW.date())
    assert found
    assert found.is_obliged
    assert asking.easing(declarant).pk


def test_the_clock_reminds_and_marks_but_never_grants(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    assert asked.due_at
    assert remind_requests(now=asked.due_at - timedelta(hours=8)) == 1
    assert remind_requests(now=asked.due_at - timedelta(hours=8)) == 0
    late = asked.due_at + timedelta(hours=1)
    assert mark_overdue_requests(now=late) == 1
    assert mark_overdue_requests(now=late) == 0
    asked.refresh_from_db()
    assert (asked.state, asked.overdue_at) == (RequestState.WAITING, late)
    assert Notice.objects.filter(event=NoticeEvent.REVIEW_DUE, to=granter).count() == 1
    overdue = Notice.objects.filter(event=NoticeEvent.REVIEW_OVERDUE)
    assert {notice.to for notice in overdue} == {granter, declarant.user}


def test_every_kind_of_request_is_under_the_clock() -> None:
    assert {ObligationRequest, OutsideHours} <= set(request_models())


def test_the_trail_holds_every_move_and_no_words_of_the_illness(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    grant(asked, granter)
    events = AuditEvent.objects.filter(subject_ref=asked.ref)
    assert sorted(events.values_list("action", flat=True)) == ["obligationrequest.approve", "obligationrequest.submit"]
    assert "住院" not in str(list(AuditEvent.objects.values_list("before", "after")))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("an_exemption_or_a_reduction_is_asked", {"kind": ObligationKind.ELSEWHERE}),
        ("asked_years_run_forward", {"year_to": 2025}),
        ("asked_hours_are_in_steps_of_a_half", {"less_public": Decimal("0.3")}),
        ("what_was_granted_is_an_obligation", {"state": RequestState.GRANTED, "waiting_on": None, "due_at": None}),
        ("credits_obligationrequest_waits_while_it_is_open", {"waiting_on": None, "due_at": None}),
        ("credits_obligationrequest_says_why", {"reason": ""}),
    ],
)
def test_the_database_says_so_too(declarant: Professional, granter: User, name: str, changes: dict[str, Any]) -> None:
    asked = asking.easing(declarant)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ObligationRequest.objects.filter(pk=asked.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_decide_once_and_the_naive_way_would_not(
    declarant: Professional, granter: User, county_bureau: Organization
) -> None:
    other = people.give(people.user("另一经办人"), county_bureau, Duty.GRANT_EXCEPTIONS)
    asked = asking.easing(declarant)
    one, two = (ObligationRequest.objects.get() for _ in range(2))
    refusing = partial(turn_down, two, Move.REJECT, seen_round=1, reason="不符合", by=other, now=NOW)
    outcome = settled([partial(grant, one, granter), refusing])
    assert sum(isinstance(each, MovedOn) for each in outcome) == 1, outcome
    asked.refresh_from_db()
    assert asked.rulings.count() == 1
    assert Obligation.objects.count() == (asked.state == RequestState.GRANTED)
    naive = [ObligationRequest.objects.get() for _ in range(2)]
    for each in naive:
        each.state_reason = f"由 {each is naive[0]} 改写"
        each.save()
    assert ObligationRequest.objects.get().state_reason == "由 False 改写"


@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_asks_once(declarant: Professional, granter: User) -> None:
    paper = asking.paper(declarant.user)
    outcome = settled([partial(asking.easing, declarant, document=paper) for _ in range(2)])
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert ObligationRequest.objects.count() == 1
