"""What of an old year may leave the ledger, and the sums that stay for it (docs/operations/scale.md)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal

# Years that stay whole behind the one that runs: what can still be declared, complained of, drawn for a check.
KEPT_WHOLE = 3
SOURCE = "platform:archive"


@dataclass(frozen=True)
class Line:
    """One entry of those that leave. `area` and `organization` are numbers of rows."""

    subject: str
    public_kind: str
    organization: int | None
    area: str
    hours: Decimal
    recorded_at: datetime


@dataclass(frozen=True)
class Total:
    """What stays for the entries of one subject, kind, unit and place: their sum, of the moment of the last."""

    subject: str
    public_kind: str
    organization: int | None
    area: str
    hours: Decimal
    recorded_at: datetime


def reasons_not_to_archive(year: int, *, this_year: int) -> Iterator[Refusal]:
    if year > this_year - KEPT_WHOLE - 1:
        text = f"{year} 年度还不能归档：最近 {KEPT_WHOLE} 个年度和本年度的明细要留在系统里。"
        yield Refusal("year_too_young", text, field="year")


def totals(lines: Iterable[Line]) -> list[Total]:
    """In a fixed order; what cancels out leaves nothing."""
    found: dict[tuple[str, str, int, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line.subject, line.public_kind, line.organization or 0, line.area), []).append(line)
    sums = (
        Total(
            subject=subject, public_kind=kind, organization=unit or None, area=area,
            hours=sum((line.hours for line in group), Decimal(0)), recorded_at=max(line.recorded_at for line in group),
        )
        for (subject, kind, unit, area), group in sorted(found.items())
    )  # fmt: skip
    return [total for total in sums if total.hours > 0]


def trailer(counts: Mapping[str, int], digest: str) -> dict[str, object]:
    """The last line of an archive: how much it holds, and the digest of all lines before it."""
    return {"counts": dict(counts), "sha256": digest}
