"""What the visitors keep: every answer with its time, and what the portal acknowledged."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field

_REF = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/v/)[^/]+")
LATER = frozenset({429, 503})
# 409: somebody else decided it first. 404: gone meanwhile.
FINE = frozenset({200, 302, 304, 404, 409})


@dataclass(frozen=True)
class Answer:
    method: str
    path: str
    status: int
    began: float
    took: float
    has_word: bool = False

    @property
    def is_machine(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def is_page(self) -> bool:
        """What somebody waits for at a screen; a file on its way and what machines send are none."""
        return not self.is_machine and "/evidence/" not in self.path


@dataclass
class Book:
    answers: list[Answer] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    # Names of those whose year was met, with the moment at which it was acknowledged (seconds since the epoch).
    met: dict[str, float] = field(default_factory=dict)
    sheets: set[str] = field(default_factory=set)
    odd: Counter[str] = field(default_factory=Counter)

    def note(self, answer: Answer) -> None:
        self.answers.append(answer)

    def since(self, moment: float, until: float = math.inf) -> list[Answer]:
        return [each for each in self.answers if moment <= each.began < until]


@dataclass(frozen=True)
class Sum:
    """Of some answers: pages' 95th percentile in seconds, and how they ended."""

    pages: int
    p95: float
    turned_away: int
    without_word: int
    failed: int
    asked: int
    # Of pages, and of what machines sent, the share that was told to come back.
    pages_away: float
    machines_away: float

    @property
    def share_away(self) -> float:
        return self.turned_away / self.asked if self.asked else 0.0

    @property
    def pages_to_machines(self) -> float:
        """How much of the machines' share pages had to bear: 0 where no page was turned away."""
        if not self.pages_away:
            return 0.0
        return self.pages_away / self.machines_away if self.machines_away else math.inf

    def __str__(self) -> str:
        return (
            f"{self.asked} requests, {self.pages} pages answered, p95 {self.p95:.2f} s,"
            f" {self.share_away:.1%} told to come back (pages {self.pages_away:.1%},"
            f" machines {self.machines_away:.1%}), {self.without_word} without Retry-After, {self.failed} failed"
        )


def slowest(answers: list[Answer], most: int = 8) -> str:
    """The kinds of accepted pages by their 95th percentile, for who looks for what to mend."""
    kinds: dict[str, list[Answer]] = {}
    for each in answers:
        if each.is_page and each.status in FINE:
            kinds.setdefault(f"{each.method} {_REF.sub('…', each.path)}", []).append(each)
    sums = sorted(((summed(found).p95, len(found), kind) for kind, found in kinds.items()), reverse=True)
    return "\n".join(f"  {p95:6.2f} s  {count:>6} × {kind}" for p95, count, kind in sums[:most])


def besides(answers: list[Answer]) -> str:
    """What was neither shown nor led on, by page and status; of what got no answer (0) also for how long it waited."""
    kinds: dict[tuple[int, str], list[float]] = {}
    for each in answers:
        if each.status not in {200, 302, 304, *LATER}:
            kinds.setdefault((each.status, f"{each.method} {_REF.sub('…', each.path)}"), []).append(each.took)
    return "\n".join(
        f"  {status:>3} {len(took):>5} × {kind}, after {min(took):.1f} to {max(took):.1f} s"
        for (status, kind), took in sorted(kinds.items())
    )


def summed(answers: list[Answer]) -> Sum:
    pages = sorted(each.took for each in answers if each.is_page and each.status in FINE)
    away = [each for each in answers if each.status in LATER]
    return Sum(
        pages=len(pages),
        p95=pages[max(0, math.ceil(0.95 * len(pages)) - 1)] if pages else 0.0,
        turned_away=len(away),
        without_word=sum(not each.has_word for each in away),
        failed=sum(each.status not in FINE | LATER for each in answers),
        asked=len(answers),
        pages_away=_share_away([each for each in answers if each.is_page]),
        machines_away=_share_away([each for each in answers if each.is_machine]),
    )


def _share_away(answers: list[Answer]) -> float:
    return sum(each.status in LATER for each in answers) / len(answers) if answers else 0.0
