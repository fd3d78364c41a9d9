"""Certificates: a sheet of 30 items against plain WeasyPrint and against typst with the same content, its size, the
memory of a worker, and sheets a second drawn, signed, stored and published through Celery with two workers.

Each bound is a line `ratio NAME VALUE needs BOUND`; ends with 1 when one does not hold. What was said is put into
docs/benchmarks.md. Where other work shares the machine, the processor time of a sheet tells more than the rate does.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.template import engines
from django.utils import timezone
from kombu import Connection
from weasyprint import CSS, HTML

from certificates.documents.assets import REGULAR
from certificates.documents.sheet import bases, qr_picture, render_sheet, split_name
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.rules.snapshots import digest
from certificates.services.sealing import make_signing_key
from tests import factories as make
from tests.certificates.factories import content
from tests.databases.servers import Broker
from tests.machine import machine

_PLAIN = Path(__file__).parent / "plain"
_ITEMS, _ROUNDS, _SHEETS, _WARM = 30, 15, 400, 40
_A_MILLION = 1_000_000
_HEADING = "## Certificates"
_ABOUT = "`make bench-certificates` (tests/benches/certificates.py); SHEETS=1000 for more of them than 400."
_holds: list[bool] = []
_said: list[str] = []


def say(*words: object) -> None:
    _said.append(" ".join(str(word) for word in words) + "\n")
    sys.stdout.write(_said[-1])
    sys.stdout.flush()


def write(said: str) -> None:
    """In place of what stood below the heading, up to the next one."""
    path = Path(settings.BASE_DIR) / "docs" / "benchmarks.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(f"\n{_HEADING}\n")
    _, following, after = rest.partition("\n## ")
    section = f"{_HEADING}\n\n{_ABOUT} {timezone.localdate()}.\n\n```\n{said}```\n"
    path.write_text(f"{before.rstrip()}\n\n{section}{following}{after}", encoding="utf-8")


def bound(name: str, value: float, needs: float, *, at_least: bool = False) -> bool:
    _holds.append(value >= needs if at_least else value <= needs)
    word = "" if _holds[-1] else "  SHORT"
    say(f"ratio {name} {value:.3f} needs {'>=' if at_least else '<='} {needs:g}{word}")
    return _holds[-1]


def main(sheets: int = _SHEETS) -> int:
    say(machine())
    call_command("load_reference", verbosity=0)
    _against_plain()
    _against_typst()
    memory(sheets)
    _end_to_end(sheets)
    write("".join(_said))
    return 0 if all(_holds) else 1


def plain() -> bytes:
    """The same content as anybody would set it: tables, the system's face, everything read anew."""
    said = content(_ITEMS)
    whose, what = split_name(said["name"])
    code = f"data:image/png;base64,{b64encode(qr_picture(said['verify_url'])).decode()}"
    context = {"sheet": said, "whose": whose, "what": what, "bases": bases(said["thresholds"]), "qr": code}
    template = engines["django"].from_string((_PLAIN / "sheet.html").read_text(encoding="utf-8"))
    return HTML(string=template.render(context)).write_pdf(stylesheets=[CSS(filename=_PLAIN / "sheet.css")])


def _against_plain() -> None:
    said = content(_ITEMS)
    plain(), render_sheet(said)
    spent = [(_timed(plain), _timed(lambda: render_sheet(said))) for _ in range(_ROUNDS)]
    theirs, ours = (1000 * statistics.median(times) for times in zip(*spent, strict=True))
    say(f"{_ITEMS} items, unsigned: plain {theirs:.0f} ms, ours {ours:.0f} ms (processor time, medians)")
    bound("sheet_to_plain", statistics.median(our / their for their, our in spent), 0.35)
    bound("file_kb", len(render_sheet(said)) / 1000, 100)


