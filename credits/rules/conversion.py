"""Which conversion applies to what was learnt, and what it comes to, written as a sum anybody can check.

A candidate never computes as law: what it comes to is shown for reference, and the reviewer sets the hours. Where
nothing is counted at all, the organiser's proof or the reviewer says how many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from credits.enums import Basis, FieldStatus, Unit
from credits.rules.details import Details

HALF = Decimal("0.5")
THOUSAND = Decimal(1000)
# What chooses between the conversions of one activity.
CASES = ("level", "role", "length")
_JUDGED = frozenset({Basis.ORGANISER, Basis.REVIEWER})
_COUNTED_BY = {Basis.COURSE: "courses", Basis.EXAM: "courses", Basis.THOUSAND: "characters"}


@dataclass(frozen=True)
class Conversion:
    """One row of the regulation (`credits.models.Conversion`); an empty case holds for each."""

    code: str
    name: str
    activity: str
    area_code: str
    basis: str
    unit: str = Unit.HOURS
    trade: str = ""
    year_from: int = 2012
    year_to: int | None = None
    level: str = ""
    role: str = ""
    length: str = ""
    amount: Decimal | None = None
    by_rank: tuple[Decimal, ...] = ()
    beyond: Decimal | None = None
    addition: Decimal | None = None
    yearly_cap: Decimal | None = None
    author_limit: int | None = None
    exclusions: tuple[str, ...] = ()
    subject: str = ""
    evidence: tuple[str, ...] = ()
    is_once: bool = True
    note: str = ""
    source: str = ""
    clause: str = ""
    status: str = FieldStatus.VERIFIED

    @property
    def is_candidate(self) -> bool:
        return self.status == FieldStatus.CANDIDATE

    @property
    def is_counted(self) -> bool:
        return self.basis not in _JUDGED

    @property
    def is_judged(self) -> bool:
        """Whether the reviewer sets the hours: a candidate, or what nothing counts and no organiser proves."""
        return self.is_candidate or self.basis == Basis.REVIEWER

    @property
    def most(self) -> Decimal | None:
        """The highest amount for one of what is counted, whatever the rank."""
        return max((each for each in (self.amount, self.beyond, *self.by_rank) if each is not None), default=None)

    def holds(self, year: int, trade: str) -> bool:
        is_of_the_time = self.year_from <= year and (self.year_to is None or year <= self.year_to)
        return is_of_the_time and self.trade in {"", trade}


@dataclass(frozen=True)
class Standard:
    """What the declarant's unit recognises of the activity, for what began on `valid_from` or later (S0-19)."""

    unit_name: str
    valid_from: date
    amount: Decimal | None = None
    yearly_cap: Decimal | None = None
    evidence: tuple[str, ...] = ()
    wording: str = ""


@dataclass(frozen=True)
class Learnt:
    """What was done. `days` of attendance; `per_day` the ceiling of one of them (A17), None where no rule is known, and
    whether what is above it is refused. `used` are the hours that the person's other declarations of this activity
    hold in the year.
    """

    activity_name: str = ""
    details: Details = field(default_factory=lambda: MappingProxyType({}))
    days: int | None = None
    is_attended: bool = True
    per_day: Decimal | None = None
    per_day_clause: str = "A17"
    per_day_refuses: bool = True
    subject: str = ""
    year: int | None = None
    used: Decimal = Decimal(0)


@dataclass(frozen=True)
class Sum:
    """What a conversion comes to, `words` as one would write it down. `lacking` names what it must still know."""

    hours: Decimal | None = None
    words: str = ""
    lacking: tuple[str, ...] = ()


