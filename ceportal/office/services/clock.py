"""What the clock does in a round, in order: downstream last, so that one round carries a matter as far as it goes.

Each job finds its rows, claims them and works on them; it may run twice and at the same time as itself. Celery runs
each by its name (the rooms' tasks.py), `manage.py tick` all of them once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.services import (
    clients,
    codes,
    delivery,
    deputizing,
    devices,
    registration_clock,
    request_clock,
    staffing,
)
from bases.services import carrying, link_checking
from ceportal.kernel.models import Heartbeat
from ceportal.kernel.selectors.maintenance import maintenance
from ceportal.kernel.services import quarantine, sealing_trail, sweeping
from ceportal.office.services import (
    checker,
    counting,
    erasing,
    exports,
    key_rotation,
    signals,
    staff_reminding,
    taking_over_jobs,
)
from certificates.services import bundles, issuing, sheets
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
from reviews.services import (
    digesting,
    filing,
    inspecting,
    inspection_clock,
    openings,
    overlooking,
    reminding,
    steering,
)

SIGN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class ClockJob:
    """`name` is also that of the Celery task; `run` is called with `now` alone."""

    name: str
    run: Callable[..., object]


JOBS: tuple[ClockJob, ...] = (
    ClockJob("kernel.scan_quarantined", quarantine.scan_quarantined),
    ClockJob("kernel.sweep", sweeping.sweep),
    ClockJob("accounts.send_codes", codes.send_codes),
    ClockJob("bases.carry_recognitions", carrying.carry_recognitions),
    ClockJob("bases.check_links", link_checking.check_links),
    ClockJob("credits.handle_person_changes", person_changes.handle_person_changes),
    ClockJob("credits.put_rules_in_force", rule_drafts.put_rules_in_force),
    ClockJob("credits.work_on_rule_runs", rule_runs.work_on_rule_runs),
    ClockJob("credits.watch_rule_drafts", rule_reminding.watch_rule_drafts),
    ClockJob("credits.work_on_held", holding_jobs.work_on_held),
    ClockJob("credits.merge_accounts", merging.merge_accounts),
    ClockJob("credits.match_people", matching.match_people),
    ClockJob("credits.finish_corrections", corrections.finish_corrections),
    ClockJob("credits.revive_duplicates", reviving.revive_duplicates),
    ClockJob("credits.forget_unmatched", matching.forget_unmatched),
    ClockJob("credits.forget_batches", batches.forget_old_batches),
    ClockJob("accounts.forget_tokens", clients.forget_tokens),
    ClockJob("accounts.forget_codes", codes.forget_codes),
    ClockJob("accounts.forget_what_ended", devices.forget_what_ended),
    ClockJob("accounts.forget_invitations", staffing.forget_invitations),
    ClockJob("accounts.end_deputies", deputizing.end_deputies),
    ClockJob("credits.check_rosters", roster_checks.check_rosters),
    ClockJob("credits.work_on_rosters", roster_jobs.work_on_rosters),
    ClockJob("office.work_on_take_overs", taking_over_jobs.work_on_take_overs),
    ClockJob("credits.forget_rosters", roster_jobs.forget_rosters),
    ClockJob("accounts.redate_registrations", registration_clock.redate_registrations),
    ClockJob("accounts.remind_registrations", registration_clock.remind_registrations),
    ClockJob("accounts.mark_overdue_registrations", registration_clock.mark_overdue_registrations),
    ClockJob("accounts.redate_requests", request_clock.redate_requests),
    ClockJob("accounts.remind_requests", request_clock.remind_requests),
    ClockJob("accounts.mark_overdue_requests", request_clock.mark_overdue_requests),
    ClockJob("credits.watch_missing", missing.watch_missing),
    ClockJob("credits.follow_approvals", following.follow_approvals),
    ClockJob("office.look_for_signals", signals.look_for_signals),
    ClockJob("reviews.look_for_steering", steering.look_for_steering),
    ClockJob("reviews.redate", reminding.redate),
    ClockJob("reviews.remind_reviewers", reminding.remind_reviewers),
    ClockJob("reviews.mark_overdue", reminding.mark_overdue),
    ClockJob("reviews.raise_delays", reminding.raise_delays),
    ClockJob("reviews.digest_reviewers", digesting.digest_reviewers),
    ClockJob("reviews.clear_desks", openings.clear_desks),
    ClockJob("reviews.lapse_inspections", inspecting.lapse_inspections),
    ClockJob("reviews.remind_inspectors", inspection_clock.remind_of_inspections),
    ClockJob("reviews.work_on_filings", filing.work_on_filings),
    ClockJob("reviews.overlook_places", overlooking.overlook_places),
    ClockJob("credits.tell_of_credits", digests.tell_of_credits),
    ClockJob("office.count_years", counting.count_years),
    ClockJob("certificates.settle_changed_accounts", issuing.settle_changed_accounts),
    ClockJob("certificates.make_sheets", sheets.make_sheets),
    ClockJob("certificates.work_on_bundles", bundles.work_on_bundles),
    ClockJob("office.remind_staff", staff_reminding.work_on_reminders),
    ClockJob("office.make_exports", exports.work_on_exports),
    ClockJob("accounts.deliver_notices", delivery.deliver_notices),
    ClockJob("office.erase_people", erasing.erase_people),
    ClockJob("office.check_books", checker.check_books),
    ClockJob("office.rotate_keys", key_rotation.work_on_rotation),
    ClockJob("kernel.seal_trail", sealing_trail.seal_trail),
)


def run_all(*, now: datetime) -> Iterator[str]:
    """One round. Yields the name of each job when it is done; while the portal is closed most of them rest."""
    found = maintenance()
    for job in JOBS:
        if found and found.rests(job.name):
            continue
        job.run(now=now)
        yield job.name


def leave_sign(name: str, *, now: datetime) -> None:
    """Note that `name` has just been at work (what /readyz and the operator's page read)."""
    if not Heartbeat.objects.filter(name=name).update(at=now):
        Heartbeat.objects.get_or_create(name=name, defaults={"at": now})


def leave_sign_of_job(name: str, *, now: datetime) -> None:
    """The same for a job of the round, which is asked after a quarter of an hour at the earliest: noted twice a minute
    and not in every round, for each note waits for the disk.
    """
    noted = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    if noted is None or not now - SIGN_EVERY < noted <= now:
        leave_sign(name, now=now)
