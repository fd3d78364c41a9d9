"""Why a person's year stands as it does: what is asked and where that is written, what became of everything learned,
what is missing, and how and until when it can still be earned.

The same object is told in words on the page and as JSON over the interface. It proves itself: what counts of its items
adds up to the standing (`adds_up`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from credits.enums import Fate, ObligationKind, PublicKind, Subject
from credits.rules.crediting import shares
from credits.rules.requirements import (
    NOTHING,
    ZERO,
    Requirements,
    Standing,
    Threshold,
    hours_missing,
    is_met,
    thresholds,
)
from credits.rules.ways import Way

# Any subject fills the total.
ANY = "any"
COUNTING = frozenset({Fate.COUNTED, Fate.REDUCED})
# Nobody has to do anything, or its person has: it may still count.
OPEN = frozenset({Fate.WAITING, Fate.RETURNED})


@dataclass(frozen=True)
class Reason:
    """In words, with the clause that says so (may be empty)."""

    words: str
    clause: str = ""


@dataclass(frozen=True)
class Item:
    """Something learned: the hours asked or reported, those that count, and why not all. `way` is how it came in or
    what it was; `ref` names the claim, or the declaration or request that is no claim yet.
    """

    ref: str
    title: str
    subject: str
    public_kind: str
    way: str
    started_on: date | None
    ended_on: date | None
    asked: Decimal
    counted: Decimal
    fate: Fate
    reasons: tuple[Reason, ...] = ()
    declaration: str = ""

    @property
    def subject_words(self) -> str:
        kind = f"（{PublicKind(self.public_kind).label}）" if self.public_kind else ""
        return f"{Subject(self.subject).label}{kind}" if self.subject else ""


@dataclass(frozen=True)
class Window:
    """Until when the year can be declared: the sentence for the page, and how many working days that leaves.

    `has_exception`: once it has closed, special reasons may still let somebody in (S0-14); some places know none.
    """

    last_day: date
    words: str
    clause: str
    is_open: bool
    days_left: int
    is_provisional: bool
    has_exception: bool = False
    back_clause: str = ""


@dataclass(frozen=True)
class Gap:
    """What of one subject is missing (ANY: of the total alone), and by which ways it can be earned."""

    subject: str
    missing: Decimal
    words: str
    clause: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Explanation:
    """`requirements` is None for a year without any rule; then nothing is asked and nothing met."""

    year: int
    as_of: date
    requirements: Requirements | None
    standing: Standing
    thresholds: tuple[Threshold, ...]
    items: tuple[Item, ...]
    gaps: tuple[Gap, ...]
    window: Window

    @property
    def unit(self) -> str:
        return self.requirements.unit if self.requirements else "学时"

    @property
    def is_met(self) -> bool:
        return self.requirements is not None and is_met(self.requirements, self.standing)

    @property
    def is_obliged(self) -> bool:
        return self.requirements is not None and self.requirements.is_obliged

    @property
    def ground_label(self) -> str:
        """What it is called that less is asked: 免修, 减免学时 …"""
        ground = self.requirements.ground if self.requirements else None
        return str(ObligationKind(ground.kind).label) if ground else ""

    @property
    def missing(self) -> Decimal:
        return hours_missing(self.thresholds)

    @property
    def counted(self) -> list[Item]:
        return [item for item in self.items if item.fate in COUNTING]

    @property
    def under_review(self) -> list[Item]:
        return self._of(Fate.WAITING)

    @property
    def returned(self) -> list[Item]:
        """What waits for the person: it counts only after they have mended it and it was approved."""
        return self._of(Fate.RETURNED)

    @property
    def not_counted(self) -> list[Item]:
        return [item for item in self.items if item.fate not in COUNTING | OPEN]

    @property
    def awaited(self) -> Decimal:
        """What is claimed in items under review: it counts without the person doing anything more."""
        return sum((item.asked for item in self.under_review), ZERO)

    @property
    def to_mend(self) -> Decimal:
        """What is claimed in items returned to the person."""
        return sum((item.asked for item in self.returned), ZERO)

    @property
    def adds_up(self) -> bool:
        """Whether the counted items are all that the standing holds."""
        total = NOTHING
        for item in self.counted:
            total = total.plus(shares(item.subject, item.public_kind, item.counted))
        return total == self.standing

    def _of(self, fate: Fate) -> list[Item]:
        return [item for item in self.items if item.fate is fate]


def explain(
    *,
    year: int,
    as_of: date,
    requirements: Requirements | None,
    standing: Standing,
    items: Sequence[Item],
    window: Window,
    ways: Sequence[Way],
) -> Explanation:
    """`ways` are those open to the person in that year; they are told only for what is missing and can be earned."""
    bars = tuple(thresholds(requirements, standing)) if requirements else ()
    is_asked = requirements is not None and requirements.is_obliged
    gaps = tuple(_gaps(bars, ways if window.is_open else (), requirements)) if requirements and is_asked else ()
    return Explanation(year, as_of, requirements, standing, bars, tuple(items), gaps, window)


def fate_of_hours(asked: Decimal, counted: Decimal) -> Fate:
    """Of what counts: whole, or less than was asked."""
    return Fate.COUNTED if counted >= asked else Fate.REDUCED


def _gaps(bars: Iterable[Threshold], ways: Sequence[Way], asked: Requirements | None) -> Iterator[Gap]:
    """One gap a subject; what the total lacks beyond them may be of any (A1)."""
    by_kind = {bar.kind: bar for bar in bars}
    unit = asked.unit if asked else ""
    missing = {kind: bar.missing for kind, bar in by_kind.items()}
    filled = ZERO
    if public := max(missing.get("public", ZERO), missing.get("public_compulsory", ZERO)):
        bar = by_kind["public" if missing.get("public") else "public_compulsory"]
        words = _public_words(missing.get("public", ZERO), missing.get("public_compulsory", ZERO), unit)
        yield Gap(Subject.PUBLIC, public, words, bar.clause, _ways_to(Subject.PUBLIC, ways))
        filled += public
    for subject in (Subject.PROFESSIONAL, Subject.ELECTIVE):
        if lacking := missing.get(subject.value, ZERO):
            words = f"{subject.label}还差 {_plain(lacking)} {unit}"
            yield Gap(subject, lacking, words, by_kind[subject.value].clause, _ways_to(subject, ways))
            filled += lacking
    if (rest := missing.get("total", ZERO) - filled) > 0:
        start = "补齐以上科目后，合计" if filled else "各科目都已达标，合计"
        words = f"{start}还差 {_plain(rest)} {unit}，任何科目都可以"
        yield Gap(ANY, rest, words, by_kind["total"].clause, tuple(ways))


def _public_words(public: Decimal, compulsory: Decimal, unit: str) -> str:
    if not public:
        return f"公需科目总数已够，其中必修课还差 {_plain(compulsory)} {unit}，选修课不能代替"
    words = f"公需科目还差 {_plain(public)} {unit}"
    return f"{words}，其中必修课至少 {_plain(compulsory)} {unit}" if compulsory else words


def _ways_to(subject: Subject, ways: Iterable[Way]) -> tuple[Way, ...]:
    return tuple(way for way in ways if subject in way.subjects)


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
