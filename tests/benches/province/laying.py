"""The province of a bench, within its portal: the town of the matrix in the middle of made-up people."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from accounts.enums import Duty
from accounts.models import Area, Notice, Organization, Professional, Transfer, User
from ceportal.kernel.models import AuditEvent, Counter, Job
from ceportal.office.demo.province import PROGRESS
from ceportal.office.demo.province_people import MadeUp
from ceportal.office.demo.province_years import LABEL
from ceportal.office.models import Agreement, Letter, OfficerSum
from ceportal.office.services.agreeing import agree_on
from ceportal.office.services.counting import keep_places
from ceportal.office.services.counting_officers import count_officers
from certificates.models import Certificate
from credits.enums import Door
from credits.models import Claim, Declaration, Evidence, HourBatch, HourEntry
from credits.services.steps import fill_places
from reviews.models import Appeal, Decision, PlaceWatch
from reviews.services.overlooking import JOB, overlook_places
from tests import factories as make
from tests.benches.province.asked import ask_beside
from tests.benches.province.children import MARK
from tests.matrix.town import NOW, build

YEARS = 5
# What grows with the people beside their entries.
BESIDE: Sequence[tuple[str, Any]] = (
    ("claims", Claim),
    ("certificates", Certificate),
    ("declarations", Declaration),
    ("files of evidence", Evidence),
    ("decisions", Decision),
    ("batches", HourBatch),
    ("messages", Notice),
    ("events of the trail", AuditEvent),
    ("appeals", Appeal),
    ("letters", Letter),
    ("transfers asked for", Transfer),
)
# Of a made-up person, over the years.
ENTRIES_EACH = 13.9
A_PART = 10_000
# Of somebody in any province, by whose name it is known how people were named.
_A_NUMBER = 200
# Beside the roles of the matrix: who looks at the desks of the whole province, and who agrees to their exports.
CLERK, SECOND_CLERK = "clerk", "second_clerk"


def tell(what: object) -> None:
    sys.stdout.write(f"{MARK}{json.dumps(what)}\n")
    sys.stdout.flush()


def lay(name: str, entries: int) -> None:
    """Make sure that so many entries are there, and tell how many there are."""
    tell(laid_down(name, entries))


def laid_down(name: str, entries: int) -> str:
    """Make sure that so many entries are there; gives how many there are, in words."""
    call_command("prepare", verbosity=0)
    if not people_of():
        _settle()
    _ends_unless_of_today()
    people, began = round(entries / ENTRIES_EACH), time.monotonic()
    laid = Path(settings.DATA_DIR, f"{name}-{connection.vendor}.laid")
    with time_machine.travel(NOW, tick=True), override_settings(DEMO=True):
        if _laid() < people or not _is_whole(laid):
            laid.unlink(missing_ok=True)
            call_command("generate_province", people=people, years=YEARS, verbosity=0)
            _forget_what_was_counted()
            _put_in_order()
            laid.write_text(str(_laid()), encoding="ascii")
    # What a newer version reads of it may not have been kept when it was laid down.
    keep_places()
    while fill_places(limit=A_PART):
        pass
    if ask_beside(now=NOW):
        _put_in_order()
    for place in Area.objects.filter(pk__in=("410000", "410200", "410203")):
        if not Agreement.objects.filter(place=place, year=NOW.year).exists():
            agree_on(place, NOW.year, now=NOW)
    if not OfficerSum.objects.filter(year=NOW.year).exists():
        count_officers(now=NOW)
    if not PlaceWatch.objects.filter(year=NOW.year).exists():
        overlook_places(now=NOW)
    spent = time.monotonic() - began
    counts = ", ".join(f"{model.objects.count():,} {words}" for words, model in (("entries", HourEntry), *BESIDE))
    return f"{counts} of {_laid():,} made-up people, {spent:.0f} s spent on laying them"


def _forget_what_was_counted() -> None:
    """Once a day, of fewer people: the large province began as a copy of the small one."""
    for model in (PlaceWatch, OfficerSum, Agreement):
        model.objects.all().delete()
    Job.objects.filter(kind=JOB).delete()


def _ends_unless_of_today() -> None:
    """Ends the run where an earlier version laid people alone, or named them in their turn: pages would be looked at
    over nearly empty lists, or be asked for names that all came first.
    """
    is_of_today = (
        HourEntry.objects.filter(claim__door=Door.DECLARATION, by_label=LABEL).exists()
        and Professional.objects.filter(name=MadeUp.name_of(_A_NUMBER)).exists()
    )
    if _laid() and not is_of_today:
        raise SystemExit("this province was laid by an earlier version, with other names or fewer things: remove it")


def people_of() -> dict[str, int]:
    """The keys of the accounts by role; empty when there is no town yet."""
    place = _place()
    known: dict[str, int] = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    return known if User.objects.filter(pk__in=known.values()).count() == len(set(known.values())) else {}


def _settle() -> None:
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        town = build()
        people = {role: user.pk for role, user in town.people.items() if user is not None}
        bureau = Organization.objects.get(is_bureau=True, area="410000")
        duties = (Duty.OVERSEE, Duty.REVERSE_HOURS, Duty.FILE_MONTHS)
        people[CLERK] = make.give(make.user("省厅"), bureau, *duties).pk
        people[SECOND_CLERK] = make.give(make.user("省厅同事"), bureau, Duty.OVERSEE).pk
        _place().write_text(json.dumps(people), encoding="utf-8")


def _place() -> Path:
    """One for both: the large province began as a copy of the small one."""
    return Path(settings.DATA_DIR, f"town-{connection.vendor}.json")


def _laid() -> int:
    return Counter.objects.filter(name=PROGRESS).values_list("value", flat=True).first() or 0


def _is_whole(laid: Path) -> bool:
    return laid.exists() and laid.read_text(encoding="ascii") == str(_laid())


def _put_in_order() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (ANALYZE, FREEZE)")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
