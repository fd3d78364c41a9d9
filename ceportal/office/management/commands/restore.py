"""`manage.py restore BACKUP`: bring files, and an SQLite database, of a backup into an empty DATA_DIR.

`manage.py restore --hold`, with the database there and before anything else runs: put aside what may have been sent.

`manage.py restore --files [FOLDER]`, of a portal at work: bring back the files and certificates that are missing or
changed, from the backups in FOLDER (`BACKUP_DIR` unless it is said). Ends with 1 when some are in no backup either.

`manage.py restore --row KIND:REF --beside ADDRESS`, of a portal at work: bring back what `check_books` names so, as the
database of a backup has it. ADDRESS is where that one is (as in DATABASE_URL).
"""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from ceportal.kernel.shelves.kinds import ShelfAway
from ceportal.office.management.folders import folder_of
from ceportal.office.services.backing_up import CannotBackUp, hold_outbox, put_back
from ceportal.office.services.bringing_back import bring_back_files
from ceportal.office.services.rows_brought_back import KINDS, CannotBringBack, bring_back_rows

_MOST_TOLD = 20


class Command(BaseCommand):
    help = "Bring a backup back; --hold puts aside what may have been sent since; --files mends a portal at work."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="a backup; with --files, where backups lie")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--hold", action="store_true", help="put aside what is still to be sent")
        what.add_argument("--files", action="store_true", help="bring back what is missing or changed")
        what.add_argument("--row", metavar="KIND:REF", help="bring back what check_books names so")
        parser.add_argument("--beside", metavar="ADDRESS", help="with --row: the database of a backup, as DATABASE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["files"]:
            self._bring_back(folder_of(options))
            return
        if options["row"]:
            self._bring_back_rows(options["row"], options["beside"])
            return
        try:
            if options["folder"]:
                put_back(options["folder"])
                self.stdout.write("文件已恢复。")
        except CannotBackUp as reason:
            raise CommandError(str(reason)) from reason
        if options["hold"]:
            self.stdout.write(f"已搁置 {hold_outbox(now=timezone.now())} 项待送消息，核实后在“运行状态”重试。")

    def _bring_back_rows(self, row: str, address: str | None) -> None:
        kind, _, ref = row.partition(":")
        if kind not in KINDS or not address:
            raise CommandError(f"请写成 --row 种类:编号 --beside 数据库地址，种类是 {'、'.join(KINDS)} 之一。")
        try:
            changed = bring_back_rows(kind, ref, address, now=timezone.now())
        except (CannotBringBack, DatabaseError) as reason:
            raise CommandError(str(reason)) from reason
        for each in changed:
            self.stdout.write(f"{each.table} {each.number}：{', '.join(each.columns)}")
        self.stdout.write(f"补回了 {len(changed)} 行。")

    def _bring_back(self, folder: Path) -> None:
        if not (folder / "shelf").is_dir():
            raise CommandError(f"{folder} 里没有备份。")
        try:
            brought, lacking = bring_back_files(folder, now=timezone.now())
        except ShelfAway as error:
            raise CommandError("文件存储没有应答；修好后再运行一次，会接着补。") from error
        self.stdout.write(f"补回了 {brought} 个文件。")
        for place in lacking[:_MOST_TOLD]:
            self.stderr.write(f"备份里也没有：{place}")
        if lacking:
            self.stderr.write(f"共有 {len(lacking)} 个文件补不回来。")
            sys.exit(1)
