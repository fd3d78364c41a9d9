"""`manage.py due_on DATE… [--days 5]`: the day on which a limit counted from each date ends (A4)."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ceportal.kernel.selectors.calendar import due_after

MOST_DAYS = 1000


class Command(BaseCommand):
    help = "Show the last day of a limit in working days; 暂定 where the calendar is not published yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dates", nargs="+", metavar="DATE", help="2025-09-28 or 2025-12-25T16:30")
        parser.add_argument("--days", type=int, default=5)

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days 应为 1 到 {MOST_DAYS}。")
        moments = [(text, _moment(text)) for text in options["dates"]]
        for text, moment in moments:
            try:
                _, due, _ = due_after(moment, days)
            except OverflowError as error:
                raise CommandError(f"“{text}”太早或太晚，没有这样的日历。") from error
            self.stdout.write(f"{text} {due.day.isoformat()}{' 暂定' if due.is_provisional else ''}")


def _moment(text: str) -> datetime:
    """In Shanghai, unless the text names another zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}”不是日期，请写成 2025-09-28 或 2025-12-25T16:30。") from error
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
