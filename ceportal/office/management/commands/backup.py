"""`manage.py backup FOLDER`: the database as of now and every file, without keys (docs/operations/backup.md).

`manage.py backup FOLDER --files`, between two of them: new files alone, beside the database's own log.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.office.services.backing_up import CannotBackUp, back_up, copy_files


class Command(BaseCommand):
    help = "Back up database and files into a folder outside DATA_DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--files", action="store_true", help="new files alone, onto the shelf")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["files"]:
                copy_files(options["folder"])
                return
            self.stdout.write(str(back_up(options["folder"], now=timezone.now())))
        except CannotBackUp as reason:
            raise CommandError(str(reason)) from reason
