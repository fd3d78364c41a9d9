"""`manage.py load_regulation`: rule sets, activities and the calendar from `credits/regulation`. May run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ceportal.kernel.rules.refusal import Refused
from credits.selectors.regulation import names_set_aside
from credits.services.regulation import load_regulation


class Command(BaseCommand):
    help = "Load rule sets, activities, conversions and the calendar of working days."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = load_regulation(now=timezone.now())
        except Refused as refused:
            raise CommandError("\n".join(reason.message for reason in refused)) from refused
        if options["verbosity"]:
            self.stdout.write(
                f"规则集 {changed['rule_sets']} 个、学习方式 {changed['activities']} 项、"
                f"学时折算 {changed['conversions']} 条、日历 {changed['calendar']} 个年度有更新。"
            )
        for name in names_set_aside():
            self.stdout.write(f"规则集“{name}”已在工作台修改过，规则文件中不同的内容没有采用。")