def conversion_for(
    rows: Iterable[Conversion], *, places: Sequence[str], year: int, trade: str, details: Details
) -> tuple[Conversion | None, tuple[str, ...]]:
    """The conversion of one activity's `rows` that applies, and which details must still be told to know it.

    A trade's own wins over everybody's, then the nearest place; there the one whose case is told. `places` runs from
    the widest to the nearest.
    """
    depth = {place: step for step, place in enumerate(places)}
    found = [row for row in rows if row.area_code in depth and row.holds(year, trade)]
    for group in sorted({(row.trade != "", depth[row.area_code]) for row in found}, reverse=True):
        fellows = [row for row in found if (row.trade != "", depth[row.area_code]) == group]
        open_cases = tuple(case for case in CASES if any(getattr(row, case) for row in fellows))
        if lacking := tuple(case for case in open_cases if not details.get(case)):
            return None, lacking
        if fits := [row for row in fellows if _fits(row, details)]:
            return fits[0], ()
    return None, ()


def in_force(rows: Iterable[Conversion], *, places: Sequence[str]) -> list[Conversion]:
    """Of one activity's rows those of the nearest place, case by case."""
    depth = {place: step for step, place in enumerate(places)}
    found = [row for row in rows if row.area_code in depth]
    nearest = max((depth[row.area_code] for row in found), default=0)
    return [row for row in found if depth[row.area_code] == nearest]


def summed(conversion: Conversion, learnt: Learnt, standard: Standard | None = None) -> Sum:
    """The hours of what is counted; none where the organiser or the reviewer says how many."""
    if not conversion.is_counted:
        return Sum()
    if lacking := tuple(_lacking(conversion, learnt)):
        return Sum(lacking=lacking)
    rule, own = _amount(conversion, learnt.details) or Decimal(0), standard.amount if standard else None
    amount = rule if own is None else min(rule, own)
    hours = in_halves(amount * count_of(conversion, learnt) + (conversion.addition or Decimal(0)))
    return Sum(hours, _words(conversion, learnt, amount, hours))


def count_of(conversion: Conversion, learnt: Learnt) -> Decimal:
    """How many days, courses, papers … there are."""
    match conversion.basis:
        case Basis.DAY:
            return Decimal(learnt.days or 0)
        case Basis.COURSE | Basis.EXAM:
            return Decimal(int(learnt.details.get("courses", 0)))
        case Basis.THOUSAND:
            return Decimal(int(learnt.details.get("characters", 0))) / THOUSAND
    return Decimal(1)


def plain(hours: Decimal) -> str:
    """8.0 as 8, 8.5 as it is."""
    return f"{hours.normalize():f}"


def _fits(row: Conversion, details: Details) -> bool:
    return all(getattr(row, case) in ("", details.get(case)) for case in CASES)


def _lacking(conversion: Conversion, learnt: Learnt) -> Iterator[str]:
    if conversion.basis == Basis.DAY and (learnt.days or 0) <= 0:
        yield "days"
    counted_by = _COUNTED_BY.get(Basis(conversion.basis))
    if counted_by and not learnt.details.get(counted_by):
        yield counted_by
    if conversion.by_rank and not learnt.details.get("rank"):
        yield "rank"


def _amount(conversion: Conversion, details: Details) -> Decimal | None:
    """For one day, course, paper … of this rank."""
    if not conversion.by_rank:
        return conversion.amount
    rank = int(details["rank"])
    return conversion.by_rank[rank - 1] if rank <= len(conversion.by_rank) else conversion.beyond


def _words(conversion: Conversion, learnt: Learnt, amount: Decimal, hours: Decimal) -> str:
    unit, per = conversion.unit, Basis(conversion.basis)
    if conversion.by_rank:
        first = f"第 {learnt.details['rank']} 位 {plain(amount)} {unit}"
    elif per in {Basis.FIXED, Basis.PAPER, Basis.YEAR}:
        first = f"每{per.label} {plain(amount)} {unit}"
    else:
        first = f"{plain(amount)} {unit}/{per.label} × {plain(count_of(conversion, learnt))} {per.label}"
    if conversion.addition:
        return f"{first} + 宣读论文 {plain(conversion.addition)} {unit} = {plain(hours)} {unit}"
    return f"{first} = {plain(hours)} {unit}" if "×" in first else first


def lower(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return min((each for each in (one, other) if each is not None), default=None)


def in_halves(hours: Decimal) -> Decimal:
    """Down to the next half."""
    return (hours / HALF).to_integral_value(rounding=ROUND_FLOOR) * HALF
