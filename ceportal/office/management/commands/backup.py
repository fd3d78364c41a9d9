"""`manage.py backup [FOLDER]`: the database as of now and every file, without keys (docs/operations/backup.md).

`--files`, between two of them: new files alone, beside the database's own log. `--keep 14`: afterwards the older ones
go, and what of the log only they needed.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.office.management.folders import add_folder, folder_of
from ceportal.office.services.backing_up import CannotBackUp, back_up, copy_files
from ceportal.office.services.backups_kept import forget_old


class Command(BaseCommand):
    help = "Back up database and files into a folder outside DATA_DIR."
    # Every minute: checking costs as much as the rest of the start. `make check` checks.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        add_folder(parser)
        parser.add_argument("--files", action="store_true", help="new files alone, onto the shelf")
        parser.add_argument("--keep", type=int, default=0, help="how many whole backups stay; without it all do")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, now = folder_of(options), timezone.now()
        try:
            if options["files"]:
                copy_files(folder)
                return
            made: Path = back_up(folder, now=now)
        except CannotBackUp as reason:
            raise CommandError(str(reason)) from reason
        if options["keep"] > 0:
            forget_old(folder, keep=options["keep"], now=now)
        self.stdout.write(str(made))
