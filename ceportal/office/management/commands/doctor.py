"""`manage.py doctor`: says part by part what a portal still lacks to be opened, and how to mend it.

Ends with 1 as long as anything is missing that it cannot be opened without.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ceportal.office.services.readiness import Finding, findings


class Command(BaseCommand):
    help = "Say what is missing before the portal is opened."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(findings(now=timezone.now()))
        for finding in found:
            remedy = f" → {finding.remedy}" if finding.remedy else ""
            self.stdout.write(f"{_mark(finding)}  {finding.part}：{finding.text}{remedy}")
        missing = sum(finding.is_missing for finding in found)
        if missing:
            self.stdout.write(f"\n有 {missing} 项必须先处理。")
            sys.exit(1)
        self.stdout.write("\n可以运行。")


def _mark(finding: Finding) -> str:
    if finding.is_missing:
        return "缺失"
    return "注意" if finding.remedy else "正常"
