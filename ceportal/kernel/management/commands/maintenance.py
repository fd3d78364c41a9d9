"""`manage.py maintenance [closed|read-only|off] [--until 2026-12-01T06:00]`: close the portal, or let people only look.

Needs no database. On several machines it is said on each.
"""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.kernel.rules.maintenance import CLOSED, MODES, Maintenance
from ceportal.kernel.rules.moments import moment_in
from ceportal.kernel.selectors.maintenance import maintenance, maintenance_file

_WORDS = {CLOSED: "已关闭：所有页面和接口回答“正在维护”，定时处理暂停", "read-only": "只读：能看不能改，定时处理照常"}


class Command(BaseCommand):
    help = "Close the portal for maintenance, let people only look, or open it again."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mode", nargs="?", choices=(*MODES, "off"), help="without it: say what holds")
        parser.add_argument("--until", metavar="MOMENT", help="when it is expected to end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["mode"] == "off":
            maintenance_file().unlink(missing_ok=True)
        elif options["mode"]:
            _begin(options["mode"], options["until"])
        found = maintenance()
        self.stdout.write(_WORDS[found.mode] if found else "照常运行。")
        if found and found.until:
            self.stdout.write(f"预计到 {timezone.localtime(found.until):%Y-%m-%d %H:%M}。")


def _begin(mode: str, until: str | None) -> None:
    end = moment_in(until) if until else None
    if until and end is None:
        raise CommandError(f"“{until}”不是时间，--until 请写成 2026-12-01T06:00。")
    if end and timezone.is_naive(end):
        end = timezone.make_aware(end)
    file = maintenance_file()
    draft = file.with_suffix(".new")
    draft.write_text(Maintenance(mode, timezone.now(), end).written(), encoding="utf-8")
    os.replace(draft, file)
