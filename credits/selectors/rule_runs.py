"""Which accounts a rule set touches, and what a run over them has found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.dateparse import parse_datetime

from accounts.models import Area, Professional
from ceportal.kernel.models import MAX_ATTEMPTS
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE
from credits.models import RuleEffect, RuleRun, YearAccount
from credits.rules.ruleset import LEVELS

WHOLE = (EVERYWHERE, COUNTRY)


@dataclass(frozen=True)
class Line:
    """What happens in one place to people of one level: how many are judged, and for how many something changes."""

    area: str
    level: str
    people: int
    lost: int
    gained: int
    asked_otherwise: int


@dataclass(frozen=True)
class Progress:
    """How far a run is. `seconds_left` is a guess from what is done, None before there is any."""

    done: int
    total: int
    seconds_left: int | None
    is_stuck: bool

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


def places_touched(area_code: str, year: int) -> list[tuple[str, int]]:
    """The places with accounts of a year at or below `area_code`, by code, and how many each has."""
    rows = YearAccount.objects.filter(year=year)
    if area_code not in WHOLE:
        top = Area.objects.filter(code=area_code).first()
        if top is None:
            return []
        rows = rows.filter(area__in=Area.objects.filter(path__startswith=top.path))
    return list(rows.order_by("area").values_list("area").annotate(count=Count("pk")).values_list("area", "count"))


def accounts_of_place(year: int, area: str, *, after: int, size: int) -> list[YearAccount]:
    """The next accounts of a place after the person `after`, by the index of places."""
    rows = YearAccount.objects.filter(year=year, area=area, professional__gt=after)
    people = rows.select_related("area", "professional__area", "professional__title_series", "professional__user")
    return list(people.order_by("professional")[:size])


def without_account(area: Area, year: int) -> int:
    """Registered people of a place and below who have no hours of the year yet: their result cannot change."""
    people = Professional.objects.filter(
        area__path__startswith=area.path, approved_at__isnull=False, left_at__isnull=True
    )
    return people.exclude(pk__in=YearAccount.objects.filter(year=year).values("professional")).count()


def lines_of(run: RuleRun) -> list[Line]:
    """What the run has counted so far, by place and level."""
    found = []
    for key, counts in run.job.result.get("lines", {}).items():
        area, _, level = key.partition("|")
        found.append(Line(area, level, *counts))
    return sorted(found, key=lambda line: (line.area, LEVELS.index(line.level) if line.level in LEVELS else 0))


def in_reach(lines: Iterable[Line], codes: Iterable[str]) -> list[Line]:
    known = set(codes)
    return [line for line in lines if line.area in known]


def summed(lines: Iterable[Line], *, area: str = "", level: str = "") -> Line:
    rows = list(lines)
    return Line(
        area,
        level,
        sum(line.people for line in rows),
        sum(line.lost for line in rows),
        sum(line.gained for line in rows),
        sum(line.asked_otherwise for line in rows),
    )


def effects_of(run: RuleRun, codes: Sequence[str]) -> QuerySet[RuleEffect]:
    """Whose result changes, among the places a reader answers for."""
    rows = RuleEffect.objects.filter(run=run, area__in=codes)
    return rows.select_related("account__professional", "account__organization", "area")


def effects_in_order(run: RuleRun, codes: Sequence[str], size: int = 500) -> Iterator[RuleEffect]:
    """All of them, a part at a time: for a file."""
    last = 0
    while part := list(effects_of(run, codes).filter(pk__gt=last).order_by("pk")[:size]):
        yield from part
        last = part[-1].pk


def progress_of(run: RuleRun, *, now: datetime) -> Progress | None:
    """None when nothing is left to do."""
    job = run.job
    if job.finished_at:
        return None
    began = parse_datetime(job.params.get("began_at", ""))
    seconds = None
    if began and job.done:
        seconds = int((now - began).total_seconds() * (job.total - job.done) / job.done)
    has_lease = job.claimed_until is not None and job.claimed_until >= now
    return Progress(job.done, job.total, seconds, job.attempts >= MAX_ATTEMPTS and not has_lease)


def is_overtaken(run: RuleRun) -> bool:
    """Whether the draft was changed since, so that what was counted is of other words."""
    return bool(run.job.result.get("overtaken"))


@dataclass(frozen=True)
class Place:
    """A place's sum, and its lines by level."""

    name: str
    total: Line
    lines: tuple[Line, ...]


def by_place(lines: Sequence[Line], names: Mapping[str, str]) -> list[Place]:
    """In the order of the codes: a city before its counties."""
    areas = list(dict.fromkeys(line.area for line in lines))
    rows = {area: tuple(line for line in lines if line.area == area) for area in areas}
    return [Place(names.get(area, area), summed(mine, area=area), mine) for area, mine in rows.items()]


def by_level(lines: Sequence[Line]) -> list[Line]:
    """Over all places, the highest level first."""
    found = (tuple(line for line in lines if line.level == level) for level in LEVELS)
    return [summed(mine, level=mine[0].level) for mine in found if mine]
