"""`python -m tests.drill sqlite|postgresql`: everything is lost, and comes back from the backup into an empty place.

A running portal takes hours from a platform and makes certificates, by one signing key and by the one that took its
place; it is backed up, works on, and is killed with all its processes; its folder and its database are gone. Kept
apart, as the document says, are its secrets alone, those of `deploy/make-secrets.sh`. PostgreSQL's log is received as
it is written, and new files are copied beside it; SQLite has the backup alone. Meanwhile reviews have become overdue,
and reviewers were texted, at any hour (`TEXT_HOURS=0-24`): a disaster waits for none.
What comes back is proved by `reconcile`, `verify_audit`, `check_books` and a sheet of each key before anything runs,
then a portal starts on it. Printed: RPO (what was acknowledged and is missing, and the age of the oldest of it), RTO
(from the loss until the portal is ready), and which texts went out twice. Ends with 1 when anything does not hold.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

from tests.databases import tables
from tests.databases.servers import Cluster
from tests.faults.clients import Platform, records_of
from tests.faults.town import Town
from tests.portals import ROOT, until

PEOPLE = 6
# Seconds from before the backup until the reviews that wait become overdue; rounds of the clock are 2 s apart.
OVERDUE_IN, ROUNDS = 30, 12
AGE = f"""
from datetime import timedelta
from django.utils import timezone
from credits.models import Declaration
Declaration.objects.filter(due_at__isnull=False, overdue_at__isnull=True).update(
    due_at=timezone.now() + timedelta(seconds={OVERDUE_IN}))
