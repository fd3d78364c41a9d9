"""`manage.py archive_year FILE --year 2020`: write an old year's hours of platforms into FILE; says its digest.

`archive_year FILE --remove DIGEST` takes out of the ledger what stands in it, `--bring-back DIGEST` puts it back; alone
it says what FILE holds. docs/operations/scale.md says when.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.kernel.rules.refusal import Refused
from credits.services.archiving import bring_back, check_archive, remove_archived, write_archive


class Command(BaseCommand):
    help = "Write an old year's hours of platforms into a file, take them out of the ledger, put them back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--year", type=int)
        act.add_argument("--remove", metavar="DIGEST")
        act.add_argument("--bring-back", metavar="DIGEST")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._act(options["file"], options["year"], options["remove"], options["bring_back"])
        except Refused as refused:
            raise CommandError(refused.reasons[0].message) from refused

    def _act(self, file: Path, year: int | None, remove: str | None, back: str | None) -> None:
        now = timezone.now()
        if remove or back:
            work = remove_archived if remove else bring_back
            done, left = work(file, digest=remove or back or "", now=now)
            self.stdout.write(f"已{'移出' if remove else '恢复'} {done} 个账户的明细，{left} 个因有变动未处理。")
            return
        archived = write_archive(year, file, now=now) if year else check_archive(file)
        counts = "、".join(f"{name} {count}" for name, count in archived.counts.items())
        self.stdout.write(f"{archived.year} 年度：{counts or '没有可归档的明细'}。校验值 {archived.digest}")
