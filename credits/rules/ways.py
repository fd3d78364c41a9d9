"""By what ways hours of a year can be earned, in words: from the catalogue of activities and what they convert to
(S1-05, S2-04, S2-05, S3-03, S4-07), and from the lists of who may teach (S0-07, S4-09; A27).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from credits.enums import Basis, FieldStatus, Subject
from credits.rules.conversion import Conversion, plain


@dataclass(frozen=True)
class Way:
    """`hours` says what it gives. Automatic ones need no declaration; `names` are who offers it, where that is listed.

    The hours of a candidate that are counted are for reference: whoever reviews sets them.
    """

    code: str
    name: str
    subjects: frozenset[str]
    hours: str
    clause: str
    status: str
    is_automatic: bool = False
    is_counted: bool = False
    names: tuple[str, ...] = ()

    @property
    def is_candidate(self) -> bool:
        return self.status == FieldStatus.CANDIDATE


@dataclass(frozen=True)
class Teacher:
    """Who stands in the year's list for a place: a platform, or a base that teaches face to face."""

    name: str
    is_platform: bool
    subjects: frozenset[str]
    trade: str = ""


def automatic_ways(teachers: Iterable[Teacher], *, trade: str, professional_by_roster: bool) -> Iterator[Way]:
    """Online and at bases, a way for each subject, without any declaration (S2-04, S4-09; A13)."""
    mine = [teacher for teacher in teachers if teacher.trade in {"", trade}]
    for subject in (Subject.PUBLIC, Subject.PROFESSIONAL):
        online = _names(mine, subject, is_platform=True)
        if online:
            hours = "按平台课程的学时，合格后自动计入"
            yield _automatic("platforms", f"学习平台在线学习（{subject.label}）", subject, hours, "S4-09", online)
        bases = _names(mine, subject, is_platform=False)
        if bases and (subject == Subject.PUBLIC or professional_by_roster):
            hours = "按培训班的学时，合格后由基地上传"
            yield _automatic("bases", f"继续教育基地面授班（{subject.label}）", subject, hours, "S2-04", bases)


@dataclass(frozen=True)
class Activity:
    """A way of the catalogue. `per_day` is the ceiling of a day attended (A17), None for what is not attended."""

    code: str
    name: str
    clause: str
    status: str
    per_day: Decimal | None = None


@dataclass(frozen=True)
class Whose:
    """For whom a way is told: `places` run from the widest to the nearest, `subjects` are those the year asks for."""

    places: Sequence[str]
    year: int
    trade: str
    subjects: Collection[str]
    unit: str


def declared_way(activity: Activity, rows: Iterable[Conversion], whose: Whose) -> Way:
    """An activity that its person declares. `rows` are its conversions."""
    found = _in_force(rows, whose)
    bound = {row.subject for row in found}
    subjects = set(whose.subjects) if not found or "" in bound else bound & set(whose.subjects)
    counted = [row.status for row in found if row.is_counted]
    return Way(
        code=activity.code,
        name=activity.name,
        subjects=frozenset(subjects),
        hours=_hours_in_words(found, activity.per_day, whose.unit),
        clause=found[0].clause if found else activity.clause,
        status=max(counted or [activity.status], key=lambda status: _DOUBT.index(FieldStatus(status))),
        is_counted=bool(counted),
    )


_DOUBT = [FieldStatus.VERIFIED, FieldStatus.ASSUMED, FieldStatus.CANDIDATE]


def _automatic(code: str, name: str, subject: str, hours: str, clause: str, names: tuple[str, ...]) -> Way:
    return Way(code, name, frozenset({subject}), hours, clause, FieldStatus.VERIFIED, is_automatic=True, names=names)


def _names(teachers: Iterable[Teacher], subject: str, *, is_platform: bool) -> tuple[str, ...]:
    names = (each.name for each in teachers if each.is_platform == is_platform and subject in each.subjects)
    return tuple(dict.fromkeys(names))


def _in_force(rows: Iterable[Conversion], whose: Whose) -> list[Conversion]:
    """Those that hold, a trade's own before everybody's, then of the nearest place."""
    depth = {place: step for step, place in enumerate(whose.places)}
    found = [row for row in rows if row.area_code in depth and row.holds(whose.year, whose.trade)]
    nearest = max(((row.trade != "", depth[row.area_code]) for row in found), default=None)
    return [row for row in found if (row.trade != "", depth[row.area_code]) == nearest]


def _hours_in_words(rows: Sequence[Conversion], per_day: Decimal | None, unit: str) -> str:
    counted = [row for row in rows if row.is_counted]
    if counted:
        return "；".join(dict.fromkeys(_counted_words(counted, unit)))
    by_organiser = any(row.basis == Basis.ORGANISER for row in rows)
    who = "举办单位核定" if by_organiser else "审核单位认定"
    ceiling = f"，每天最多 {plain(per_day)}" if per_day is not None else ""
    return f"{unit}由{who}{ceiling}"


def _counted_words(rows: Iterable[Conversion], unit: str) -> Iterator[str]:
    """`8–18 学时/次，一年最多 40`: a span for each thing that is counted."""
    by_basis: dict[str, list[Conversion]] = {}
    for row in rows:
        by_basis.setdefault(row.basis, []).append(row)
    for basis, fellows in by_basis.items():
        amounts = [amount for row in fellows for amount in _amounts(row)]
        low, high = min(amounts), max(amounts)
        span = plain(low) if low == high else f"{plain(low)}–{plain(high)}"
        caps = {row.yearly_cap for row in fellows}
        cap = f"，一年最多 {plain(most)}" if len(caps) == 1 and (most := next(iter(caps))) is not None else ""
        yield f"{span} {unit}/{Basis(basis).label}{cap}"


def _amounts(row: Conversion) -> Iterator[Decimal]:
    on_top = row.addition or Decimal(0)
    for amount in (row.amount, row.beyond, *row.by_rank):
        if amount is not None:
            yield amount + on_top
