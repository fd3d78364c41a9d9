"""`manage.py due_on DATE… [--days 5]`: the day on which a limit counted from each date ends (A4)."""

import re
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ceportal.kernel.rules.moments import moment_in
from ceportal.kernel.selectors.calendar import due_after

MOST_DAYS = 1000
_DAYS = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class Command(BaseCommand):
    help = "Show the last day of a limit in working days; 暂定 where the calendar is not published yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dates", nargs="+", metavar="DATE", help="2025-09-28 or 2025-12-25T16:30")
        parser.add_argument("--days", default="5", help=f"working days, 1 to {MOST_DAYS}")

    def handle(self, *args: Any, **options: Any) -> None:
        """All the lines, or none of them and what is wrong."""
        days = _days(str(options["days"]))
        self.stdout.write("\n".join([_line(text, days) for text in options["dates"]]))


def _line(text: str, days: int) -> str:
    moment = _moment(text)
    try:
        _, due, _ = due_after(moment, days)
    except OverflowError as error:
        raise CommandError(f"“{text}”太早或太晚，没有这样的日历。") from error
    return f"{text} {due.day.isoformat()}{' 暂定' if due.is_provisional else ''}"


def _days(text: str) -> int:
    if not _DAYS.fullmatch(text) or int(text) > MOST_DAYS:
        raise CommandError(f"--days 应为 1 到 {MOST_DAYS} 的整数，没有“{text}”个工作日的期限。")
    return int(text)


def _moment(text: str) -> datetime:
    """In Shanghai, unless the text names another zone."""
    moment = moment_in(text)
    if moment is None:
        raise CommandError(f"“{text}”不是日期，请写成 2025-09-28 或 2025-12-25T16:30。")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
