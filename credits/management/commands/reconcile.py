"""`manage.py reconcile`: proves by plain sums that accounts, claims and verdicts agree with the entries, or exits 1."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from credits.selectors.reconciliation import counted, mismatches


class Command(BaseCommand):
    help = "Check the ledger against itself by another path."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for mismatch in mismatches():
            found += 1
            self.stdout.write(f"{mismatch.code} {mismatch.year} {mismatch.ref} {mismatch.message}")
        count = counted()
        self.stdout.write(
            f"账户 {count['accounts']} 个，明细 {count['entries']} 条，来源 {count['claims']} 条，不一致 {found} 处。"
        )
        if found:
            sys.exit(1)