"""


# Of deploy/systemd/ceportal.env, what the portal of the drill is given too.
SECRETS = ("CEPORTAL_SECRET_KEY_FILE", "CEPORTAL_SEALING_KEY_FILE", "CEPORTAL_INDEX_KEY_FILE", "SIGNING_KEY_FILE")


class Archived(Cluster):
    """PostgreSQL whose log `deploy/systemd/ceportal-wal.service` receives into `archive` as it is written."""

    def __init__(self, folder: Path, archive: Path) -> None:
        super().__init__(folder, is_durable=True)
        self.archive = archive
        self.receiver: subprocess.Popen[bytes] | None = None

    def _command(self, program: str, *arguments: object) -> list[str]:
        if program == "postgres":
            arguments += ("-c", "shared_buffers=128MB")
        return super()._command(program, *arguments)

    def receive(self) -> None:
        """By the commands of the unit, at this cluster's place."""
        *first, last = commands_of("wal", {
            "/usr/bin/pg_receivewal": str(self.binaries / "pg_receivewal"), "/backup/wal": str(self.archive),
        })  # fmt: skip
        self.archive.mkdir()
        # Where, the unit is told by its environment and wal.env.
        there = os.environ | {"PGHOST": str(self.folder), "PGUSER": "portal"}
        for command in first:
            subprocess.run(command, env=there, check=True)
        self.receiver = subprocess.Popen(last, env=there)

    def cut_off(self) -> None:
        """The machine is gone: nothing is written down any more, and the receiver has what it was sent."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-W", "stop")
        if self.process:
            self.process.wait(60)
            self.process = None
        if self.receiver:
            self.receiver.terminate()
            self.receiver.wait(60)
            self.receiver = None

    def owned(self, *folders: Path) -> None:
        for folder in folders:
            folder.mkdir(exist_ok=True)
            if self.as_user:
                subprocess.run(["chown", "-R", f"{self.as_user.pw_uid}:{self.as_user.pw_gid}", folder], check=True)

    def take_over(self, base: Path) -> None:
        """Become the cluster of a base backup, and run through the archive to its end."""
        shutil.copytree(base, self.data)
        (self.data / "recovery.signal").touch()
        with (self.data / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
            conf.write(f"\nrestore_command = 'cp {self.archive}/%f %p || cp {self.archive}/%f.partial %p'\n")
        self.owned(self.folder, self.data, self.archive)
        self.data.chmod(0o700)
        self.start()


@dataclass
class Ledger:
    """What the platform was told, and when (seconds of this process)."""

    platform: Platform
    at: dict[str, float] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def post(self, people: list[dict[str, str]]) -> None:
        for person in people:
            records = records_of(person)
            self.platform.post(records)
            self.at |= {str(record["record_id"]): time.monotonic() for record in records}


def main(database: str) -> int:
    django.setup()
    folder = Path(tempfile.mkdtemp(prefix="ceportal-drill-"))
    folder.chmod(0o755)
    try:
        return drill(folder, database)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def drill(folder: Path, database: str) -> int:
    (folder / "town" / "portal").mkdir(parents=True)
    with cluster(folder, "lost", database) as first:
        if first:
            tables.fill(first.url)
        else:
            tables.copy_to(folder / "town" / "portal" / "portal.sqlite3")
        secrets = made_secrets(folder / "installed")
        town = Town(folder / "town", first.url if first else None, patience=900, TEXT_HOURS="0-24", **secrets)
        try:
            told = Ledger(Platform(town))
            before, after = town.people(PEOPLE), town.people(PEOPLE)
            told.post(before[:1])
            until(lambda: town.issued(before) == 1, town.undone, 600)
            replaced = town.manage("replace_signing_key")
            assert replaced.returncode == 0, replaced.stderr
            told.post(before[1:])
            until(lambda: town.issued(before) == len(before), town.undone, 600)
            assert town.manage("shell", "--no-imports", "-c", AGE).returncode == 0
            made = back_up(town, folder)
            say(f"backed up: {size_of(folder / 'backup')} MB, {made.name}")
            no_key_is_in(folder / "backup", Path(secrets["SIGNING_KEY_FILE"]).parent, town.portal.data / "keys")
            told.post(after)
            until(lambda: "超期" in "".join(texts_of(town)), town.undone, OVERDUE_IN + 120)
            until(lambda: town.issued(after) == len(after), town.undone, 600)
            time.sleep(ROUNDS)
            if first:
                assert town.manage("backup", str(folder / "backup"), "--files").returncode == 0
        finally:
            town.portal.signal(signal.SIGKILL)
            town.portal.sweep()
            if first:
                first.cut_off()
    lost_at, told.texts = time.monotonic(), texts_of(town)
    shutil.rmtree(town.portal.data)
    shutil.rmtree(folder / "lost", ignore_errors=True)
    return restore(folder, database, made, told, lost_at)


def restore(folder: Path, database: str, made: Path, told: Ledger, lost_at: float) -> int:
    town, portal = told.platform.town, told.platform.town.portal
    portal.data.mkdir()
    with cluster(folder, "restored", database, made / "base") as second:
        if second:
            town.database_url = portal.environment["DATABASE_URL"] = portal.settings["DATABASE_URL"] = second.url
        steps = [("restore", str(made)), ("restore", "--hold"), ("reconcile",), ("verify_audit",), ("check_books",)]
        results = [town.manage(*step) for step in steps]
        sheets = a_sheet_of_each_key(town)
        steps += [("verify_certificate", sheet) for sheet in sheets]
        results += [town.manage("verify_certificate", sheet) for sheet in sheets]
        for step, result in zip(steps, results, strict=True):
            say(f"{' '.join(step[:2])}: {'ok' if not result.returncode else 'FAILED'} {result.stdout.strip()[-200:]}")
        town.portal = portal.again()
        try:
            town.portal.wait_until_ready(900)
            took = time.monotonic() - lost_at
            time.sleep(ROUNDS)
            there = {row[0] for row in town.ask("SELECT external_id FROM credits_claim")}
        finally:
            town.portal.signal(signal.SIGTERM)
            town.portal.sweep()
    twice = sorted({*told.texts} & {*texts_of(town)})
    say(f"{len(told.texts)} texts were sent before the loss; of them once more after it: {len(twice)} {twice[:3]}")
    missing = {name: lost_at - at for name, at in told.at.items() if name not in there}
    say(
        f"{database}: RTO {took:.0f} s; RPO {max(missing.values(), default=0):.0f} s"
        f" ({len(missing)} of {len(told.at)} acknowledged records lost)"
    )
    is_lost = bool(missing) and database == "postgresql"
    return int(is_lost or bool(twice) or any(result.returncode for result in results))


@contextmanager
def cluster(folder: Path, name: str, database: str, base: Path | None = None) -> Iterator[Archived | None]:
    if database == "sqlite":
        yield None
        return
    found = Archived(folder / name, folder / "archive")
    found.folder.mkdir()
    if base:
        found.take_over(base)
    else:
        found.start()
        found.receive()
    try:
        yield found
    finally:
        if found.receiver:
            found.cut_off()
        found.stop()


def commands_of(name: str, here: dict[str, str]) -> list[list[str]]:
    """What the unit runs, in order; words that are a path or a name of the machine it is for are replaced."""
    unit = (ROOT / "deploy" / "systemd" / f"ceportal-{name}.service").read_text(encoding="utf-8")
    lines = [line.partition("=")[2].split() for line in unit.splitlines() if line.startswith("ExecStart")]
    return [[here.get(word, word) for word in line] for line in lines]


def back_up(town: Town, folder: Path) -> Path:
    result = town.manage("backup", str(folder / "backup"), "--keep", "14")
    assert result.returncode == 0, result.stderr
    checked = town.manage("check_backups", str(folder / "backup"))
    assert checked.returncode == 0, checked.stderr
    return Path(result.stdout.strip().splitlines()[-1])


def made_secrets(place: Path) -> dict[str, Any]:
    """As section 3 of docs/operations/install.md makes them, in a folder of their own; which settings name them."""
    place.mkdir()
    script = shutil.copy(ROOT / "deploy" / "make-secrets.sh", place)
    subprocess.run([script], check=True, capture_output=True)
    unit = (ROOT / "deploy" / "systemd" / "ceportal.env").read_text(encoding="utf-8")
    said = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    return {name: str(place / "secrets" / Path(said[name]).name) for name in SECRETS}


def no_key_is_in(backup: Path, *folders: Path) -> None:
    """Of a PEM file the key alone: its certificate is carried."""
    found = [path.read_bytes() for keys in folders if keys.is_dir() for path in keys.iterdir() if path.is_file()]
    secrets = [text.partition(b"-----BEGIN CERT")[0].strip() for text in found]
    assert all(secrets), "a file of keys without a key"
    for path in backup.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret in data for secret in secrets), f"a key is in {path}"


def a_sheet_of_each_key(town: Town) -> list[str]:
    """Files that came back, of the first certificate each key signed; two keys have signed."""
    query = "SELECT signed_with, pdf_digest FROM certificates_certificate WHERE pdf_digest <> '' ORDER BY issued_at"
    of_key: dict[str, str] = {}
    for key, digest in town.ask(query):
        of_key.setdefault(key, digest)
    assert len(of_key) == 2, of_key
    return [str(town.portal.data / "certificates" / digest[:2] / f"{digest}.pdf") for digest in of_key.values()]


def texts_of(town: Town) -> list[str]:
    """What was texted: the mask of a phone and the words, sorted."""
    return sorted(path.read_text(encoding="utf-8") for path in (town.portal.data / "sms").rglob("*.txt"))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000


def say(text: Any) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ceportal.settings.test"
    sys.exit(main(sys.argv[1]))
