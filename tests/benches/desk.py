"""The home of a province and its lists at two sizes, in one run: at five times as many people no page may take more
than half as long again as before, and the yearly report stays below two seconds.
"""

import statistics
import sys
import time

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from accounts.enums import Duty
from accounts.models import Organization
from tests import factories as make
from tests.machine import machine

_LARGEST, _SMALLER, _LOOKS = 1_000_000, 5, 7
BOUND, REPORT_SECONDS = 1.5, 2.0
REPORT = "/statistics/"
PAGES = (
    "/overview/",
    REPORT,
    "/statistics/?by=trade",
    "/statistics/people/",
    "/statistics/people/?standing=less",
    "/overview/waiting/",
    "/admin/",
    "/admin/reviews/recordedhours/",
    "/admin/reviews/creditedhours/",
    "/admin/credits/heldhours/",
    "/admin/certificates/certificate/",
)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(largest: int = _LARGEST) -> int:
    """`largest` is how many people there are in the end; a fifth of them in the beginning."""
    say(machine(), connection.vendor)
    call_command("prepare", verbosity=0)
    client, spent = Client(SERVER_NAME="localhost"), dict[tuple[str, int], float]()
    duties = (Duty.OVERSEE, Duty.REVERSE_HOURS, Duty.FILE_MONTHS)
    bureau = Organization.objects.get(is_bureau=True, area="410000")
    client.force_login(make.give(make.user("省厅"), bureau, *duties))
    for people in (largest // _SMALLER, largest):
        with override_settings(DEMO=True):
            call_command("generate_province", people=people, years=5, verbosity=0, stdout=sys.stderr)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        for page in PAGES:
            spent[page, people] = _looked_at(client, page)
            say(f"{people:>9} people  {page:<40} {1000 * spent[page, people]:9.1f} ms")
    failed = [page for page in PAGES if spent[page, largest] > BOUND * spent[page, largest // _SMALLER]]
    for page in PAGES:
        ratio = spent[page, largest] / spent[page, largest // _SMALLER]
        say(f"{page:<40} {ratio:5.2f} times: {'FAILS' if page in failed else 'holds'}")
    is_quick = spent[REPORT, largest] < REPORT_SECONDS
    say(f"the yearly report in {spent[REPORT, largest]:.2f} s: {'holds' if is_quick else 'FAILS'}")
    return 1 if failed or not is_quick else 0


def _looked_at(client: Client, page: str) -> float:
    """The median of some looks, after one that warms up."""
    times = []
    for _ in range(_LOOKS + 1):
        began = time.perf_counter()
        answer = client.get(page)
        times.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"{page}: {answer.status_code}")
    return statistics.median(times[1:])
