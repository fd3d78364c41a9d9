"""Queries that took too long, noted as they are written in the code, without any value: one file a day below DATA_DIR.

A file and not a table: what makes queries slow is often the database itself.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

KEPT = timedelta(days=14)
# Characters of a query, and bytes of a day's file: a bad day fills no disk.
LONGEST, FULL = 500, 5_000_000


@dataclass
class SlowQuery:
    """One query as it is written, how often it was slow, and the worst of it in milliseconds."""

    text: str
    count: int = 0
    worst: int = 0


def note(sql: str, took: int, *, now: datetime) -> None:
    """Note that `sql` took so many milliseconds. What cannot be written (a full disk) is not worth a request."""
    path = _folder() / f"{now.date().isoformat()}.jsonl"
    line = json.dumps([now.isoformat(), took, " ".join(str(sql).split())[:LONGEST]])
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8") as file:
            if file.tell() < FULL:
                file.write(f"{line}\n")
    except OSError:
        return


def slow_queries(*, since: datetime) -> list[SlowQuery]:
    """Those noted since then, the most frequent first."""
    found: dict[str, SlowQuery] = {}
    for at, took, text in _lines(since):
        if at >= since:
            query = found.setdefault(text, SlowQuery(text))
            query.count, query.worst = query.count + 1, max(query.worst, took)
    return sorted(found.values(), key=lambda query: (-query.count, -query.worst))


def forget_slow_queries(*, now: datetime) -> int:
    """Remove the files of days long past; gives how many."""
    old = [path for path in _folder().glob("*.jsonl") if path.stem < (now - KEPT).date().isoformat()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "slow-queries"


def _lines(since: datetime) -> Iterator[tuple[datetime, int, str]]:
    for path in sorted(_folder().glob("*.jsonl")):
        if path.stem < since.date().isoformat():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                at, took, text = json.loads(line)
            except ValueError:
                continue
            yield datetime.fromisoformat(at), int(took), str(text)
