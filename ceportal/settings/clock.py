"""The names of the clock's jobs, in the order of a round, and when each is rung for."""

from datetime import datetime
from random import uniform

from celery.schedules import schedstate, schedule


class InAnyOrder(schedule):
    """So many seconds apart or up to a third more, so that no round has the order of the one before.

    Where the workers can't do a round before the next one comes, what stands at its end is forgotten (it expires):
    in an order that stayed, the same jobs round after round.
    """

    def is_due(self, last_run_at: datetime) -> schedstate:
        """As `schedule.is_due`: whether, and in how many seconds to look again."""
        found = super().is_due(last_run_at)
        return schedstate(True, found.next * uniform(1, 4 / 3)) if found.is_due else found  # noqa: S311


# The jobs of a round stand in ceportal/office/services/clock.py; a test holds the two lists together. A round that
# no worker took up is forgotten: the next one does its work.
CLOCK_JOBS = (
    "kernel.scan_quarantined",
    "kernel.sweep",
    "accounts.send_codes",
    "bases.carry_recognitions",
    "bases.check_links",
    "credits.handle_person_changes",
    "credits.put_rules_in_force",
    "credits.work_on_rule_runs",
    "credits.watch_rule_drafts",
    "credits.work_on_held",
    "credits.merge_accounts",
    "credits.match_people",
    "credits.finish_corrections",
    "credits.revive_duplicates",
    "credits.forget_unmatched",
    "credits.forget_batches",
    "accounts.forget_tokens",
    "accounts.forget_codes",
    "accounts.forget_what_ended",
    "accounts.forget_invitations",
    "accounts.end_deputies",
    "credits.check_rosters",
    "credits.work_on_rosters",
    "office.work_on_take_overs",
    "credits.forget_rosters",
    "accounts.redate_registrations",
    "accounts.remind_registrations",
    "accounts.mark_overdue_registrations",
    "accounts.redate_requests",
    "accounts.remind_requests",
    "accounts.mark_overdue_requests",
    "credits.watch_missing",
    "credits.follow_approvals",
    "office.look_for_signals",
    "reviews.look_for_steering",
    "reviews.redate",
    "reviews.remind_reviewers",
    "reviews.mark_overdue",
    "reviews.raise_delays",
    "reviews.digest_reviewers",
    "reviews.clear_desks",
    "reviews.lapse_inspections",
    "reviews.remind_inspectors",
    "reviews.work_on_filings",
    "reviews.overlook_places",
    "credits.tell_of_credits",
    "office.count_years",
    "certificates.settle_changed_accounts",
    "certificates.make_sheets",
    "certificates.work_on_bundles",
    "office.remind_staff",
    "office.make_exports",
    "accounts.deliver_notices",
    "office.erase_people",
    "office.check_books",
    "office.rotate_keys",
    "kernel.seal_trail",
)
