"""`manage.py restore BACKUP`: bring files, and an SQLite database, of a backup into an empty DATA_DIR.

`manage.py restore --hold`, with the database there and before anything else runs: put aside what may have been sent.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.office.services.backing_up import CannotBackUp, hold_outbox, put_back


class Command(BaseCommand):
    help = "Bring a backup back; --hold puts aside what may have been sent since."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", type=Path)
        parser.add_argument("--hold", action="store_true", help="put aside what is still to be sent")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["backup"]:
                put_back(options["backup"])
                self.stdout.write("文件已恢复。")
        except CannotBackUp as reason:
            raise CommandError(str(reason)) from reason
        if options["hold"]:
            self.stdout.write(f"已搁置 {hold_outbox(now=timezone.now())} 项待送消息，核实后在“运行状态”重试。")
