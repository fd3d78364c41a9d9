"""Whom a rule set changes: counted before, judged after, once, by chunks, whatever dies on the way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import NoticeEvent, TitleLevel
from accounts.models import Notice, Professional, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent, Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.trail import record
from credits.enums import ObligationKind, ResultChange, RunKind, Subject
from credits.models import ChangedAccount, RuleDraft, RuleEffect, RuleRun, RuleSet, YearAccount
from credits.selectors.reconciliation import mismatches, people_to_judge_again
from credits.selectors.rule_runs import Line, lines_of, summed
from credits.services import rule_runs
from credits.services.rule_drafts import put_rules_in_force, save_draft
from credits.services.rule_runs import judge_past_year, preview_draft, work_on, work_on_rule_runs
from credits.services.rule_sets import load_rule_sets
from tests import factories as make
from tests.credits import rule_drafts as rules
from tests.credits.factories import NOW, credit
from tests.credits.test_rule_drafts import file_entries

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def drafter(rule_sets: None) -> User:
    return rules.regulator("起草人", "410000")


@pytest.fixture
def approver(rule_sets: None) -> User:
    return rules.regulator("核准人", "410000")


@pytest.fixture
def henan(rule_sets: None) -> RuleSet:
    return RuleSet.objects.get(code="henan-2026")


def person(name: str, public: str, professional: str, *, at: str = "410203", **said: Any) -> Professional:
    """With so many hours in 2026."""
    unit = make.employer(at=make.area(at))
    made = make.professional(name, works_at=unit, **said)
    credit(made, public, subject=Subject.PUBLIC)
    credit(made, professional)
    return made


@pytest.fixture
def people(rule_sets: None) -> dict[str, Professional]:
    return {
        "met": person("刚好达标", "30", "60"),
        "more": person("超过很多", "40", "80", at="410225", title_level=TitleLevel.CLERK),
        "short": person("还差一点", "30", "58", at="410402"),
    }


def account(someone: Professional) -> YearAccount:
    return YearAccount.objects.get(professional=someone, year=2026)


def state() -> list[tuple]:
    return list(YearAccount.objects.order_by("id").values_list("id", "version", "is_met", "rule_set", "met_at"))


def told(event: str = NoticeEvent.RULES_CHANGED) -> set[str]:
    return set(Notice.objects.filter(event=event, key__startswith="rules:").values_list("to__name", flat=True))


def test_a_preview_counts_and_changes_nothing(people: dict, henan: RuleSet, drafter: User, approver: User) -> None:
    before, words = state(), ChangedAccount.objects.count()
    draft = rules.submitted(rules.change(henan, drafter, total="96"), drafter)
    run = RuleRun.objects.get(draft=draft)
    assert (run.year, run.job.state, run.job.done, run.job.total) == (2026, JobState.DONE, 3, 3)
    assert lines_of(run) == [
        Line("410203", "中级", 1, 1, 0, 1),
        Line("410225", "员级", 1, 0, 0, 1),
        Line("410402", "中级", 1, 0, 0, 1),
    ]
    effect = RuleEffect.objects.get(run=run)
    assert (effect.account.professional, effect.change) == (people["met"], ResultChange.LOST)
    assert (effect.before["need"]["total"], effect.after["need"]["total"]) == ("90", "96")
    assert effect.after["missing"] == {"total": "6"}
    assert (state(), ChangedAccount.objects.count(), told()) == (before, words, set())


def test_a_preview_tells_who_would_come_to_meet_the_year(people: dict, henan: RuleSet, drafter: User) -> None:
    draft = rules.change(henan, drafter, total="88", professional="58")
    run = preview_draft(draft, year=2026, by=drafter, now=NOW)
    assert preview_draft(draft, year=2026, by=drafter, now=SOON) == run
    work_on_rule_runs(now=SOON)
    run.job.refresh_from_db()
    assert summed(lines_of(run)) == Line("", "", 3, 0, 1, 3)
    assert RuleEffect.objects.get(run=run).change == ResultChange.GAINED


def test_a_rule_of_a_year_to_come_is_tried_on_a_year_with_people(people: dict, henan: RuleSet, drafter: User) -> None:
    draft = rules.next_set(henan, drafter, year=2027, place="410000", total="96")
    run = preview_draft(draft, year=2026, by=drafter, now=NOW)
    work_on_rule_runs(now=SOON)
    run.job.refresh_from_db()
    assert summed(lines_of(run)) == Line("", "", 3, 1, 0, 3)


def test_a_city_s_rule_touches_the_city_alone(people: dict, henan: RuleSet) -> None:
    clerk = rules.regulator("市里的人", "410200")
    draft = rules.next_set(henan, clerk, year=2026, place="410200", total="96")
    run = preview_draft(draft, year=2026, by=clerk, now=NOW)
    work_on_rule_runs(now=SOON)
    run.job.refresh_from_db()
    assert {line.area for line in lines_of(run)} == {"410203", "410225"}


def test_a_draft_changed_meanwhile_makes_its_preview_void(people: dict, henan: RuleSet, drafter: User) -> None:
    draft = rules.change(henan, drafter, total="96")
    run = preview_draft(draft, year=2026, by=drafter, now=NOW)
    save_draft(draft, version=draft.version, content={"reason": "改一改"}, by=drafter, now=NOW)
    work_on_rule_runs(now=SOON)
    run.job.refresh_from_db()
    assert run.job.result["overtaken"]
    assert not lines_of(run)


def test_what_comes_into_force_is_judged_told_and_accounted_for(
    people: dict, henan: RuleSet, drafter: User, approver: User
) -> None:
    draft = rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    assert account(people["met"]).is_met
    ChangedAccount.objects.all().delete()
    work_on_rule_runs(now=SOON)
    run = RuleRun.objects.get(kind=RunKind.IN_FORCE)
    assert (run.draft, run.year, run.by, run.job.state) == (draft, 2026, drafter, JobState.DONE)
    assert summed(lines_of(run)) == Line("", "", 3, 1, 0, 3)
    lost = account(people["met"])
    assert (lost.is_met, lost.met_at) == (False, None)
    assert account(people["more"]).is_met
    assert [word.account for word in ChangedAccount.objects.all()] == [lost]
    effect = RuleEffect.objects.get(run=run)
    assert (effect.before["is_met"], effect.after["is_met"], effect.after["missing"]) == (True, False, {"total": "6"})
    assert told() == {"刚好达标", "超过很多", "还差一点"}
    assert "年度合计 96" in Notice.objects.get(to=people["met"].user, key__startswith="rules:").text
    assert AuditEvent.objects.filter(action="account.judge_again", subject_ref=lost.ref).count() == 1
    assert AuditEvent.objects.get(action="rule_run.done").after["lost"] == 1
    assert not list(mismatches())


def test_nothing_happens_twice(people: dict, henan: RuleSet, drafter: User, approver: User) -> None:
    rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    work_on_rule_runs(now=SOON)
    once = (state(), Notice.objects.count(), RuleEffect.objects.count(), AuditEvent.objects.count())
    put_rules_in_force(now=SOON)
    work_on_rule_runs(now=SOON)
    assert (state(), Notice.objects.count(), RuleEffect.objects.count(), AuditEvent.objects.count()) == once


def test_a_killed_worker_s_chunk_is_done_by_the_next(
    people: dict, henan: RuleSet, drafter: User, approver: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    monkeypatch.setattr(rule_runs, "CHUNK", 1)
    real = rule_runs._keep_effects

    def dies(run: RuleRun, chunk: list, *found: Any) -> None:
        real(run, chunk, *found)
        if chunk[0].professional == people["more"]:
            raise KeyboardInterrupt

    monkeypatch.setattr(rule_runs, "_keep_effects", dies)
    with pytest.raises(KeyboardInterrupt):
        work_on_rule_runs(now=SOON)
    job = RuleRun.objects.get(kind=RunKind.IN_FORCE).job
    assert (job.done, job.state) == (1, JobState.RUNNING)
    assert told() == {"刚好达标"}
    monkeypatch.setattr(rule_runs, "_keep_effects", real)
    assert work_on_rule_runs(now=SOON) == 0
    assert work_on_rule_runs(now=SOON + timedelta(seconds=settings.CLAIM_LEASE_SECONDS + 5)) == 2
    job.refresh_from_db()
    run = RuleRun.objects.get(job=job)
    assert (job.done, job.state, summed(lines_of(run))) == (3, JobState.DONE, Line("", "", 3, 1, 0, 3))
    assert Notice.objects.filter(key__startswith="rules:").count() == 3
    assert RuleEffect.objects.filter(run=run).count() == 1


def test_who_lost_the_lease_writes_nothing(people: dict, henan: RuleSet, drafter: User, approver: User) -> None:
    rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    jobs = Job.objects.filter(kind=rule_runs.JUDGE)
    jobs.update(claimed_until=SOON)
    held_up = jobs.get()
    jobs.update(claimed_until=SOON + timedelta(minutes=9))
    assert not work_on(held_up, now=SOON + timedelta(minutes=5))
    assert (jobs.get().done, told()) == (0, set())


def test_a_file_s_new_word_is_judged_too(people: dict) -> None:
    changed = file_entries()
    changed[-1]["values"]["total"] = [96, "新文件", "verified"]
    load_rule_sets(changed, now=NOW)
    load_rule_sets(changed, now=NOW)
    work_on_rule_runs(now=SOON)
    run = RuleRun.objects.get()
    assert (run.draft, run.area_code, summed(lines_of(run)).lost) == (None, "410000", 1)
    assert not account(people["met"]).is_met


def past(someone: Professional) -> YearAccount:
    """A year that is over and was met."""
    then = {"now": NOW.replace(year=2025), "started_on": date(2025, 10, 13), "ended_on": date(2025, 10, 14)}
    credit(someone, "30", subject=Subject.PUBLIC, **then)
    credit(someone, "60", **then)
    return YearAccount.objects.get(professional=someone, year=2025)


def test_a_year_that_is_over_stands_by_what_a_file_said_before_it_was_put_right(people: dict) -> None:
    over, changed = past(people["met"]), file_entries()
    (of_2025,) = [entry for entry in changed if entry["code"] == "henan-2025"]
    of_2025["values"]["total"] = [96, "更正后的文件", "verified"]
    load_rule_sets(changed, now=SOON)
    assert not RuleRun.objects.exists()
    assert over.is_met
    assert not list(mismatches())
    YearAccount.objects.filter(pk=over.pk).update(rule_set="kaifeng-2021")
    assert [wrong.code for wrong in mismatches()] == ["rule_set_wrong"]


def test_the_running_year_does_not_stand_by_what_a_desk_has_changed(
    people: dict, henan: RuleSet, drafter: User, approver: User
) -> None:
    rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    work_on_rule_runs(now=SOON)
    assert not list(mismatches())
    met = YearAccount.objects.filter(professional=people["met"], year=2026)
    assert met.update(is_met=True, met_at=NOW) == 1
    assert [wrong.code for wrong in mismatches()] == ["is_met_wrong"]


def test_who_came_back_or_was_granted_nothing(people: dict) -> None:
    """A closed year stays as of one who had left; that nothing was asked of somebody is to be found all the same."""
    over = YearAccount.objects.filter(pk=past(people["met"]).pk)
    record("user.look", people["met"].user, by=None, now=NOW)
    for kind, found in ((ObligationKind.LEFT, []), (ObligationKind.EXEMPT, ["rule_set_wrong"])):
        over.update(obligation=kind)
        assert [wrong.code for wrong in mismatches()] == found
    over.update(obligation=ObligationKind.LEFT, is_met=False, met_at=None)
    assert [wrong.code for wrong in mismatches()] == ["is_met_wrong"]


def test_a_run_that_was_put_aside_hides_nobody(people: dict, henan: RuleSet, drafter: User, approver: User) -> None:
    rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    everybody = {person.pk for person in people.values()}
    assert people_to_judge_again(everybody) == everybody
    Job.objects.update(attempts=MAX_ATTEMPTS, claimed_until=None)
    assert people_to_judge_again(everybody) == set()


def raised_2025(drafter: User, approver: User) -> RuleDraft:
    henan_2025 = RuleSet.objects.get(code="henan-2025")
    draft = rules.change(henan_2025, drafter, total="96", past_reason="原来录入有误")
    return rules.in_force(draft, drafter, approver)


def test_a_year_that_is_over_stays_as_it_was_judged(people: dict, drafter: User, approver: User) -> None:
    over = past(people["met"])
    raised_2025(drafter, approver)
    work_on_rule_runs(now=SOON)
    over.refresh_from_db()
    assert over.is_met
    assert not RuleRun.objects.exclude(kind=RunKind.WHAT_IF).exists()
    assert not list(mismatches())
    YearAccount.objects.filter(pk=over.pk).update(rule_set="kaifeng-2021")
    assert [wrong.code for wrong in mismatches()] == ["rule_set_wrong"]


def test_a_year_that_is_over_is_judged_anew_by_an_act_with_a_reason(
    people: dict, drafter: User, approver: User
) -> None:
    over = past(people["met"])
    raised_2025(drafter, approver)
    for year, reason, code in ((2025, " ", "reason"), (2026, "依据某文件", "not_over"), (1899, "依据某文件", "year")):
        with pytest.raises(Refused) as refused:
            judge_past_year(make.area("410000"), year, reason=reason, by=approver, now=NOW)
        assert code in {each.code for each in refused.value}
    run = judge_past_year(make.area("410000"), 2025, reason="依据更正后的文件", by=approver, now=NOW)
    assert judge_past_year(make.area("410000"), 2025, reason="再按一次", by=approver, now=NOW) == run
    work_on_rule_runs(now=SOON)
    over.refresh_from_db()
    assert not over.is_met
    effect = RuleEffect.objects.get(run=run)
    assert (effect.change, effect.after["need"]["total"]) == (ResultChange.LOST, "96")
    assert told() == {"刚好达标"}
    event = AuditEvent.objects.get(action="rule_run.ask")
    assert (event.actor_label, event.after["reason"]) == (approver.label, "依据更正后的文件")


def test_no_past_year_is_judged_anew_without_a_reason_in_the_database(drafter: User) -> None:
    job = Job.objects.create(kind=rule_runs.JUDGE, created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleRun.objects.create(kind=RunKind.PAST, area_code="410000", year=2020, by=drafter, job=job, made_at=NOW)


def test_the_cost_follows_the_chunks_not_the_people(
    people: dict, henan: RuleSet, drafter: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        person(f"学员{number}", "30", "60")
    draft = rules.change(henan, drafter, total="96")
    run = preview_draft(draft, year=2026, by=drafter, now=NOW)
    Job.objects.filter(pk=run.job_id).update(claimed_until=SOON)
    job = Job.objects.get(pk=run.job_id)
    with django_assert_max_num_queries(24):
        assert work_on(job, now=NOW)
    job.refresh_from_db()
    assert job.done == 13
    assert lines_of(RuleRun.objects.get(pk=run.pk))[0].people == Decimal(13)
