"""An old year of a laid province leaves for a file and comes back, and a new year is opened: rows a second, what stays.

By the portal's own services, on the province of `bench-pages`. Ends with 1 when anybody was left, when another year's
totals changed, when the page of the year that left does not say so, when the ledger no longer agrees with itself, or
when the first hours of a new year cost more than `_DEARER` times those of a running one.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import time_machine
from django.db import connection
from django.db.models import Count, Sum
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.fields import id_in_clear
from accounts.models import Professional
from credits.enums import Door
from credits.models import Claim, HourEntry, YearAccount
from credits.rules.archiving import KEPT_WHOLE, SOURCE
from credits.selectors.reconciliation import mismatches
from credits.services.archiving import Archived, bring_back, remove_archived, write_archive
from credits.services.batches import MOST_RECORDS, post_batch
from credits.services.weighing import Speaker
from tests.benches.posting.register import lift_bursts, open_platform, platform_client
from tests.benches.province.laying import laid_down
from tests.credits.platforms import recognise
from tests.machine import machine
from tests.matrix.town import NOW

ENTRIES = 200_000
OLD, NEW = NOW.year - KEPT_WHOLE - 1, NOW.year + 1
NEW_YEARS_DAY = datetime(NEW, 1, 4, 10, 0, tzinfo=NOW.tzinfo)
MADE_UP, SAYS_SO = "示例", "明细已归档"
_PEOPLE, _DEARER = 5_000, 1.5
T = TypeVar("T")
Totals = dict[int, tuple[int, Decimal, Decimal]]


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Years:
    """What a year's accounts add up to, what its entries do, and how many entries there are."""

    totals: Totals

    @classmethod
    def now(cls) -> "Years":
        hours = HourEntry.objects.order_by().values_list("year").annotate(rows=Count("pk"), sum=Sum("hours"))
        sums = Sum("public") + Sum("professional_hours") + Sum("elective")
        accounts = dict(YearAccount.objects.order_by().values_list("year").annotate(sum=sums))
        return cls({year: (rows, total, accounts[year]) for year, rows, total in hours})

    def others(self) -> Totals:
        return {year: of for year, of in self.totals.items() if year != OLD}

    def sums(self) -> tuple[Decimal, Decimal]:
        return self.totals[OLD][1:]


def main(count: int = ENTRIES) -> int:
    """`count` is how many entries the province has, of five years."""
    say(machine(), connection.vendor)
    say(laid_down("archive", count))
    with time_machine.travel(NOW, tick=True), tempfile.TemporaryDirectory(prefix="archive-") as folder:
        held = _archived(Path(folder) / f"{OLD}.jsonl.gz")
    held += _opened()
    found = list(mismatches())
    say(f"the ledger disagrees with itself in {len(found)} places")
    held.append(not found)
    say(f"afterwards: {machine()}")
    return 0 if all(held) else 1


def _archived(file: Path) -> list[bool]:
    before, space = Years.now(), _space()
    archived, written = _timed(lambda: write_archive(OLD, file, now=timezone.now()))
    rows = archived.counts["claims"] + archived.counts["entries"]
    accounts = archived.counts["accounts"]
    say(f"{OLD}: {before.totals[OLD][0]:,} entries; {rows:,} rows of {accounts:,} accounts may leave")
    say(f"written in {written:.1f} s, {rows / written:,.0f} rows a second; {file.stat().st_size / 1e6:.1f} MB")
    (_, left), removed = _timed(lambda: remove_archived(file, digest=archived.digest, now=timezone.now()))
    stay = HourEntry.objects.filter(year=OLD).count()
    say(f"removed in {removed:.1f} s, {rows / removed:,.0f} rows a second, {1000 * removed / accounts:.1f} ms a person")
    say(f"left: {left} accounts; {stay:,} entries stay, sums of what left among them")
    after = Years.now()
    held = [
        _holds("accounts-left", left, 0),
        _holds("other-years-changed", sum(before.others()[year] != of for year, of in after.others().items()), 0),
        _holds("sums-of-the-year-changed", int(after.sums() != before.sums()), 0),
        _holds("pages-that-do-not-say-so", int(not _page_says_so()), 0),
        _holds("disagreements", len(list(mismatches())), 0),
    ]
    _vacuum()
    say(f"claims and entries lay on {space:.1f} MB, now on {_space():.1f}")
    return [*held, *_brought_back(file, archived, before)]


