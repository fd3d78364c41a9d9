"""What follows in the ledger when a person's place, employer or title changes (A19, A23); word for the certificates
when a name or number was put right, or an account merged into another.

People stand upstream and know nothing of hours; here their changes are read once and marked in a table of our own.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.utils import timezone

from accounts.enums import PersonField
from accounts.models import PersonChange
from ceportal.kernel.services.claims import one_by_one
from credits.models import HandledChange, YearAccount
from credits.selectors.bench import Bench
from credits.selectors.closing import last_day_of
from credits.selectors.person_changes import changes_to_handle
from credits.selectors.regulation import RuleBook, rule_book
from credits.services.accounts import judge_again, print_anew

JOB = "credits.handle_person_changes"
# A round of the clock takes no more than this; the next takes the rest.
A_ROUND = 500
_MATTERS = frozenset({PersonField.AREA, PersonField.EMPLOYER, PersonField.TITLE})
_PRINTED = frozenset({PersonField.NAME, PersonField.ID_NUMBER, PersonField.ACCOUNT})


def handle_person_changes(*, now: datetime) -> int:
    """Judge the years of everybody who changed since the last round. How many changes were handled."""
    waiting = changes_to_handle(timezone.localdate(now))
    if not waiting.exists():
        return 0
    return one_by_one(JOB, waiting, partial(_handle, book=rule_book(), now=now), now=now, limit=A_ROUND)


def _handle(change: PersonChange, *, book: RuleBook, now: datetime) -> bool:
    """In one transaction with its attempt: another round at the same time finds the mark and does nothing."""
    _, is_mine = HandledChange.objects.get_or_create(change=change, defaults={"handled_at": now})
    if is_mine and change.field in _MATTERS:
        bench = Bench(book, now)
        for year in _years_touched(change, bench):
            judge_again(change.professional, year, now=now, bench=bench)
    if is_mine and change.field in _PRINTED:
        print_anew(change.professional, now=now)
    return is_mine


def _years_touched(change: PersonChange, bench: Bench) -> Iterator[int]:
    """The running year, and each one before it at whose end the change held, if it is still open to be told (A19)."""
    touched = YearAccount.objects.filter(
        professional=change.professional, year__range=(change.effective_on.year, bench.this_year)
    )
    today = timezone.localdate(bench.now)
    for year in touched.order_by("year").values_list("year", flat=True):
        if year == bench.this_year or today <= last_day_of(year, bench.asked_of(change.professional, year)):
            yield year
