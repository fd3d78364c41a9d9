"""`manage.py verify_audit [--head NUMBER:DIGEST …]`: is the trail whole? Ends with 0 only when it is."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ceportal.kernel.rules.chaining import Verdict
from ceportal.kernel.selectors.trail_chain import verify_trail

_SHOWN = 50


class Command(BaseCommand):
    help = "Find every row of the trail that was changed, removed, put in, moved or cut off after it was sealed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", action="append", default=[], metavar="NUMBER:DIGEST", help="a head as it was printed or published"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_trail(now=timezone.now(), also=dict(_head(text) for text in options["head"]))
        for finding in verdict.findings[:_SHOWN]:
            self.stdout.write(finding)
        if len(verdict.findings) > _SHOWN:
            self.stdout.write(f"……另有 {len(verdict.findings) - _SHOWN} 处。")
        self.stdout.write(_summary(verdict))
        if not verdict.is_whole:
            sys.exit(1)


def _summary(verdict: Verdict) -> str:
    state = "完整" if verdict.is_whole else f"不完整，发现 {len(verdict.findings)} 处"
    waiting = f"，{verdict.unsealed} 条等待封存" if verdict.unsealed else ""
    return f"{state}：{verdict.events} 条记录，{verdict.runs} 段{waiting}。末段封存值 {verdict.head or '—'}"


def _head(text: str) -> tuple[int, str]:
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise CommandError(f"“{text}”不是封存值，--head 请写成 段号:64 位封存值。")
    return int(number), digest.lower()