def _against_typst() -> None:
    """By its compiler kept, with our whole faces."""
    try:
        import typst  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415 - in a folder of its own
    except ImportError:
        say("typst is not installed: no ratio to it")
        return
    said = content(_ITEMS)
    with tempfile.TemporaryDirectory(prefix="typst-") as folder:
        shutil.copy(_PLAIN / "sheet.typ", folder)
        (Path(folder) / "qr.png").write_bytes(qr_picture(said["verify_url"]))
        compiler = typst.Compiler(str(Path(folder) / "sheet.typ"), font_paths=[str(REGULAR.parent)])

        def theirs() -> bytes:
            number = f"{said['number']}{time.monotonic_ns()}"
            return bytes(compiler.compile(sys_inputs={"sheet": json.dumps(said | {"number": number})}))

        theirs()
        spent = [(_timed(theirs), _timed(lambda: render_sheet(said))) for _ in range(_ROUNDS)]
        their, ours = (1000 * statistics.median(times) for times in zip(*spent, strict=True))
        say(f"typst {their:.0f} ms, {len(theirs()) / 1000:.0f} KB; ours takes {ours / their:.1f} times as long")


def memory(sheets: int) -> bool:
    """Whether this process holds no more memory after so many sheets of 30 items than before them."""
    for _ in range(_WARM):
        render_sheet(content(_ITEMS))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(sheets):
        render_sheet(content(_ITEMS))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say(f"memory {before // 1024} MB after {_WARM} sheets, {after // 1024} MB after {sheets} more")
    return bound("memory_growth", after / before, 1.1)


def _end_to_end(sheets: int) -> None:
    """Promised rows, two processes of a Celery worker, until all are published."""
    make_signing_key(now=timezone.now() - timedelta(minutes=1))
    _promise(sheets)
    with tempfile.TemporaryDirectory(prefix="broker-") as folder:
        broker = Broker(Path(folder))
        broker.start()
        command = [
            sys.executable,
            "-B",
            "-m",
            "celery",
            "--quiet",
            "--app",
            "ceportal.celery",
            "worker",
            "--concurrency",
            "2",
        ]
        worker = subprocess.Popen(
            [*command, "--loglevel", "ERROR"],
            env=os.environ | {"REDIS_URL": broker.url}, cwd=settings.BASE_DIR, start_new_session=True,
        )  # fmt: skip
        try:
            with Connection(broker.url) as connection:
                for _ in range(2 * (sheets // 200 + 2)):
                    current_app.send_task("certificates.make_sheets", connection=connection)
            rate, each = _rate(sheets, worker.pid)
        finally:
            worker.terminate()
            worker.wait()
            broker.stop()
    hours = f"a million in {_A_MILLION / rate / 3600:.1f} hours" if rate else "not all were done"
    say(f"through Celery with two workers: {rate:.1f} sheets/s; {hours}; load {os.getloadavg()[0]:.1f}")
    if each:
        say(f"processor time {1000 * each:.0f} ms a sheet in all: two cores to themselves would do {2 / each:.1f}/s")
    bound("sheets_a_second", rate, 20, at_least=True)


def _rate(sheets: int, session: int, most_seconds: int = 600) -> tuple[float, float]:
    """Sheets a second from when the workers are warm until the last is published, and processor seconds of each."""
    until = time.monotonic() + most_seconds
    began, first, before = 0.0, 0, 0.0
    while time.monotonic() < until:
        issued = Certificate.objects.filter(state=CertificateState.ISSUED).count()
        if issued >= _WARM and not began:
            began, first, before = time.monotonic(), issued, _spent(session)
        if issued >= sheets:
            done = issued - first
            return done / (time.monotonic() - began), (_spent(session) - before) / done
        time.sleep(0.1)
    return 0.0, 0.0


def _spent(session: int) -> float:
    """Processor seconds of all processes of a session."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _promise(count: int) -> None:
    """One person with a certificate of very many years: what a sheet costs does not depend on whose it is."""
    person = make.professional(works_at=make.employer())
    for place in range(count):
        said = content(_ITEMS, number=f"410200-2025-{place:07d}-0", year=1000 + place)
        Certificate.objects.create(
            professional=person, year=1000 + place, number=said["number"], token=f"bench-{place}", account_version=1,
            snapshot=said, snapshot_digest=digest(said), promised_at=timezone.now(),
        )  # fmt: skip


def _timed(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
