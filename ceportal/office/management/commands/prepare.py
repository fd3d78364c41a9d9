"""`manage.py prepare`: what a start of `make run` needs and is not done yet. A second start finds nothing to do.

What was done is noted in the database it was done to, with a digest of the files it came from: another database, or
a newer version of the portal, is prepared anew (every step may be done twice).
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ceportal.kernel.models import Heartbeat
from ceportal.office.selectors.health import database_answers
from ceportal.office.services.beginnings import note_beginnings

OUR_APPS = ("ceportal", "accounts", "bases", "credits", "reviews", "certificates")
# Seconds between two looks at a database that is not there yet.
A_LOOK = 1
LOADS = {"reference data": "load_reference", "regulation": "load_regulation"}


class Command(BaseCommand):
    help = "Bring tables, reference data, demo and static files up to date."
    # Quick: `make check` checks.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-static", action="store_true", help="leave static files alone (the image has them)"
        )
        parser.add_argument("--wait", type=int, default=0, help="seconds to wait for a database that does not answer")

    def handle(self, *args: Any, **options: Any) -> None:
        _wait_for_database(options["wait"])
        if _migrations_wait():
            self._do("tables", partial(call_command, "migrate", interactive=False, verbosity=0))
        source = _digest(_our_files())
        for what, command in LOADS.items():
            self._do_once(what, source, partial(call_command, command, verbosity=0))
        if settings.DEMO:
            demo = partial(call_command, "load_demo", verbosity=0)
            self._do_once("demo", f"{source} {settings.PUBLIC_URL}", demo, makes=Path(settings.DATA_DIR) / "demo.json")
        if not options["without_static"]:
            static = Path(settings.STATIC_ROOT)
            self._do_once("static files", _digest(_static_files()), _collect, makes=static / "staticfiles.json")
        note_beginnings(now=timezone.now())

    def _do_once(self, what: str, digest: str, act: Callable[[], object], makes: Path | None = None) -> None:
        """Do `act` unless it was done with this digest, and what it `makes` is still there."""
        name = f"prepared.{what}"
        is_there = makes is None or makes.exists()
        if is_there and Heartbeat.objects.filter(name=name, note=digest[:200]).exists():
            return
        self._do(what, act)
        Heartbeat.objects.update_or_create(name=name, defaults={"note": digest[:200], "at": timezone.now()})

    def _do(self, what: str, act: Callable[[], object]) -> None:
        started = time.monotonic()
        self.stdout.write(f"{what} … ", ending="")
        self.stdout.flush()
        act()
        self.stdout.write(f"{time.monotonic() - started:.1f} s")


def _wait_for_database(seconds: int) -> None:
    """After a crash it reads its log for minutes, and one on another machine may start later: whatever needs
    `ceportal-prepare` is not started again by systemd once that has failed. One that stays away fails the next step.
    """
    end = time.monotonic() + seconds
    while not database_answers() and time.monotonic() < end:
        time.sleep(A_LOOK)


def _migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _collect() -> None:
    """Beside those of the version before: pages that are open, and a server not restarted yet, ask for them."""
    call_command("collectstatic", interactive=False, verbosity=0)


def _our_files() -> Iterator[Path]:
    """Code and data that loading depends on."""
    for app in OUR_APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*")):
            if path.suffix in {".py", ".yaml", ".json", ".csv"}:
                yield path


def _static_files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))


def _digest(paths: Iterable[Path]) -> str:
    """Of names, sizes and times of change: quick, and wrong only towards doing something again."""
    digest = hashlib.sha256()
    for path in paths:
        facts = path.stat()
        digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
