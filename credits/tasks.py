"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from credits.services import (
    batches,
    corrections,
    digests,
    following,
    holding_jobs,
    matching,
    merging,
    missing,
    person_changes,
    reviving,
    roster_checks,
    roster_jobs,
    rule_drafts,
    rule_reminding,
    rule_runs,
)


@shared_task(name="credits.handle_person_changes")
def handle_person_changes() -> None:
    person_changes.handle_person_changes(now=timezone.now())


@shared_task(name="credits.put_rules_in_force")
def put_rules_in_force() -> None:
    rule_drafts.put_rules_in_force(now=timezone.now())


@shared_task(name="credits.work_on_rule_runs")
def work_on_rule_runs() -> None:
    rule_runs.work_on_rule_runs(now=timezone.now())


@shared_task(name="credits.watch_rule_drafts")
def watch_rule_drafts() -> None:
    rule_reminding.watch_rule_drafts(now=timezone.now())


@shared_task(name="credits.check_rosters")
def check_rosters() -> None:
    roster_checks.check_rosters(now=timezone.now())


@shared_task(name="credits.work_on_rosters")
def work_on_rosters() -> None:
    roster_jobs.work_on_rosters(now=timezone.now())


@shared_task(name="credits.forget_rosters")
def forget_rosters() -> None:
    roster_jobs.forget_rosters(now=timezone.now())


@shared_task(name="credits.work_on_held")
def work_on_held() -> None:
    holding_jobs.work_on_held(now=timezone.now())


@shared_task(name="credits.tell_of_credits")
def tell_of_credits() -> None:
    digests.tell_of_credits(now=timezone.now())


@shared_task(name="credits.merge_accounts")
def merge_accounts() -> None:
    merging.merge_accounts(now=timezone.now())


@shared_task(name="credits.match_people")
def match_people() -> None:
    matching.match_people(now=timezone.now())


@shared_task(name="credits.finish_corrections")
def finish_corrections() -> None:
    corrections.finish_corrections(now=timezone.now())


@shared_task(name="credits.forget_unmatched")
def forget_unmatched() -> None:
    matching.forget_unmatched(now=timezone.now())


@shared_task(name="credits.forget_batches")
def forget_batches() -> None:
    batches.forget_old_batches(now=timezone.now())


@shared_task(name="credits.revive_duplicates")
def revive_duplicates() -> None:
    reviving.revive_duplicates(now=timezone.now())


@shared_task(name="credits.watch_missing")
def watch_missing() -> None:
    missing.watch_missing(now=timezone.now())


@shared_task(name="credits.follow_approvals")
def follow_approvals() -> None:
    following.follow_approvals(now=timezone.now())