def _brought_back(file: Path, archived: Archived, before: Years) -> list[bool]:
    (done, left), took = _timed(lambda: bring_back(file, digest=archived.digest, now=timezone.now()))
    rows = archived.counts["claims"] + archived.counts["entries"]
    say(f"brought back in {took:.1f} s, {rows / took:,.0f} rows a second: {done:,} accounts, {left} left")
    return [_holds("years-changed-there-and-back", int(Years.now() != before), 0)]


def _page_says_so() -> bool:
    """The page of the year, as somebody sees it whose hours left."""
    person = Claim.objects.filter(source=SOURCE, year=OLD).order_by("pk").select_related("professional__user")[0]
    assert person.professional is not None
    client = Client()
    client.force_login(person.professional.user)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        answer = client.get(reverse("office:my_year_of", args=[OLD]))
    return answer.status_code == 200 and SAYS_SO in answer.content.decode()


def _opened() -> list[bool]:
    """The same people's first hours of a new year, and as many of the running one."""
    with time_machine.travel(NOW, tick=True):
        open_platform()
        lift_bursts()
        running, _ = _posted(NOW.date() - timedelta(days=3))
    with time_machine.travel(NEW_YEARS_DAY, tick=True):
        recognise(platform_client().organization, year=NEW)
        opened, people = _posted(NEW_YEARS_DAY.date() - timedelta(days=1))
    accounts = YearAccount.objects.filter(year=NEW).count()
    say(f"{NEW}: the first hours of {people:,} people in {opened:.1f} s, {people / opened:,.0f} a second")
    say(f"{NOW.year}: as many in {running:.1f} s, {people / running:,.0f} a second")
    return [
        _holds("new-year-to-running-one", opened / running, _DEARER),
        _holds("people-without-an-account", people - accounts, 0),
    ]


def _posted(day: date) -> tuple[float, int]:
    """Seconds for one record of each, in whole batches, and how many people they are of."""
    client, spent, people = platform_client(), 0.0, 0
    speaker = Speaker(Door.PLATFORM, client.organization, client.client_id)
    for records in _batches(day):
        post = partial(post_batch, records, speaker=speaker, digest="0" * 64, now=timezone.now(), client=client)
        answer, took = _timed(post)
        assert answer["counts"]["accepted"] == len(records), answer["counts"]
        spent, people = spent + took, people + len(records)
    return spent, people


def _batches(day: date) -> Iterator[Sequence[dict[str, Any]]]:
    made_up = Professional.objects.filter(name__startswith=MADE_UP).order_by("pk")
    known = list(made_up.values_list("ref", "name", "id_sealed")[:_PEOPLE])
    records = [
        {
            "record_id": f"{day}-{number}", "id_number": id_in_clear(sealed, ref=ref), "name": name,
            "subject": "professional", "title": f"年初课程{number}", "hours": "2.0", "started_on": day.isoformat(),
            "completed_on": day.isoformat(),
        }
        for number, (ref, name, sealed) in enumerate(known)
    ]  # fmt: skip
    for start in range(0, len(records), MOST_RECORDS):
        yield records[start : start + MOST_RECORDS]


def _space() -> float:
    """MB of claims and entries with their indexes; of the whole file on SQLite."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            tables = [Claim._meta.db_table, HourEntry._meta.db_table]
            cursor.execute("SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) name", [tables])
        else:
            cursor.execute(
                "SELECT (page_count - freelist_count) * page_size"
                " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
            )
        return float(cursor.fetchone()[0]) / 1e6


def _vacuum() -> None:
    """As the clock of PostgreSQL does; the space goes back to the tables alone."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    done = act()
    return done, time.perf_counter() - began


def _holds(name: str, value: float, most: float) -> bool:
    say(f"ratio archive-{name} {value:.3g} needs at most {most:g}{'' if value <= most else '  SHORT'}")
    return value <= most
