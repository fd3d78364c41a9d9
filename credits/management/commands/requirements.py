"""`manage.py requirements --area 410200 --year 2021 --level 中级 [--trade 会计] [--json]`: what holds, and why."""

import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ceportal.kernel.rules.dated import FIRST_YEAR, LAST_YEAR, is_year
from credits.rules.requirements import Requirements
from credits.rules.ruleset import GROUPS, LEVELS, fields_of
from credits.rules.telling import told
from credits.selectors.places import is_place
from credits.selectors.regulation import read_trade, requirements, rule_book

# int() alone takes 20２5, 2_025 and +2025 too. Whether there is such a year is asked afterwards.
_YEAR = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class Command(BaseCommand):
    help = "Show what a year asks in a place of a title level and trade."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--area", required=True, help="six digits, or CN")
        parser.add_argument("--year", required=True, type=_year)
        parser.add_argument("--level", required=True, choices=[*LEVELS, *GROUPS])
        parser.add_argument("--trade", default="", help="会计, or a title series such as 会计人员")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        area, year, level, book = options["area"], options["year"], options["level"], rule_book()
        if not is_place(area):
            raise CommandError(f"没有代码为 {area} 的地区。")
        if not is_year(year):
            raise CommandError(f"年度应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，没有 {year} 年度。")
        trade, faults = read_trade(options["trade"], book)
        if faults:
            raise CommandError(faults[0].message)
        found = requirements(area, year, level, trade, book=book)
        asked = {"area": area, "year": year, "level": level, "trade": trade}
        if options["json"]:
            self.stdout.write(json.dumps(asked | told(found), ensure_ascii=False, indent=2))
        else:
            self._tell(found)

    def _tell(self, found: Requirements | None) -> None:
        if found is None:
            self.stdout.write("这一年度没有适用的规定。")
            return
        self.stdout.write(f"{found.name}（{found.document}），单位：{found.unit}")
        for name, field in fields_of(found).items():
            self.stdout.write(f"  {name}: {field.value}  [{field.clause}] {field.status}")


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise ArgumentTypeError(f"年度应写成 2025 这样的数字，没有“{text}”年度。")
    return int(text)
