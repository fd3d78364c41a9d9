"""`manage.py check_backups [FOLDER]`: could the newest backup be restored? Ends with 1 and says what is wrong."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.office.management.folders import add_folder, folder_of
from ceportal.office.services.backups_kept import check_backups


class Command(BaseCommand):
    help = "Read the newest backup through: the database, the digest of every file, and that none is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        add_folder(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if found := check_backups(folder_of(options), now=timezone.now()):
            raise CommandError("\n".join(found))
        self.stdout.write("最近的备份完整。")
