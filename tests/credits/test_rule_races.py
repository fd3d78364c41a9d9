"""Two hands at one draft, two workers at one run, and a worker that is killed: each thing happens once."""

import os
import signal
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import Notice, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.rules.refusal import MovedOn
from credits.enums import RuleDraftState, RunKind
from credits.models import RuleDraft, RuleEffect, RuleRun, RuleSet, YearAccount
from credits.selectors.rule_runs import Line, lines_of, summed
from credits.services import rule_runs
from credits.services.rule_drafts import approve_draft
from credits.services.rule_runs import work_on_rule_runs
from tests.credits import rule_drafts as rules
from tests.credits.factories import NOW
from tests.credits.test_rule_runs import person
from tests.races import PATIENCE, settled

pytestmark = pytest.mark.django_db(transaction=True)
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def hands(rule_sets: None) -> list[User]:
    return [rules.regulator(name, "410000") for name in ("起草人", "核准人甲", "核准人乙")]


@pytest.fixture
def waiting(hands: list[User]) -> RuleDraft:
    henan = RuleSet.objects.get(code="henan-2026")
    return rules.submitted(rules.change(henan, hands[0], total="96"), hands[0])


def test_of_two_who_approve_at_once_one_does(waiting: RuleDraft, hands: list[User]) -> None:
    def approve(by: User) -> RuleDraft:
        return approve_draft(RuleDraft.objects.get(pk=waiting.pk), version=waiting.version, by=by, now=NOW)

    results = settled([lambda by=by: approve(by) for by in hands[1:]])
    assert sorted(type(result).__name__ for result in results) == [MovedOn.__name__, RuleDraft.__name__]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rulings.count()) == (RuleDraftState.APPROVED, 1)


def test_read_and_save_would_let_both_win(waiting: RuleDraft, hands: list[User]) -> None:
    """The negative control: without the conditional update nobody is told that they came second."""
    gate = Barrier(2)

    def naively(by: User) -> str:
        draft = RuleDraft.objects.get(pk=waiting.pk)
        stood = draft.state
        gate.wait(PATIENCE)
        draft.state, draft.approver, draft.approved_at = RuleDraftState.APPROVED, by, NOW
        draft.waiting_on = draft.due_at = None
        draft.save()
        return stood

    results = settled([lambda by=by: naively(by) for by in hands[1:]])
    assert results == [RuleDraftState.WAITING, RuleDraftState.WAITING]


def in_force(hands: list[User]) -> RuleRun:
    """Three people whose accounts wait to be judged by the new rule."""
    person("刚好达标", "30", "60")
    person("超过很多", "40", "80", at="410225")
    person("还差一点", "30", "58", at="410402")
    henan = RuleSet.objects.get(code="henan-2026")
    rules.in_force(rules.change(henan, hands[0], total="96"), hands[0], hands[1])
    return RuleRun.objects.get(kind=RunKind.IN_FORCE)


def done_once(run: RuleRun) -> None:
    run = RuleRun.objects.select_related("job").get(pk=run.pk)
    assert (run.job.state, run.job.done) == (JobState.DONE, 3)
    assert summed(lines_of(run)) == Line("", "", 3, 1, 0, 3)
    assert RuleEffect.objects.filter(run=run).count() == 1
    assert Notice.objects.filter(key=f"rules:{run.ref}").count() == 3
    assert set(YearAccount.objects.values_list("professional__name", "is_met")) == {
        ("刚好达标", False), ("超过很多", True), ("还差一点", False),
    }  # fmt: skip


def test_two_workers_at_once_judge_everybody_once(hands: list[User]) -> None:
    run = in_force(hands)
    results = settled([lambda: work_on_rule_runs(now=SOON)] * 2)
    assert not [result for result in results if isinstance(result, BaseException)]
    done_once(run)


def test_a_worker_killed_in_the_middle_of_a_chunk(
    hands: list[User], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """A process of its own, ended by SIGKILL with two chunks behind it and the third half done."""
    run = in_force(hands)
    monkeypatch.setattr(rule_runs, "CHUNK", 1)
    keep = rule_runs._keep_effects

    def dies(run: RuleRun, chunk: list, *found: Any) -> None:
        keep(run, chunk, *found)
        if chunk[0].professional.name == "还差一点":
            os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()
    child = os.fork()
    if child == 0:
        rule_runs._keep_effects = dies
        work_on_rule_runs(now=SOON)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    run.job.refresh_from_db()
    assert (run.job.state, run.job.done) == (JobState.RUNNING, 2)
    assert Notice.objects.filter(key=f"rules:{run.ref}").count() == 2
    assert work_on_rule_runs(now=SOON + timedelta(seconds=1)) == 0
    assert work_on_rule_runs(now=SOON + timedelta(seconds=settings.CLAIM_LEASE_SECONDS + 60)) == 1
    done_once(run)
