"""A roster of 50,000 people through its door: read by its page, checked and credited in the background while its page
shows how far it is, each in a process whose memory is looked at; the one that checks is killed once on the way. And the
files that are refused before anything is parsed.

Ends with 1 when a bound does not hold.
"""

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.enums import Duty
from accounts.models import Employment, Professional
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.rules.sheets import MEGABYTE, MOST_ROWS, MOST_UNPACKED
from ceportal.kernel.web.sheets import read_batches
from credits.enums import RosterState
from credits.models import HourEntry, Roster
from credits.resources import RosterResource
from credits.rules.rosters import COLUMNS, GUIDE, SHEET
from credits.selectors.rosters import facts_of
from credits.services.roster_checks import AT_ONCE, check_rosters, keep_rows
from credits.services.roster_jobs import work_on_rosters
from credits.services.rosters import confirm_roster, start_roster
from tests import factories as make
from tests.benches.uploads import bound
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.machine import machine

PEOPLE, SECONDS, READ_SECONDS, MEGABYTES, REFUSED_WITHIN, LOOKS = 50_000, 60.0, 30.0, 300.0, 1.0, 5
# A worker that died is followed after so many seconds.
LEASE = 5
_FILE, _HOST = "roster.xlsx", {"HTTP_HOST": "localhost"}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


class Upload:
    """As Django hands it over."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size = BytesIO(data), len(data)

    def read(self, size: int = -1) -> bytes:
        return self.data.read(size)


def main(count: int = PEOPLE) -> int:
    sys.stdout.write(f"{machine()}, {connection.vendor}, {count} rows\n")
    roster = _begun(count)
    holds = [_in_a_process("read", roster)]
    if count > AT_ONCE:
        _killed(roster)
        holds.append(_in_a_process("check", roster, count))
    roster.refresh_from_db()
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=timezone.now())
    holds.append(_in_a_process("credit", roster, count))
    roster.refresh_from_db()
    sys.stdout.write(f"{roster.get_state_display()}: {roster.counts}, {HourEntry.objects.count()} entries\n")
    holds.append(roster.state == RosterState.DONE and HourEntry.objects.count() == count)
    holds += [_refused(name, data) for name, data in _too_much()]
    return 0 if all(holds) else 1


def read(ref: str) -> None:
    """What the page of the upload does with the file."""
    roster, began = Roster.objects.get(ref=ref), time.monotonic()
    data = (Path(settings.DATA_DIR) / _FILE).read_bytes()
    resource = RosterResource(facts_of(roster), today=timezone.localdate())
    lines = resource.read(read_batches(Upload(data), sheet=SHEET, skipped=(GUIDE,)))
    keep_rows(roster, lines, remarks=resource.remarks, by=roster.made_by, now=timezone.now())
    _tell(time.monotonic() - began)


def check(ref: str) -> None:
    """What the clock does, round after round; the lease of who was killed before has to run out."""
    began = time.monotonic()
    while Roster.objects.get(ref=ref).state == RosterState.CHECKING:
        if not check_rosters(now=timezone.now()):
            time.sleep(0.2)
    _tell(time.monotonic() - began)


def credit(_: str) -> None:
    """What the clock does, round after round."""
    began = time.monotonic()
    while work_on_rosters(now=timezone.now()):
        pass
    _tell(time.monotonic() - began)


def _tell(seconds: float) -> None:
    """Of this program alone: what its parent used before does not count."""
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    sys.stdout.write(f"{seconds} {int(peak.split()[1]) / 1024}\n")


def _started(name: str, roster: Roster) -> "subprocess.Popen[str]":
    start = f"from tests.benches.roster import {name}; {name}('{roster.ref}')"
    command = [sys.executable, "-B", "manage.py", "shell", "--no-imports", "-c", start]
    environment = os.environ | {"CLAIM_LEASE_SECONDS": str(LEASE)}
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)


def _killed(roster: Roster) -> None:
    """A worker that checks dies by kill -9 at about a third."""
    with _started("check", roster) as child:
        while child.poll() is None and (job := _job(roster)) and job.done * 3 < job.total:
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
    job = _job(roster)
    sys.stdout.write(f"killed after {job.done if job else 'all'} rows\n")


def _job(roster: Roster) -> Job | None:
    return Roster.objects.select_related("job").get(pk=roster.pk).job


def _in_a_process(name: str, roster: Roster, count: int = 0) -> bool:
    """Run `read`, `check` or `credit`, looking at the page of progress meanwhile."""
    client, seen, slowest = Client(), set[str](), 0.0
    client.force_login(roster.made_by)
    with _started(name, roster) as child:
        while child.poll() is None:
            began = time.monotonic()
            page = client.get(reverse("credits:roster_progress", args=[roster.ref]), **_HOST).content.decode()
            slowest = max(slowest, time.monotonic() - began)
            seen |= {page.partition('value="')[2].partition('"')[0]}
            time.sleep(0.5)
        said = child.stdout.read().split() if child.stdout else []
    if child.returncode or len(said) != 2:
        sys.stdout.write(f"{name} failed: {said}\n")
        return False
    most = READ_SECONDS if name == "read" else SECONDS
    holds = bound(f"{name}_seconds", float(said[0]), most, is_most=True, unit="s")
    holds = bound(f"{name}_memory", float(said[1]), MEGABYTES, is_most=True, unit="MB") and holds
    if name != "read":
        sys.stdout.write(f"the page of progress took {slowest:.2f} s at most\n")
        holds = (
            bound(f"{name}_progress_seen", len(seen - {""}), min(LOOKS, count // 2000), is_most=False, unit="steps")
            and holds
        )
    return holds


def _begun(count: int) -> Roster:
    """A base of this year's list, `count` people at work, and the file that names them."""
    year = timezone.localdate().year
    make_credits.rule_set(year_from=2016)
    base = make.organization("开封大学", at=make.area("410200"), is_base=True)
    teacher = make.give(make.user("量时间的人"), base, Duty.TEACH)
    make_roster.recognise(base, year=year)
    employer = make.employer("开封市第一实验中学")
    people = make_roster.crowd(employer, count)
    keys = Professional.objects.values_list("pk", flat=True)
    jobs = (Employment(professional_id=pk, organization=employer, started_on=make.JOINED_ON) for pk in keys)
    Employment.objects.bulk_create(jobs, batch_size=5_000)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    for line in (list(COLUMNS), *([number, name, None, "合格", None] for number, name in people)):
        sheet.append(line)
    book.save(Path(settings.DATA_DIR) / _FILE)
    day = date(year, 1, 2)
    facts = make_roster.class_facts(title="公需科目面授班", started_on=day, ended_on=day, hours=Decimal(8))
    return start_roster(organization=base, facts=facts, by=teacher, now=timezone.now())


