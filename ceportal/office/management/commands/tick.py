"""`manage.py tick [--now ISO]`: every job of the clock once, in order, without broker or worker."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ceportal.office.services.clock import run_all


class Command(BaseCommand):
    help = "Run every job of the clock once, in order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="pretend it is this moment (demo, sandbox and tests only)")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in run_all(now=_moment(options["now"])):
            self.stdout.write(name)


def _moment(text: str | None) -> datetime:
    """`text` as a moment, in Shanghai where it names no offset."""
    if text is None:
        return timezone.now()
    if not (settings.DEMO or settings.TESTING):
        raise CommandError("--now is refused here: the clock of a portal at work is not to be turned.")
    try:
        moment = parse_datetime(text) or datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--now wants a moment such as 2026-12-31T08:00:00+08:00, not {text!r}") from error
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
