"""What follows in the ledger when a person's place, employer or title changes (A19, A23).

People stand upstream and know nothing of hours; here their changes are read once and marked in a table of our own.
"""

from datetime import datetime
from functools import partial

from django.utils import timezone

from accounts.enums import PersonField
from accounts.models import PersonChange
from ceportal.kernel.services.claims import one_by_one
from credits.models import HandledChange
from credits.selectors.bench import Bench
from credits.selectors.person_changes import changes_to_handle
from credits.selectors.regulation import RuleBook, rule_book
from credits.services.accounts import judge_again

JOB = "credits.handle_person_changes"
# A round of the clock takes no more than this; the next takes the rest.
A_ROUND = 500
_MATTERS = frozenset({PersonField.AREA, PersonField.EMPLOYER, PersonField.TITLE})


def handle_person_changes(*, now: datetime) -> int:
    """Judge the running year of everybody who changed since the last round. How many changes were handled."""
    waiting = changes_to_handle(timezone.localdate(now))
    if not waiting.exists():
        return 0
    return one_by_one(JOB, waiting, partial(_handle, book=rule_book(), now=now), now=now, limit=A_ROUND)


def _handle(change: PersonChange, *, book: RuleBook, now: datetime) -> bool:
    """In one transaction with its attempt: another round at the same time finds the mark and does nothing."""
    _, is_mine = HandledChange.objects.get_or_create(change=change, defaults={"handled_at": now})
    if is_mine and change.field in _MATTERS:
        judge_again(change.professional, timezone.localdate(now).year, now=now, bench=Bench(book, now))
    return is_mine
