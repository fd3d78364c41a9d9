"""People as the ledger wants them, many at once: what of a person bears on their hours, and nothing else.

A `Professional` will do in its place everywhere; a thousand of those cost more than all their hours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from accounts.models import Area, Employment, Professional, TitleSeries
from ceportal.kernel.selectors.given import given

_PEOPLE, _JOBS, _AREAS, _SERIES = (model._meta.db_table for model in (Professional, Employment, Area, TitleSeries))
_READ = (
    "SELECT p.id, named.id_index, named.name, p.title_level, p.title_since, p.left_at, j.organization_id,"  # noqa: S608
    " a.code, a.name, a.kind, a.parent_id, a.path, s.code, s.name"
    f" FROM {{source}} JOIN {_PEOPLE} named ON named.id_index = given.id_index AND named.approved_at IS NOT NULL"
    f" JOIN {_PEOPLE} p ON p.id = COALESCE(named.merged_into_id, named.id)"
    f" JOIN {_AREAS} a ON a.code = p.area_id LEFT JOIN {_SERIES} s ON s.code = p.title_series_id"
    f" LEFT JOIN {_JOBS} j ON j.professional_id = p.id AND j.is_principal AND j.ended_on IS NULL"
)


@dataclass(slots=True, eq=False)
class Learner:
    """A registered and approved person, with the principal employer of now. All who share a place share its object."""

    pk: int
    id_index: str
    name: str
    area_id: str
    area: Area
    title_series: TitleSeries | None
    title_level: str
    title_since: date | None
    left_at: datetime | None
    employer_id: int | None

    @property
    def title_series_id(self) -> str | None:
        return self.title_series.pk if self.title_series else None


Person = Professional | Learner


def learners(id_indexes: Iterable[str]) -> list[Learner]:
    """The registered and approved people with one of these blind indexes: one statement. By the number and name of an
    account that was merged into another, whoever has that other one.
    """
    source, text = given([{"id_index": each} for each in id_indexes], {"id_index": "text"})
    areas: dict[str, Area] = {}
    series: dict[str, TitleSeries] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(source=source), [text])
        return [_learner(row, areas, series) for row in cursor.fetchall()]


def _learner(row: tuple[Any, ...], areas: dict[str, Area], series: dict[str, TitleSeries]) -> Learner:
    key, index, name, level, since, left, employer, code, place, kind, parent, path, title, titled = row
    if code not in areas:
        areas[code] = Area(code=code, name=place, kind=kind, parent_id=parent, path=path)
    if title and title not in series:
        series[title] = TitleSeries(code=title, name=titled)
    return Learner(
        key,
        index,
        name,
        code,
        areas[code],
        series[title] if title else None,
        level,
        _day(since),
        _moment(left),
        employer,
    )


def _day(value: Any) -> date | None:
    """SQLite gives back what it stored."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