def _too_much() -> Iterator[tuple[str, bytes]]:
    """Files that must not be parsed: too many rows, too much inside, packed too well."""
    row = '<row><c t="inlineStr"><is><t>{:018d}</t></is></c></row>'
    rows = "".join(row.format(n * 7919**3 % 10**18) for n in range(MOST_ROWS + 2))
    yield f"more than {MOST_ROWS} rows", _book(f"{_HEAD}{rows}</sheetData></worksheet>".encode())
    lines = (os.urandom(4_000).hex() + " " * 92_000 for _ in range(MOST_UNPACKED // 100_000 + 1))
    yield "more than 100 MB unpacked", _book("".join(lines).encode(), level=1)
    yield "packed more than 100 to 1", _book(_HEAD.encode() + b" " * 50 * MEGABYTE)


def _book(sheet: bytes, level: int = 9) -> bytes:
    """A real workbook with another sheet in it."""
    real, content = BytesIO(), BytesIO()
    Workbook().save(real)
    with (
        zipfile.ZipFile(real) as whole,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as made,
    ):
        for name in whole.namelist():
            made.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else whole.read(name))
    return content.getvalue()


def _refused(name: str, data: bytes) -> bool:
    began, code = time.monotonic(), ""
    try:
        rows: list[Any] = list(read_batches(Upload(data), sheet=SHEET))
    except Refused as refused:
        code = refused.reasons[0].code
    else:
        code = f"READ {len(rows)} batches"
    took = time.monotonic() - began
    sys.stdout.write(f"{name}, {len(data) / MEGABYTE:.1f} MB: {code}\n")
    return bound("refused_seconds", took, REFUSED_WITHIN, is_most=True, unit="s") and not code.startswith("READ")
