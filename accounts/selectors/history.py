"""Where people stood on a day: place, title and level of that time (A19). A few queries, however many people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.enums import PersonField, TitleLevel
from accounts.models import Area, PersonChange, TitleSeries
from accounts.rules.history import Change, value_on, values_in_turn
from accounts.selectors.learners import Person


@dataclass(frozen=True)
class PersonThen:
    """What is known of a day. `title_since` is when that title was obtained, where it is known."""

    area: Area
    title_series: str
    title_level: str
    title_since: date | None


@dataclass(frozen=True)
class History:
    """A person and the changes of their place and title, in the order they took effect."""

    person: Person
    places: tuple[Change, ...]
    titles: tuple[Change, ...]
    areas: Mapping[str, Area]
    series: Mapping[str, str]

    def on(self, day: date) -> PersonThen:
        code = value_on(day, self.places, {"area": self.person.area_id})["area"]
        return self._titled(value_on(day, self.titles, title_facts(self.person)), self.areas.get(code))

    def titles_in_turn(self) -> list[PersonThen]:
        """Every title that was recorded, the oldest first."""
        return [self._titled(facts) for facts in values_in_turn(self.titles, title_facts(self.person))]

    def _titled(self, facts: Mapping[str, Any], area: Area | None = None) -> PersonThen:
        since = facts["since"]
        return PersonThen(
            area or self.person.area,
            self.series.get(facts["series"], ""),
            facts["level"],
            date.fromisoformat(since) if since else None,
        )


def title_facts(person: Person) -> dict[str, Any]:
    """A title as `PersonChange` keeps it: the code of its series, its level, the day it was obtained."""
    since = person.title_since
    return {
        "series": person.title_series_id or "",
        "level": person.title_level or TitleLevel.NONE.value,
        "since": since.isoformat() if since else None,
    }


def series_of(person: Person, year: int, *, today: date) -> str:
    """The name of the title series at the end of a closed year, in the running one that of today (A19)."""
    if year >= today.year:
        return person.title_series.name if person.title_series else ""
    return histories([person])[person.pk].on(date(year, 12, 31)).title_series


def histories(people: Iterable[Person]) -> dict[int, History]:
    """By the person's key. `area` and `title_series` of each should be at hand."""
    by_key = {person.pk: person for person in people}
    wanted = [PersonField.AREA, PersonField.TITLE]
    rows = PersonChange.objects.filter(professional__in=by_key, field__in=wanted).order_by("effective_on", "pk")
    changes: dict[tuple[int, str], list[Change]] = {}
    for row in rows:
        change = Change(row.effective_on, row.before, row.after)
        changes.setdefault((row.professional_id, row.field), []).append(change)
    areas, series = _named(changes), _series(changes)
    return {
        key: History(
            person,
            tuple(changes.get((key, PersonField.AREA), ())),
            tuple(changes.get((key, PersonField.TITLE), ())),
            areas,
            series | ({person.title_series.code: person.title_series.name} if person.title_series else {}),
        )
        for key, person in by_key.items()
    }


def _named(changes: Mapping[tuple[int, str], list[Change]]) -> dict[str, Area]:
    codes = _told(changes, PersonField.AREA, "area")
    return Area.objects.in_bulk(codes) if codes else {}


def _series(changes: Mapping[tuple[int, str], list[Change]]) -> dict[str, str]:
    codes = _told(changes, PersonField.TITLE, "series")
    return dict(TitleSeries.objects.filter(pk__in=codes).values_list("code", "name")) if codes else {}


def _told(changes: Mapping[tuple[int, str], list[Change]], field: str, name: str) -> set[str]:
    """Every code that the changes of `field` name, before or after."""
    rows = [change for (_, kind), found in changes.items() if kind == field for change in found]
    return {side[name] for change in rows for side in (change.before, change.after) if side.get(name)}
