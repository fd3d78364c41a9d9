"""`manage.py tick [--now ISO]`: every job of the clock once, in order, without broker or worker."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.kernel.rules.dated import FIRST_YEAR, LAST_YEAR, is_year
from ceportal.kernel.rules.moments import moment_in
from ceportal.office.services.clock import run_all


class Command(BaseCommand):
    help = "Run every job of the clock once, in order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="pretend it is this moment (demo, sandbox and tests only)")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in run_all(now=_moment(options["now"])):
            self.stdout.write(name)


def _moment(text: str | None) -> datetime:
    """`text` as a moment, in Shanghai where it names no offset, in a year that may be asked about."""
    if text is None:
        return timezone.now()
    if not (settings.DEMO or settings.TESTING):
        raise CommandError("正式运行的系统不能用 --now 改变时间。")
    moment = moment_in(text)
    if moment is None:
        raise CommandError(f"“{text}”不是时间，--now 请写成 2026-12-31 或 2026-12-31T08:00:00+08:00。")
    if not is_year(moment.year):
        raise CommandError(f"--now 应在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间，没有“{text}”的日历。")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
