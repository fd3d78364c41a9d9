"""Two hands on one declaration at once: exactly one moves it. The naive variant lets both (the negative control)."""

from functools import partial
from threading import Barrier

import pytest

from accounts.models import Notice, Professional, User
from ceportal.kernel.rules.refusal import Refused
from credits.enums import DeclarationState
from credits.models import Declaration, DeclarationStep, Evidence
from credits.services.declaring import (
    add_evidence,
    save_draft,
    submit_declaration,
    withdraw_declaration,
)
from credits.services.ruling import pass_on
from tests.credits import drafts
from tests.credits.factories import NOW
from tests.races import settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("henan_2026")]
TRIALS = 12


def copies(declaration: Declaration) -> tuple[Declaration, Declaration]:
    """As two requests read it before either writes."""
    one, other = (Declaration.objects.get(pk=declaration.pk) for _ in range(2))
    return one, other


def named(person: Professional, number: int) -> Declaration:
    return drafts.draft(person, files=1, title=f"研修班第 {number} 期")


def losers(outcome: list[object]) -> int:
    for one in outcome:
        assert isinstance(one, Declaration | Evidence | Refused), one
    return sum(isinstance(one, Refused) for one in outcome)


def test_handing_in_twice_at_once_hands_in_once(declarant: Professional, employer_reviewer: User) -> None:
    for number in range(TRIALS):
        pair = copies(named(declarant, number))
        outcome = settled([partial(submit_declaration, each, by=declarant.user, now=NOW) for each in pair])
        assert losers(outcome) == 1
    assert set(Declaration.objects.values_list("round", "state")) == {(1, DeclarationState.AT_EMPLOYER)}
    assert DeclarationStep.objects.count() == Notice.objects.count() == TRIALS


def test_saving_while_handing_in_never_changes_what_was_handed_in(declarant: Professional) -> None:
    for number in range(TRIALS):
        one, other = copies(named(declarant, number))
        outcome = settled(
            [
                partial(submit_declaration, one, by=declarant.user, now=NOW),
                partial(save_draft, other, changes={"title": "改过的名称"}, by=declarant.user, now=NOW),
            ]
        )
        assert losers(outcome) == 1
        stands = Declaration.objects.get(pk=one.pk)
        is_submitted = stands.state == DeclarationState.AT_EMPLOYER
        assert is_submitted is (stands.title != "改过的名称")


def test_files_added_at_once_all_stand(declarant: Professional) -> None:
    """Each hand read the draft before any of the others wrote."""
    for number in range(TRIALS):
        made = named(declarant, number)
        hands = [Declaration.objects.get(pk=made.pk) for _ in range(3)]
        files = [drafts.stored(declarant) for _ in hands]
        acts = [
            partial(add_evidence, hand, stored=stored, label="其他材料", by=declarant.user, now=NOW)
            for hand, stored in zip(hands, files, strict=True)
        ]
        assert losers(settled(acts)) == 0
        made.refresh_from_db()
        assert list(made.evidence.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_evidence_added_while_handing_in_is_seen_or_refused(declarant: Professional) -> None:
    for number in range(TRIALS):
        one, other = copies(named(declarant, number))
        stored = drafts.stored(declarant)
        outcome = settled(
            [
                partial(submit_declaration, one, by=declarant.user, now=NOW),
                partial(add_evidence, other, stored=stored, label="其他材料", by=declarant.user, now=NOW),
            ]
        )
        assert losers(outcome) == 1
        stands = Declaration.objects.get(pk=one.pk)
        assert stands.evidence.count() == (1 if stands.state == DeclarationState.AT_EMPLOYER else 2)


def test_taking_back_and_passing_on_at_once(declarant: Professional, employer_reviewer: User) -> None:
    for number in range(TRIALS):
        sent = submit_declaration(named(declarant, number), by=declarant.user, now=NOW)
        one, other = copies(sent)
        outcome = settled(
            [
                partial(withdraw_declaration, one, by=declarant.user, now=NOW),
                partial(pass_on, other, version=sent.version, hours=sent.hours_claimed, by=employer_reviewer, now=NOW),
            ]
        )
        assert losers(outcome) == 1
        stands = Declaration.objects.get(pk=sent.pk)
        assert stands.state in {DeclarationState.WITHDRAWN, DeclarationState.AT_AUTHORITY}
        assert stands.steps.count() == 2


def test_negative_control_read_then_save_hands_in_twice(declarant: Professional) -> None:
    """The same race without the conditional update: both believe that they handed it in."""
    gate = Barrier(2)

    def naive(pk: int) -> bool:
        mine = Declaration.objects.get(pk=pk)
        is_draft = mine.state == DeclarationState.DRAFT
        gate.wait(10)
        if is_draft:
            mine.remark = "已提交"
            mine.save(update_fields=["remark"])
        return is_draft

    for number in range(3):
        draft = named(declarant, number)
        assert settled([partial(naive, draft.pk)] * 2) == [True, True]
