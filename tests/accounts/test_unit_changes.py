"""A unit renamed, put under another supervisor, merged: who consents, what moves, how the old one is found."""

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, UnitChangeKind, UnitState
from accounts.models import (
    Employment,
    Membership,
    Organization,
    PersonChange,
    Professional,
    UnitChange,
    User,
)
from accounts.selectors.duties import holders_of, waiting_for
from accounts.selectors.people import employer_of, find_units
from accounts.selectors.requests import requests_waiting_for, who_can_decide
from accounts.services.unit_changes import WantedChange, agree, ask_again, ask_for_change, turn_down
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import DeclarationState
from credits.models import Declaration
from tests import factories as make
from tests.accounts.test_desk_pages import apply
from tests.credits.asking import paper
from tests.credits.drafts import photo, text_of
from tests.office.factories import declaration
from tests.races import settled

pytestmark = pytest.mark.django_db
NOW = timezone.now()
RENAME = WantedChange(UnitChangeKind.RENAME, new_name="开封市第一高级中学")


def ask(unit: Organization, by: User, wanted: WantedChange, **changes: Any) -> UnitChange:
    facts = {"reason": "见批复。", "document": paper(by), "now": NOW} | changes
    return ask_for_change(unit, wanted, by=by, **facts)


def consent(asked: UnitChange, by: User, **changes: Any) -> UnitChange:
    facts = {"seen_round": asked.round, "seen_stage": asked.stage, "reason": "同意", "now": NOW} | changes
    return agree(asked, by=by, **facts)


def merge_into(other: Organization | None) -> WantedChange:
    return WantedChange(UnitChangeKind.MERGE, other=other)


def under(other: Organization | None) -> WantedChange:
    return WantedChange(UnitChangeKind.SUPERVISOR, other=other)


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


def test_a_renamed_unit_is_found_by_both_names(
    employer: Organization, employer_reviewer: User, authority_reviewer: User
) -> None:
    asked = ask(employer, employer_reviewer, RENAME)
    assert list(who_can_decide(asked)) == [authority_reviewer]
    assert list(requests_waiting_for(authority_reviewer, UnitChange.objects.all())) == [asked]
    consent(asked, authority_reviewer)
    employer.refresh_from_db()
    assert employer.name == RENAME.new_name
    for text in ("第一高级", "第一实验"):
        assert list(find_units(employer.area, text)) == [employer]


def test_a_supervisor_changes_with_both_sides_consent(
    employer: Organization, employer_reviewer: User, authority_reviewer: User
) -> None:
    other = make.authority("开封市文化广电和旅游局", "410200")
    receiver = make.give(make.user("文旅经办人"), other, Duty.APPROVE_UNITS)
    asked = ask(employer, employer_reviewer, under(other))
    assert codes(consent, asked, receiver) == ["not_your_duty"]
    stale = UnitChange.objects.get()
    consent(asked, authority_reviewer)
    employer.refresh_from_db()
    assert (employer.supervisor, asked.waiting_on) == (asked.organization.supervisor, other)  # type: ignore[union-attr]
    with pytest.raises(MovedOn):
        consent(stale, receiver)
    consent(asked, receiver)
    employer.refresh_from_db()
    assert employer.supervisor == other


def test_without_a_supervisor_the_bureau_is_the_side(
    employer: Organization, employer_reviewer: User, lone_employer: Organization, lone_reviewer: User,
    authority: Organization, authority_reviewer: User, county_officer: User, county_bureau: Organization,
) -> None:  # fmt: skip
    away = ask(employer, employer_reviewer, under(None))
    consent(away, authority_reviewer)
    consent(away, county_officer)
    towards = ask(lone_employer, lone_reviewer, under(authority))
    assert towards.waiting_on == county_bureau
    consent(towards, county_officer)
    consent(towards, authority_reviewer)
    employer.refresh_from_db()
    lone_employer.refresh_from_db()
    assert (employer.supervisor, lone_employer.supervisor) == (None, authority)


@pytest.mark.clause("A23")
def test_merged_people_duties_and_open_work_move(
    employer: Organization, employer_reviewer: User, declarant: Professional, other_employer: Organization,
    other_declarant: Professional, stranger: User, authority_reviewer: User,
) -> None:  # fmt: skip
    waiting, declared = apply(employer, 981), declaration(declarant, DeclarationState.AT_EMPLOYER)
    both = make.professional("两处任职", works_at=employer)
    Employment.objects.create(professional=both, organization=other_employer, is_principal=False, started_on=NOW)
    asked = ask(employer, employer_reviewer, merge_into(other_employer))
    assert list(who_can_decide(asked)) == [stranger]
    consent(asked, stranger)
    assert list(who_can_decide(asked)) == [authority_reviewer]
    consent(asked, authority_reviewer)
    employer.refresh_from_db()
    assert (employer.state, employer.merged_into) == (UnitState.CLOSED, other_employer)
    assert {employer_of(each) for each in (declarant, both, other_declarant)} == {other_employer}
    assert Employment.objects.filter(professional=both, ended_on=None).count() == 1
    changed = PersonChange.objects.filter(before={"organization": str(employer.ref)})
    assert set(changed.values_list("professional", flat=True)) == {declarant.pk, both.pk}
    waiting.refresh_from_db()
    assert (waiting.organization, waiting.waiting_on) == (other_employer, other_employer)
    was_due = declared.due_at
    declared.refresh_from_db()
    assert (declared.organization, declared.waiting_on, declared.due_at) == (employer, other_employer, was_due)
    assert list(waiting_for(stranger, Declaration.objects.all())) == [declared]
    assert set(holders_of(other_employer, Duty.REVIEW_HOURS)) == {employer_reviewer, stranger}
    assert not Membership.objects.filter(organization=employer, ended_at=None).exists()
    assert list(find_units(other_employer.area, "第一实验")) == [other_employer]
    assert list(find_units(other_employer.area, str(employer.uscc))) == [other_employer]


