"""What an address of the statistics asks for, and the addresses of what a figure counts."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from accounts.enums import TitleLevel, UnitNature
from accounts.models import TitleSeries
from ceportal.kernel.rules.dated import year_in
from ceportal.office.selectors.statistics import Asked, Scope, place_seen_by, unit_seen_by

_MOST = 40


def asked_of(query: QueryDict, scope: Scope, *, today: date) -> Asked:
    """What the address narrows to. Raises `Http404` for a place or unit that is not the reader's."""
    place = place_seen_by(scope, text_of(query, "place"))
    if place is None:
        raise Http404
    level, nature, trade = text_of(query, "level"), text_of(query, "nature"), text_of(query, "trade")
    unit = unit_seen_by(scope, text_of(query, "unit")) if query.get("unit") else None
    if unit is None and query.get("unit"):
        raise Http404
    return Asked(
        year=year_in(text_of(query, "year")) or today.year,
        place=place,
        own=query.get("own") == "1",
        trade=trade if TitleSeries.objects.filter(pk=trade).exists() else "",
        nature=nature if nature in UnitNature.values else "",
        level=level if level in TitleLevel.values else "",
        unit=unit,
    )


def text_of(query: QueryDict, name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:_MOST]


def statistics_href(asked: Asked) -> str:
    return href_of("office:statistics", asked)


def people_href(asked: Asked, *, standing: str = "", measure: str = "") -> str:
    """The people a figure counts, or of whom it is added up."""
    return narrowed(href_of("office:counted_people", asked), standing=standing, measure=measure)


def narrowed(href: str, **more: str) -> str:
    """An address of `href_of` that asks for `more` besides: what is empty asks for nothing."""
    said = {name: value for name, value in more.items() if value}
    return f"{href}&{urlencode(said)}" if said else href


def href_of(page: str, asked: Asked, more: Mapping[str, str] | None = None) -> str:
    query = asked.query | {name: value for name, value in (more or {}).items() if value}
    return f"{reverse(page)}?{urlencode(query)}"
