"""People as the ledger wants them, many at once: what of a person bears on their hours, and nothing else.

A `Professional` will do in its place everywhere; a thousand of those cost more than all their hours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Area, Employment, Professional, TitleSeries
from ceportal.kernel.selectors.given import given
from ceportal.kernel.selectors.underway import Rows, underway

_PEOPLE, _JOBS = Professional._meta.db_table, Employment._meta.db_table
_READ = (
    "SELECT p.id, {named}.id_index, {named}.name, p.area_id, p.title_series_id, p.title_level, p.title_since,"  # noqa: S608
    " p.left_at, j.organization_id FROM {source}"
    f" JOIN {_PEOPLE} {{named}} ON {{named}}.id_index = given.id_index AND {{named}}.approved_at IS NOT NULL{{on}}"
    f" LEFT JOIN {_JOBS} j ON j.professional_id = p.id AND j.is_principal AND j.ended_on IS NULL"
)
# Most accounts are their person's; a merged one leads to another. The plus keeps SQLite, which has no statistics, from
# reading everybody who is not merged and looking each of them up among the given.
_OWN = {"named": "p", "on": " AND +p.merged_into_id IS NULL"}
_MERGED = {"named": "named", "on": f" JOIN {_PEOPLE} p ON p.id = named.merged_into_id"}


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
    """The registered and approved people with one of these blind indexes: a few statements, however many. By the number
    and name of an account that was merged into another, whoever has that other one.
    """
    with asking_for_learners(id_indexes) as found:
        return found()


@contextmanager
def asking_for_learners(id_indexes: Iterable[str]) -> Iterator[Callable[[], list[Learner]]]:
    """The same, asked for beside the block."""
    indexes = set(id_indexes)
    with _asking(indexes, _OWN) as answer:

        def found() -> list[Learner]:
            rows = answer()
            if missing := indexes.difference([row[1] for row in rows]):
                with _asking(missing, _MERGED) as merged:
                    rows = rows + merged()
            return _as_learners(rows)

        yield found


def _as_learners(rows: Rows) -> list[Learner]:
    areas = Area.objects.in_bulk({row[3] for row in rows})
    series: dict[str | None, TitleSeries] = {**TitleSeries.objects.in_bulk({row[4] for row in rows if row[4]})}
    return [
        Learner(key, index, name, code, areas[code], series.get(title), level, _day(since), _moment(left), employer)
        for key, index, name, code, title, level, since, left, employer in rows
    ]


def _asking(id_indexes: Iterable[str], whose: Mapping[str, str]) -> AbstractContextManager[Callable[[], Rows]]:
    source, values = given([{"id_index": each} for each in id_indexes], {"id_index": "text"})
    return underway(_READ.format(source=source, **whose), values)


def _day(value: Any) -> date | None:
    """SQLite gives back what it stored."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
