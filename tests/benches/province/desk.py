"""The home of a whole province, its lists and its yearly report; an export as long as one may be."""

import time
from collections.abc import Sequence
from pathlib import Path

import time_machine
from django.test import Client

from accounts.models import User
from ceportal.office.enums import ExportKind, ExportState
from ceportal.office.models import Export
from ceportal.office.rules.staff import Asked
from ceportal.office.services.exports import ask_to_export, decide_on_export, place_of, work_on_exports
from tests.benches.province.laying import CLERK, SECOND_CLERK, people_of
from tests.benches.province.looker import timed
from tests.matrix.town import NOW

# By the beginning of made-up names: 10,000 of them, and 100,000.
SHORT, LONG = "示例000", "示例00"


class Looks:
    pages: Sequence[str] = (
        "/overview/",
        "/statistics/",
        "/statistics/?by=trade",
        "/statistics/people/",
        "/statistics/people/?standing=less",
        "/overview/waiting/",
        "/admin/",
        "/admin/reviews/recordedhours/",
        "/admin/reviews/creditedhours/",
        "/admin/credits/heldhours/",
        "/admin/certificates/certificate/",
    )

    def __init__(self, only: list[str]) -> None:
        self.pages = [page for page in self.pages if any(text in page for text in only)]
        people = people_of()
        self.clerk, self.second = (User.objects.get(pk=people[role]) for role in (CLERK, SECOND_CLERK))
        self.client = Client()
        with time_machine.travel(NOW, tick=True):
            self.client.force_login(self.clerk)

    def look(self, page: str) -> float:
        return timed(self.client, page)

    def export(self) -> dict[str, float]:
        """A short and a long list as they leave the portal: rows, seconds, and MB the process held at most."""
        with time_machine.travel(NOW, tick=True):
            short, long = self._exported(SHORT), self._exported(LONG)
        return {"rows": long[0], "seconds": long[1], "short": short[2], "long": long[2]}

    def _exported(self, name: str) -> tuple[int, float, float]:
        asked = Asked(NOW.year, name=name)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        export = ask_to_export(ExportKind.STAFF, asked, purpose="测速", by=self.clerk, now=NOW)
        if export.state == ExportState.ASKED:
            decide_on_export(export, grants=True, reason="", by=self.second, now=NOW)
        began = time.perf_counter()
        while Export.objects.get(pk=export.pk).job is not None and work_on_exports(now=NOW):
            pass
        spent = time.perf_counter() - began
        job = Export.objects.get(pk=export.pk).job
        if job is None or not place_of(job).exists():
            raise SystemExit("the export left no file")
        place_of(job).unlink()
        return export.rows, spent, _most_held()


def _most_held() -> float:
    """MB, since `clear_refs` was last written to."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
