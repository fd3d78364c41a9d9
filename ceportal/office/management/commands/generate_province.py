"""`manage.py generate_province --people N --years 5`: a made-up province; broken off, it goes on where it was."""

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import TitleSeries
from ceportal.office.demo.province import generate
from ceportal.office.services.counting import keep_sums
from ceportal.office.services.counting_days import count_days

_MOST_YEARS = 10


class Command(BaseCommand):
    help = "Fill the portal with a made-up province to try it at size (never where it works in earnest)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, required=True)
        parser.add_argument("--years", type=int, default=5)

    def handle(self, *args: Any, **options: Any) -> None:
        people, years = options["people"], options["years"]
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("正式运行的系统不能生成示例数据。")
        if people < 1 or not 1 <= years <= _MOST_YEARS:
            raise CommandError(f"--people 至少 1，--years 为 1 至 {_MOST_YEARS}。")
        if not TitleSeries.objects.exists():
            raise CommandError("请先运行 manage.py prepare，载入地区和规则。")
        now, began, first = timezone.now(), monotonic(), None
        for done in generate(people, years=years, now=now):
            first = done if first is None else first
            speed = (done - first) / (monotonic() - began) if done > first else 0
            left = f"，约剩 {(people - done) / speed:.0f} 秒" if speed else ""
            self.stdout.write(f"{done} / {people} 人{left}")
        self.stdout.write("汇总统计数字")
        keep_sums()
        while count_days(now=now):
            pass
