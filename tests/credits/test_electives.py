"""选修科目, a third subject where the rule set asks for it (Guangdong 2021): declared, counted, proved."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from accounts.models import Professional
from credits.enums import Subject
from credits.models import RuleSet, YearAccount
from credits.rules.declaring import DeclarationFacts, Limits, reasons_not_to_submit
from credits.selectors.accounts import standing_of
from credits.selectors.reconciliation import mismatches
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.drafts import at, text_of
from tests.credits.factories import NOW
from tests.credits.machines import Machine, posted

pytestmark = pytest.mark.django_db

ASKED = {"total": "90", "public": "30", "professional": "42", "elective": "18", "unit": "学时"}


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def asks_electives(db: None) -> RuleSet:
    return make.rule_set(figures=ASKED)


def learn(person: Professional) -> None:
    make.credit(person, "30", subject=Subject.PUBLIC)
    make.credit(person, "42")
    make.credit(person, "18", subject=Subject.ELECTIVE)


def test_elective_hours_fill_their_own_threshold_and_the_total(
    asks_electives: RuleSet, declarant: Professional
) -> None:
    learn(declarant)
    account = YearAccount.objects.get()
    assert (account.elective, account.total, account.is_met) == (18, 90, True)
    assert standing_of(account).elective == 18


def test_they_are_proved_like_the_others(asks_electives: RuleSet, declarant: Professional) -> None:
    learn(declarant)
    assert not list(mismatches())
    YearAccount.objects.update(elective=17)
    assert "account_differs" in {mismatch.code for mismatch in mismatches()}


def test_what_platforms_report_leaves_them_as_they_are(asks_electives: RuleSet, declarant: Professional) -> None:
    learn(declarant)
    answer = Machine().post(posted(declarant), posted(declarant, "b", subject="elective"))
    assert [item["outcome"] for item in answer["items"]] == ["accepted", "invalid"]
    account = YearAccount.objects.get()
    assert (account.elective, account.is_met) == (18, True)


def test_the_form_offers_them_where_they_are_asked(
    client: Client, asks_electives: RuleSet, declarant: Professional
) -> None:
    client.force_login(declarant.user)
    assert "选修科目" in text_of(client.get(at("edit_declaration", drafts.draft(declarant))))


def test_the_form_knows_none_elsewhere(client: Client, henan_2026: RuleSet, declarant: Professional) -> None:
    client.force_login(declarant.user)
    made = drafts.draft(declarant)
    assert "选修科目" not in text_of(client.get(at("edit_declaration", made)))
    refused = drafts.post(client, "edit_declaration", made, subject=Subject.ELECTIVE.value)
    assert refused.status_code == 422
    assert "请选择公需科目或专业科目" in text_of(refused)


@pytest.mark.parametrize(("asks", "codes"), [(True, set()), (False, {"no_elective"})])
def test_a_draft_begun_where_they_were_asked_is_not_handed_in_elsewhere(asks: bool, codes: set[str]) -> None:
    facts = DeclarationFacts(state="draft", subject=Subject.ELECTIVE, hours=Decimal(8))
    reasons = reasons_not_to_submit(facts, today=NOW.date(), limits=Limits(asks_elective=asks))
    assert {reason.code for reason in reasons if reason.field == "subject"} == codes
