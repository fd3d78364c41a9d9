"""`reconcile` holds what the doors left behind against the claims: each planted error is found, nothing else is."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import F

from accounts.models import Professional, User
from ceportal.kernel.models import AuditEvent
from credits.enums import ClaimState, CorrectionAction, DeclarationState, Door
from credits.models import ChangedAccount, Claim, Correction, Declaration, DeclarationStep, UnmatchedPerson, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.crediting import credit_records
from credits.services.declaring import withdraw_declaration
from credits.services.ledger import reverse_claim
from credits.services.ruling import approve, pass_on, reject, send_back
from tests import factories as people
from tests.credits import drafts
from tests.credits.factories import NOW
from tests.credits.platforms import record, speaker

State = DeclarationState
TITLES = {state: f"研修班之{state.value}" for state in State}


def found() -> list[str]:
    return sorted({mismatch.code for mismatch in mismatches()})


@pytest.fixture
def everything(regulation: None, declarant: Professional, employer_reviewer: User, authority_reviewer: User) -> None:
    """A declaration in every state, one approved beside a platform's record, a record of nobody, one withdrawn."""

    def passed(title: str) -> Declaration:
        sent = drafts.handed_in(declarant, title=title)
        return pass_on(sent, version=sent.version, hours=Decimal(24), by=employer_reviewer, now=NOW)

    def approved(title: str) -> Declaration:
        sent = passed(title)
        return approve(sent, version=sent.version, hours=Decimal(20), by=authority_reviewer, now=NOW)

    drafts.draft(declarant, title=TITLES[State.DRAFT])
    drafts.handed_in(declarant, title=TITLES[State.AT_EMPLOYER])
    passed(TITLES[State.AT_AUTHORITY])
    approved(TITLES[State.APPROVED])
    reverse_claim(approved(TITLES[State.REVERSED]).claim, reason="不实", by=None, now=NOW)
    for state, act in ((State.RETURNED, send_back), (State.REJECTED, reject)):
        sent = passed(TITLES[state])
        act(sent, version=sent.version, by=authority_reviewer, now=NOW, reason="不符")
    withdraw_declaration(drafts.handed_in(declarant, title=TITLES[State.WITHDRAWN]), by=declarant.user, now=NOW)
    days = {key: drafts.CONTENT[key] for key in ("started_on", "ended_on")}
    newcomer = people.professional("新来的人", is_approved=False)
    told = [record(declarant, title="两处都有", hours=Decimal(8), **days), record(declarant), record(newcomer)]
    credit_records(told, speaker=speaker(), now=NOW)
    approved("两处都有")


def test_all_there_is_reconciles(everything: None) -> None:
    states = set(Declaration.objects.values_list("state", flat=True))
    assert states == set(State.values)
    assert set(Claim.objects.values_list("state", flat=True)) >= {"live", "withdrawn", "duplicate", "unmatched"}
    assert found() == []


def move(was: State, to: State) -> Callable[[], None]:
    def change() -> None:
        rows = Declaration.objects.filter(state=was, title=TITLES[was])
        assert rows.update(state=to, waiting_on=None, due_at=None) == 1

    return change


def forget_a_claim() -> None:
    claim = Claim.objects.filter(state=ClaimState.DUPLICATE).get()
    claim.delete()


def correct_a_living_claim() -> None:
    claim = Claim.objects.filter(state=ClaimState.LIVE, door=Door.PLATFORM).first()
    Correction.objects.create(
        claim=claim, action=CorrectionAction.WITHDRAW, reason="退课", asked_at=NOW, by_label="平台", done_at=NOW
    )


def count_two_revisions() -> None:
    claim = Claim.objects.filter(state=ClaimState.LIVE, door=Door.PLATFORM).first()
    assert claim is not None
    Claim.objects.create(
        door=claim.door, source=claim.source, external_id=claim.external_id, revision=1, year=claim.year,
        activity_key="other", state=ClaimState.WITHDRAWN, subject=claim.subject, started_on=claim.started_on,
        ended_on=claim.ended_on, made_at=NOW,
    )  # fmt: skip


def know_somebody_unmatched() -> None:
    Claim.objects.filter(state=ClaimState.UNMATCHED).update(professional=Professional.objects.first())


def give_the_twin_to_another() -> None:
    other = people.professional("另一位教师")
    Claim.objects.filter(state=ClaimState.DUPLICATE).update(professional=other)


ERRORS: dict[str, tuple[Callable[[], object], set[str]]] = {
    **{
        f"approved, then made {to.value}": (move(State.APPROVED, to), {"declaration_differs", "step_differs"})
        for to in (State.REJECTED, State.RETURNED, State.WITHDRAWN, State.REVERSED)
    },
    **{
        f"{was.value}, then made approved": (move(was, State.APPROVED), {"declaration_differs", "step_differs"})
        for was in (State.AT_EMPLOYER, State.AT_AUTHORITY, State.RETURNED, State.REJECTED, State.REVERSED)
    },
    "rejected, then made returned": (move(State.REJECTED, State.RETURNED), {"step_differs"}),
    "a step taken out": (
        lambda: DeclarationStep.objects.filter(state=State.REJECTED).delete(), {"step_differs"},
    ),
    "the twin's claim lost": (forget_a_claim, {"declaration_differs"}),
    "other hours recognised": (
        lambda: Declaration.objects.filter(title=TITLES[State.APPROVED]).update(hours_recognised=5),
        {"claim_of_other_content"},
    ),
    "another subject declared": (
        lambda: Declaration.objects.filter(title=TITLES[State.APPROVED]).update(subject="public"),
        {"claim_of_other_content"},
    ),
    "a platform's claim with a roster's door": (
        lambda: Claim.objects.filter(door=Door.PLATFORM).update(door=Door.ROSTER), {"claim_of_no_door"},
    ),
    "a platform's claim called declared": (
        lambda: Claim.objects.filter(door=Door.PLATFORM).update(door=Door.DECLARATION), {"claim_of_no_door"},
    ),
    "unmatched yet somebody's": (know_somebody_unmatched, {"claim_of_nobody"}),
    "unmatched without whom to wait for": (
        lambda: UnmatchedPerson.objects.all().delete(), {"claim_of_nobody"},
    ),
    "nobody's, ended, still waited for": (
        lambda: Claim.objects.filter(state=ClaimState.UNMATCHED).update(state=ClaimState.WITHDRAWN),
        {"claim_of_nobody"},
    ),
    "a twin of somebody else": (give_the_twin_to_another, {"claim_of_other_content", "twin_of_another"}),
    "corrected and still counted": (correct_a_living_claim, {"corrected_but_there"}),
    "an earlier revision counts": (count_two_revisions, {"earlier_revision_counts"}),
    "a version too high": (lambda: YearAccount.objects.update(version=F("version") + 9), {"version_differs"}),
    "a version too low": (lambda: YearAccount.objects.update(version=0), {"version_differs", "word_ahead"}),
    "a word ahead of its account": (lambda: ChangedAccount.objects.update(version=F("version") + 1), {"word_ahead"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_a_planted_error_is_found(everything: None, name: str) -> None:
    plant, codes = ERRORS[name]
    plant()
    assert found() == sorted(codes)


def test_being_judged_anew_is_a_version_too(everything: None) -> None:
    account = YearAccount.objects.get()
    YearAccount.objects.update(version=F("version") + 1)
    AuditEvent.objects.create(
        at=NOW, actor_label="x", action="account.judge_again", subject_kind="credits.YearAccount",
        subject_ref=account.ref,
    )  # fmt: skip
    assert "version_differs" not in found()