def test_what_cannot_be_asked(
    employer: Organization, employer_reviewer: User, other_employer: Organization, stranger: User,
    lone_employer: Organization, declarant: Professional, authority: Organization,
) -> None:  # fmt: skip
    assert codes(ask, employer, declarant.user, RENAME) == ["not_your_duty"]
    assert codes(ask, employer, stranger, RENAME) == ["not_your_duty"]
    named = WantedChange(UnitChangeKind.RENAME, new_name=other_employer.name)
    assert codes(ask, employer, employer_reviewer, named) == ["unit_name_taken"]
    assert codes(ask, employer, employer_reviewer, under(authority)) == ["same_supervisor"]
    assert codes(ask, employer, employer_reviewer, under(other_employer)) == ["supervisor_elsewhere"]
    assert codes(ask, employer, employer_reviewer, merge_into(None)) == ["no_such_unit"]
    assert codes(ask, employer, employer_reviewer, merge_into(employer)) == ["no_such_unit"]
    assert codes(ask, employer, employer_reviewer, merge_into(lone_employer)) == ["nobody_there"]
    ask(employer, employer_reviewer, RENAME)
    assert codes(ask, employer, employer_reviewer, merge_into(other_employer)) == ["still_open"]


def test_what_became_impossible_meanwhile_is_refused(
    employer: Organization, employer_reviewer: User, authority_reviewer: User
) -> None:
    asked = ask(employer, employer_reviewer, RENAME)
    turn_down(asked, Move.RETURN, seen_round=1, reason="请附批复", by=authority_reviewer, now=NOW)
    ask_again(asked, reason="已附", document=None, by=employer_reviewer, now=NOW)
    make.employer(RENAME.new_name, at=employer.area)
    assert codes(consent, asked, authority_reviewer) == ["unit_name_taken"]
    asked.refresh_from_db()
    assert (asked.state, asked.round) == ("waiting", 2)


def test_on_the_pages(
    employer: Organization, employer_reviewer: User, authority_reviewer: User, stranger: User,
    other_employer: Organization, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    unit, desk, other = (Client() for _ in range(3))
    for page, user in ((unit, employer_reviewer), (desk, authority_reviewer), (other, stranger)):
        page.force_login(user)
    door, changes = reverse("accounts:ask_unit_change"), reverse("accounts:unit_changes")
    assert unit.get(door, {"kind": "x"}).url == changes
    assert unit.get(door, {"kind": "rename", "unit": other_employer.ref}).status_code == 404
    words = {"rename": "请填写新的单位名称", "merge": "请填写并入单位的统一社会信用代码", "supervisor": "现在就是"}
    for kind, told in words.items():
        sent = {"supervisor": employer.supervisor_id, "reason": "见批复", "document": photo()}
        answer = unit.post(f"{door}?kind={kind}", sent)
        assert answer.status_code == 422
        assert told in text_of(answer)
    sent = {"new_name": RENAME.new_name, "reason": "见批复", "document": photo()}
    assert unit.post(f"{door}?kind=rename", sent).status_code == 302
    asked = UnitChange.objects.get()
    page, decide = (reverse(f"accounts:{name}", args=[asked.ref]) for name in ("unit_change", "decide_unit_change"))
    assert other.get(page).status_code == other.post(decide).status_code == 404
    assert "您的决定" not in text_of(unit.get(page))
    ruling = {"move": "approve", "round": "1", "stage": str(asked.stage), "reason": "同意"}
    assert desk.post(decide, ruling | {"reason": ""}).status_code == 422
    assert desk.post(decide, ruling).url == changes
    with django_assert_max_num_queries(14):
        assert f"更名为{RENAME.new_name}" in text_of(unit.get(changes))
    found = Client().get(reverse("accounts:register"), {"city": "410200", "text": "第一实验"})
    assert "原名开封市第一实验中学" in text_of(found)


@pytest.mark.django_db(transaction=True)
def test_agreed_twice_at_once_merges_once(
    employer: Organization, employer_reviewer: User, declarant: Professional, other_employer: Organization,
    stranger: User, authority_reviewer: User,
) -> None:  # fmt: skip
    second = make.give(make.user("另一经办人"), employer.supervisor, Duty.APPROVE_UNITS)  # type: ignore[arg-type]
    consent(ask(employer, employer_reviewer, merge_into(other_employer)), stranger)
    one, two = (UnitChange.objects.get() for _ in range(2))
    outcome = settled([partial(consent, one, authority_reviewer), partial(consent, two, second)])
    assert sum(isinstance(each, MovedOn) for each in outcome) == 1, outcome
    assert PersonChange.objects.count() == 1
