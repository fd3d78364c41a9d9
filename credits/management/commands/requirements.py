"""`manage.py requirements --area 410200 --year 2021 --level 中级 [--trade 会计] [--json]`: what holds, and why."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ceportal.kernel.rules.dated import FIRST_YEAR, LAST_YEAR, is_year
from credits.rules.requirements import Requirements
from credits.rules.ruleset import GROUPS, LEVELS, fields_of
from credits.rules.telling import told
from credits.selectors.places import is_place
from credits.selectors.regulation import requirements


class Command(BaseCommand):
    help = "Show what a year asks in a place of a title level and trade."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--area", required=True, help="six digits, or CN")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--level", required=True, choices=[*LEVELS, *GROUPS])
        parser.add_argument("--trade", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        area, year, level, trade = options["area"], options["year"], options["level"], options["trade"].strip()
        if not is_place(area):
            raise CommandError(f"没有代码为 {area} 的地区。")
        if not is_year(year):
            raise CommandError(f"年度应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，没有 {year} 年度。")
        found = requirements(area, year, level, trade)
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
