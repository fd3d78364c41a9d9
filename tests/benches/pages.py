"""Every list and home page of every role at two sizes: at a hundred times the entries (or, of less than two million,
ten times) no page may take more than half as long again.

The town of the matrix stands in the middle of a made-up province, which grows around it (`generate_province`).
"""

import logging
import sys
import time

import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from credits.models import HourEntry
from tests.machine import machine
from tests.matrix.addresses import addresses
from tests.matrix.asking import client_of, sign_in
from tests.matrix.town import NOW, Town, build

LARGEST, YEARS, BOUND = 20_000_000, 5, 1.5
# Of a made-up person, over the years.
ENTRIES_EACH = 13.9
LOOKS, WORST = 3, 15
# The same desks elsewhere, and who has none.
ALIKE = frozenset({"colleague", "neighbour", "registrant", "unit_registrant", "nobody"})
Page = tuple[str, str]


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(largest: int = LARGEST) -> int:
    """`largest` is how many entries there are in the end."""
    logging.disable()
    times = 100 if largest >= 2_000_000 else 10
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        return _measured(largest, times)


def _measured(largest: int, times: int) -> int:
    say(machine(), connection.vendor)
    call_command("prepare", verbosity=0)
    with time_machine.travel(NOW, tick=False):
        town = build()
        town.cookies = {role: sign_in(user) for role, user in town.people.items()}
    _grow_to(largest // times)
    pages = [page for page in _pages(town) if _is_shown(town, page)]
    say(f"{len(pages)} pages of {len(town.cookies)} roles")
    before = {page: _looked_at(town, page) for page in pages}
    _grow_to(largest)
    after = {page: _looked_at(town, page) for page in pages}
    ratios = sorted(((after[page] / before[page], page) for page in pages), reverse=True)
    for ratio, (role, address) in ratios[:WORST]:
        spent = before[role, address], after[role, address]
        say(f"{ratio:6.2f}  {role:<20} {reverse(address):<40} {1000 * spent[0]:8.1f} {1000 * spent[1]:8.1f} ms")
    grown = [page for ratio, page in ratios if ratio > BOUND]
    say(f"ratio pages-worst {ratios[0][0]:.2f} needs at most {BOUND}{'  SHORT' if grown else ''}")
    say(f"ratio pages-grown {len(grown)} of {len(pages)} needs at most 0{'  SHORT' if grown else ''}")
    return int(bool(grown))


def _grow_to(entries: int) -> None:
    began = time.monotonic()
    with time_machine.travel(NOW, tick=True), override_settings(DEMO=True):
        people = round(entries / ENTRIES_EACH)
        call_command("generate_province", people=people, years=YEARS, verbosity=0, stdout=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say(f"{HourEntry.objects.count():,} entries after {time.monotonic() - began:.0f} s")


def _pages(town: Town) -> list[Page]:
    """Whatever can be asked for without naming a thing; the machines' doors are no pages."""
    known = [address.name for address in addresses() if not address.parameters]
    open_to_all = {name for name in known if _is_shown(town, ("anonymous", name))}
    roles = [role for role in town.cookies if role not in ALIKE and not role.startswith("foreign_")]
    return [
        (role, name)
        for role in roles
        for name in known
        if not reverse(name).startswith("/api/") and (role == "anonymous" or name not in open_to_all)
    ]


def _is_shown(town: Town, page: Page) -> bool:
    role, address = page
    with time_machine.travel(NOW, tick=True), transaction.atomic():
        answer = client_of(town.cookies[role], raises=False).get(reverse(address))
        transaction.set_rollback(True)
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def _looked_at(town: Town, page: Page) -> float:
    """Seconds of the quickest of some looks: what else the machine does only ever adds to them."""
    role, address = page
    client, path, times = client_of(town.cookies[role]), reverse(address), list[float]()
    with time_machine.travel(NOW, tick=True), transaction.atomic():
        for _ in range(LOOKS):
            began = time.perf_counter()
            _seen(client, path)
            times.append(time.perf_counter() - began)
        transaction.set_rollback(True)
    return min(times)


def _seen(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
