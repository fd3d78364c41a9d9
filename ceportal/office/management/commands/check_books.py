"""`manage.py check_books`: the independent checker, at once and to its end. Ends with 0 only when nothing was found."""

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from ceportal.office.rules.checking import KINDS
from ceportal.office.selectors.readers import READERS, read_twice

_SHOWN = 50


class Command(BaseCommand):
    help = "Check totals, states, years, certificates, files and the trail by another way than they were made."

    def handle(self, *args: Any, **options: Any) -> None:
        read: Counter[str] = Counter()
        found = []
        for kind, reader in READERS.items():
            after: int | None = 0
            while after is not None:
                chunk = read_twice(reader, after)
                read[kind] += chunk.read
                found += chunk.findings
                after = chunk.last
        for finding in found[:_SHOWN]:
            self.stdout.write(f"{finding.kind} {finding.ref} {KINDS[finding.kind]}")
        self.stdout.write(f"{'、'.join(f'{kind} {count}' for kind, count in read.items())}；发现 {len(found)} 处。")
        if found:
            sys.exit(1)
