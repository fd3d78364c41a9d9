"""What a year asks of a person, and whether their hours meet it (S0-11, S1-06, S2-02, S4-02; readings A1, A2, A28).

Every threshold stands by itself: more public hours never replace professional ones (A1), and nothing is carried into
another year (S0-13, S4-12), because an account knows its own year alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from credits.enums import ObligationKind

ZERO = Decimal(0)
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Figure:
    """One number of the regulation, where it is written, and how sure it is (`verified`, `assumed`, `candidate`).

    `reduced_from` is what the rule asks of others, where one person was granted less.
    """

    value: Decimal
    clause: str
    status: str
    document: str = ""
    reduced_from: Decimal | None = None


@dataclass(frozen=True)
class Setting:
    """What the regulation says in words or as a day: a deadline (ISO date), themes, `yes`/`no`, a ratio such as 2/3."""

    value: str
    clause: str
    status: str
    document: str = ""

    @property
    def is_yes(self) -> bool:
        return self.value == "yes"


@dataclass(frozen=True)
class Ground:
    """Why less than the rule, or nothing, is asked of one person: a kind of obligation, words, where it is written."""

    kind: str
    words: str
    clause: str
    document: str = ""


@dataclass(frozen=True)
class Requirements:
    """What holds for a place, a year, a level and a trade. `rule_set` is the nearest one that sets a threshold.

    `ground` is there when it has been judged for one person of whom less, or nothing, is asked (rules/obligation).
    """

    rule_set: str
    name: str
    document: str
    unit: str
    year: int
    area_code: str
    level: str
    trade: str
    figures: Mapping[str, Figure]
    settings: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    ground: Ground | None = None

    @property
    def is_obliged(self) -> bool:
        """Whether anything is asked: somebody excused has not failed a year that they did not learn."""
        return self.ground is None or self.ground.kind == ObligationKind.REDUCED

    @property
    def total(self) -> Figure | None:
        return self.figures.get("total")

    @property
    def public(self) -> Figure | None:
        return self.figures.get("public")

    @property
    def public_compulsory(self) -> Figure | None:
        return self.figures.get("public_compulsory")

    @property
    def elective(self) -> Figure | None:
        return self.figures.get("elective")

    @property
    def professional(self) -> Figure | None:
        """The professional hours asked for; where only a ratio is written, that part of the total *asked for* (A2)."""
        if found := self.figures.get("professional"):
            return found
        ratio, total = self.settings.get("professional_ratio"), self.total
        if ratio is None or total is None:
            return None
        return Figure(part_of(total.value, Fraction(ratio.value)), ratio.clause, ratio.status, ratio.document)

    @cached_property
    def needed(self) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
        """The least of the total, public, compulsory, professional and elective hours; 0 where nothing is asked."""
        asked = (self.total, self.public, self.public_compulsory, self.professional, self.elective)
        total, public, compulsory, professional, elective = (each.value if each else ZERO for each in asked)
        return total, public, compulsory, professional, elective

    @property
    def is_assumed(self) -> bool:
        """Whether any threshold has no verified document behind it (A26): pages say so."""
        return any(kind.status != "verified" for kind in thresholds(self, NOTHING))


@dataclass(frozen=True)
class Standing:
    """A person's hours of one year. `public_compulsory` is a part of `public`."""

    public: Decimal = ZERO
    public_compulsory: Decimal = ZERO
    professional: Decimal = ZERO
    elective: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.public + self.professional + self.elective

    def plus(self, part: "Standing") -> "Standing":
        return Standing(
            self.public + part.public,
            self.public_compulsory + part.public_compulsory,
            self.professional + part.professional,
            self.elective + part.elective,
        )


NOTHING = Standing()


@dataclass(frozen=True)
class Threshold:
    """One threshold against one standing. `missing` is never negative; a surplus counts for nothing else."""

    kind: str
    label: str
    have: Decimal
    need: Decimal
    missing: Decimal
    is_met: bool
    clause: str
    status: str
    document: str
    reduced_from: Decimal | None = None


def thresholds(requirements: Requirements, standing: Standing) -> list[Threshold]:
    """Each threshold the year asks for, the total first; what is not asked for is left out."""
    asked = _asked(requirements, standing)
    return [_threshold(kind, label, figure, have) for kind, label, figure, have in asked if figure is not None]


def is_met(requirements: Requirements, standing: Standing) -> bool:
    """Whether every threshold is met (A1). Who is looked after elsewhere is judged there (S3-01)."""
    if requirements.ground is not None and requirements.ground.kind == ObligationKind.ELSEWHERE:
        return False
    total, public, compulsory, professional, elective = requirements.needed
    return (
        standing.total >= total
        and standing.public >= public
        and standing.public_compulsory >= compulsory
        and standing.professional >= professional
        and standing.elective >= elective
    )


def hours_missing(thresholds: Iterable[Threshold]) -> Decimal:
    """The fewest hours with which every threshold would be met: a surplus replaces nothing (A1).

    Compulsory hours count as public ones too, and every hour counts into the total.
    """
    missing = {threshold.kind: threshold.missing for threshold in thresholds}
    public = max(missing.get("public", ZERO), missing.get("public_compulsory", ZERO))
    subjects = public + missing.get("professional", ZERO) + missing.get("elective", ZERO)
    return max(missing.get("total", ZERO), subjects)


def part_of(total: Decimal, ratio: Fraction) -> Decimal:
    """`ratio` of `total`, up to the next half."""
    exact = Fraction(total) * ratio / Fraction(HALF)
    steps = (Decimal(exact.numerator) / Decimal(exact.denominator)).to_integral_value(rounding=ROUND_CEILING)
    return steps * HALF


def _asked(requirements: Requirements, standing: Standing) -> tuple[tuple[str, str, Figure | None, Decimal], ...]:
    return (
        ("total", "年度合计", requirements.total, standing.total),
        ("public", "公需科目", requirements.public, standing.public),
        ("public_compulsory", "其中必修课", requirements.public_compulsory, standing.public_compulsory),
        ("professional", "专业科目", requirements.professional, standing.professional),
        ("elective", "选修科目", requirements.elective, standing.elective),
    )


def _threshold(kind: str, label: str, figure: Figure, have: Decimal) -> Threshold:
    missing = max(ZERO, figure.value - have)
    return Threshold(
        kind=kind,
        label=label,
        have=have,
        need=figure.value,
        missing=missing,
        is_met=not missing,
        clause=figure.clause,
        status=figure.status,
        document=figure.document,
        reduced_from=figure.reduced_from,
    )
