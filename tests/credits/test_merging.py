"""Somebody registered twice: two accounts made one by two people; hours move and count once (A29)."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move
from accounts.models import Employment, Merge, Organization, Professional, User
from accounts.selectors.requests import who_can_decide
from accounts.services import titles
from accounts.services.merging import confirm, turn_down
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.selectors.readers import READERS
from certificates.models import Certificate
from certificates.selectors import certificates_of
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.enums import ClaimState, Subject
from credits.models import Claim, ClosedMonth, Correction, Declaration, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.corrections import finish_corrections
from credits.services.declaring import submit_declaration
from credits.services.ledger import reverse_claim
from credits.services.matching import match_people
from credits.services.merging import _move, claims_to_move, merge_accounts
from tests import factories as people
from tests.accounts import moving
from tests.credits import drafts
from tests.credits import factories as make_credits
from tests.credits.drafts import photo, text_of
from tests.credits.machines import Machine, posted
from tests.credits.platforms import number_of
from tests.reviews import factories as make

pytestmark = pytest.mark.django_db
NOW = make_credits.NOW
FILES = {"sheet", "file", "letter", "chain"}
DAYS = {"started_on": date(2026, 10, 12), "ended_on": date(2026, 10, 13)}


@pytest.fixture(autouse=True)
def _on_a_day(db: None) -> Any:
    make_credits.rule_set(year_from=2016)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def number() -> str:
    return people.phone()


@pytest.fixture
def twice(declarant: Professional, employer: Organization, number: str) -> Professional:
    """The same human once more, with an account of their own."""
    account = people.user(declarant.name, number=number)
    return people.professional(declarant.name, works_at=employer, account=account)


def asked(kept: Professional, number: str, *, by: User | None = None) -> Merge:
    return moving.merge(kept, number, by=by)


def confirmed(merge: Merge, by: User) -> Merge:
    return confirm(merge, seen_round=merge.round, reason="是同一人", by=by, now=timezone.now())


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


def rung() -> set[str]:
    """What the nightly checker would tell of, of all that has no file."""
    return {finding.kind for kind, read in READERS.items() if kind not in FILES for finding in read(0).findings}


@pytest.mark.clause("A29", "A13")
def test_hours_move_and_count_once(
    declarant: Professional, twice: Professional, number: str, employer_reviewer: User, authority_reviewer: User,
    county_officer: User, client: Client,
) -> None:  # fmt: skip
    client.force_login(twice.user)
    both = {"title": "两个账号都有的培训", **DAYS}
    make_credits.credit(declarant, "8", **both)
    make_credits.credit(twice, "8", **both)
    make_credits.credit(twice, "52", title="只在旧账号的培训", **DAYS)
    make_credits.credit(twice, "30", title="公需培训", subject=Subject.PUBLIC, **DAYS)
    own = make.approved(make.submitted(twice, title="旧账号申报的培训"), employer_reviewer, authority_reviewer)
    settle_changed_accounts(now=NOW)
    make_sheets(now=NOW)
    old = Certificate.objects.get(professional=twice)
    assert rung() == set()
    merge = asked(declarant, number)
    assert list(who_can_decide(merge)) == [employer_reviewer]
    confirmed(merge, employer_reviewer)
    assert codes(confirmed, merge, employer_reviewer) == ["not_your_duty"]
    confirmed(merge, county_officer)
    twice.refresh_from_db()
    assert (twice.merged_into, User.objects.get(pk=twice.user_id).is_active) == (declarant, False)
    assert client.get(reverse("accounts:profile")).status_code == 302
    assert not Employment.objects.filter(professional=twice, ended_on__isnull=True).exists()
    first = claims_to_move().first()
    assert first
    assert _move(first, now=NOW)
    settle_changed_accounts(now=NOW)
    assert rung() == set(), "while hours are brought over"
    assert merge_accounts(now=NOW) == 3
    assert merge_accounts(now=NOW) == 0
    sums = {account.professional_id: account for account in YearAccount.objects.filter(year=2026)}
    assert (sums[twice.pk].public, sums[twice.pk].professional_hours) == (Decimal(0), Decimal(0))
    assert (sums[declarant.pk].public, sums[declarant.pk].professional_hours) == (Decimal(30), Decimal(84))
    live = Claim.objects.filter(state=ClaimState.LIVE)
    assert sorted(live.values_list("professional", "title")) == [
        (declarant.pk, title)
        for title in sorted(["两个账号都有的培训", "公需培训", "只在旧账号的培训", "旧账号申报的培训"])
    ]
    assert Declaration.objects.get(previous=own).professional == declarant
    assert sum(HourEntry.objects.filter(professional=twice).values_list("hours", flat=True)) == 0
    settle_changed_accounts(now=NOW)
    old.refresh_from_db()
    assert old.state == "superseded"
    assert set(certificates_of(declarant)) == {old, Certificate.objects.get(professional=declarant)}
    assert {found.code for found in mismatches()} <= {"step_differs"}
    assert rung() == set()


def test_found_by_a_bureau_a_second_officer_decides(
    declarant: Professional, twice: Professional, number: str, county_bureau: Organization, county_officer: User
) -> None:
    second = people.give(people.user("另一经办人"), county_bureau, Duty.APPROVE_PEOPLE)
    merge = asked(declarant, number, by=county_officer)
    assert list(who_can_decide(merge)) == [second]
    assert confirmed(merge, second).state == "granted"


def test_what_is_not_found_or_open(
    declarant: Professional, twice: Professional, number: str, employer_reviewer: User, stranger: User
) -> None:
    assert codes(asked, declarant, people.phone()) == ["not_found"]
    assert codes(asked, declarant, number, by=stranger) == ["not_yours"]
    User.objects.filter(pk=stranger.pk).update(name=declarant.name)
    merge = asked(declarant, number)
    assert codes(asked, declarant, number) == ["still_open"]
    turn_down(merge, Move.REJECT, seen_round=1, reason="不是同一人", by=employer_reviewer, now=NOW)
    make.submitted(twice)
    assert codes(asked, declarant, number) == ["pending"]


def test_what_was_not_handed_in_goes_along_and_what_was_returned_is_withdrawn(
    declarant: Professional, twice: Professional, number: str, employer_reviewer: User, county_officer: User
) -> None:
    draft = drafts.draft(twice, title="没有提交的培训")
    merge = confirmed(asked(declarant, number), employer_reviewer)
    returned, wanted = make.submitted(twice, title="退回补正的培训"), moving.title(twice)
    assert codes(confirmed, merge, county_officer) == ["pending"]
    make.turned_down(returned, employer_reviewer)
    titles.turn_down(wanted, Move.RETURN, seen_round=1, reason="请补充", by=employer_reviewer, now=NOW)
    confirmed(merge, county_officer)
    wanted.refresh_from_db()
    assert wanted.state == "withdrawn"
    assert codes(submit_declaration, draft, by=twice.user, now=NOW) == ["merged"]
    assert codes(moving.title, twice) == ["merged"]
    assert (merge_accounts(now=NOW), merge_accounts(now=NOW)) == (2, 0)
    for each, state in ((draft, "draft"), (returned, "returned")):
        each.refresh_from_db()
        assert (each.professional, each.declarant, each.state) == (declarant, declarant.user, state)
    assert submit_declaration(draft, by=declarant.user, now=NOW).state == "at_employer"


@pytest.fixture
def machine(twice: Professional) -> Machine:
    made = Machine()
    made.post(posted(twice))
    made.post(posted(twice, "early"))
    area = twice.area.parent_id
    ClosedMonth.objects.create(area_id=area, month=date(2026, 11, 1), reference="1", closed_at=NOW.replace(hour=23))
    return made


def test_not_while_a_platform_wants_hours_put_right(
    declarant: Professional, twice: Professional, number: str, machine: Machine, employer_reviewer: User,
    county_officer: User, city_officer: User,
) -> None:  # fmt: skip
    merge = confirmed(asked(declarant, number), employer_reviewer)
    assert machine.correct("r-1", "replace", posted(twice, hours="3.0")).status_code == 202
    assert codes(confirmed, merge, county_officer) == ["pending"]
    reverse_claim(Claim.objects.get(external_id="r-1"), reason="平台更正", by=city_officer, now=NOW)
    assert finish_corrections(now=NOW) == 1
    confirmed(merge, county_officer)
    assert machine.correct("early", "replace", posted(twice, "early", hours="3.0")).status_code == 202
    assert merge_accounts(now=NOW) == 1, "what its source wants put right stays until it is"
    reverse_claim(Claim.objects.get(external_id="early"), reason="平台更正", by=city_officer, now=NOW)
    assert finish_corrections(now=NOW) == 1
    live = Claim.objects.filter(state=ClaimState.LIVE).values_list("external_id", "professional", "hours")
    assert sorted(live) == [("early", declarant.pk, 3), ("r-1", declarant.pk, 3)]


def test_what_still_comes_under_the_closed_number(
    declarant: Professional, twice: Professional, number: str, machine: Machine, employer_reviewer: User,
    county_officer: User,
) -> None:  # fmt: skip
    """It counts in the account that goes on; what was sent before is known again, and put right there."""
    machine.post(posted(twice, "unknown", name="曾用名"))
    merge = confirmed(asked(declarant, number), employer_reviewer)
    confirmed(merge, county_officer)
    assert merge_accounts(now=NOW) == 2
    (again, late) = machine.post(posted(twice), posted(twice, "late"))["items"]
    assert (again["outcome"], late["outcome"]) == ("duplicate", "accepted")
    assert machine.correct("early", "replace", posted(twice, "early")).status_code == 201
    assert not Correction.objects.exists(), "it says what it said"
    assert machine.correct("late", "replace", posted(twice, "late", hours="5.0")).status_code in {201, 202}
    Professional.objects.filter(pk=twice.pk).update(name="曾用名")
    assert match_people(now=NOW) == 1
    live = Claim.objects.filter(state=ClaimState.LIVE).values_list("external_id", "professional")
    assert sorted(live) == [(name, declarant.pk) for name in ("early", "late", "r-1", "unknown")]
    asked_for = {"id_number": number_of(twice), "name": "曾用名", "year": 2026}
    told = machine.send("/api/v1/explanations", json.dumps(asked_for))
    assert (told.status_code, len(told.json()["entries"])) == (200, 4)


def test_asked_and_decided_on_pages(
    declarant: Professional, twice: Professional, number: str, employer_reviewer: User, county_officer: User,
    client: Client,
) -> None:  # fmt: skip
    client.force_login(county_officer)
    form = {"goes_on": number_of(declarant), "number": people.phone(), "reason": "注册了两次。"}
    assert "没有找到姓名相同" in text_of(client.post(reverse("accounts:propose_merge"), form))
    client.force_login(employer_reviewer)
    assert client.get(reverse("accounts:propose_merge")).status_code == 403
    client.force_login(declarant.user)
    mistaken = {"number": people.phone(), "reason": "注册了两次。", "document": photo()}
    assert "没有找到姓名相同" in text_of(client.post(reverse("accounts:new_merge"), mistaken))
    sent = client.post(reverse("accounts:new_merge"), {"number": number, "reason": "两次。", "document": photo()})
    merge = Merge.objects.get()
    assert sent.headers["Location"] == reverse("accounts:merge", args=[merge.ref])
    for _ in range(8):
        client.post(reverse("accounts:new_merge"), mistaken | {"document": photo()})
    assert "次数太多" in text_of(client.post(reverse("accounts:new_merge"), {"number": number, "reason": "两次。"}))
    client.force_login(employer_reviewer)
    ruling = {"round": 1, "move": "return", "reason": "请补充证明。"}
    assert client.post(reverse("accounts:merge", args=[merge.ref]), ruling).status_code == 302
    client.force_login(declarant.user)
    assert "请补充证明" in text_of(client.get(reverse("accounts:edit_merge", args=[merge.ref])))
    mended = {"reason": "已补充。", "round": 1}
    assert client.post(reverse("accounts:edit_merge", args=[merge.ref]), mended).status_code == 302
    for officer, state in ((employer_reviewer, "waiting"), (county_officer, "granted")):
        client.force_login(officer)
        ruling = {"round": 2, "move": "approve", "reason": "是同一人"}
        assert client.post(reverse("accounts:merge", args=[merge.ref]), ruling).status_code == 302
        merge.refresh_from_db()
        assert merge.state == state
    assert "另一个账号已停用" in text_of(client.get(reverse("accounts:merge", args=[merge.ref])))
