"""Where a person can learn online so that the hours come by themselves."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from accounts.models import Professional
from accounts.selectors.entry import entries_of
from bases.enums import RecognitionKind
from bases.models import Recognition
from bases.rules.directory import shuffled
from bases.selectors.directory import with_links
from bases.selectors.listed import listed_for
from credits.enums import Subject
from credits.rules.ruleset import trade_of


@dataclass(frozen=True)
class Line:
    """A platform of the list. `entry_url` leads in by the portal's sign-in, `url` to its own front page, which has not
    answered for days where it `leads_nowhere`.
    """

    name: str
    site: str
    subjects: tuple[str, ...]
    trade: str
    phones: tuple[str, ...]
    is_free: bool
    url: str
    entry_url: str
    leads_nowhere: bool


def lines_for(person: Professional, *, on: date) -> list[Line]:
    """The platforms of the year's lists for where the person works: the zones of their own trade (A30), then the others
    in the day's neutral order (S0-04). Those of another trade would not count. Two queries.
    """
    rows = listed_for(person.area.codes, on.year, on=on).filter(kind=RecognitionKind.PLATFORM)
    found = list(with_links(rows))
    trade = trade_of(person.title_series.name if person.title_series else "", {row.trade for row in found})
    found = [row for row in found if row.trade in {"", trade}]
    entries = entries_of(row.organization_id for row in found)
    rank = shuffled((row.ref for row in found), on)
    found.sort(key=lambda row: (not row.trade, rank[row.ref]))
    return [_line(row, entries.get(row.organization_id, "")) for row in found]


def _line(row: Recognition, entry: str) -> Line:
    """Who starts a sign-in for somebody else says with whom (OpenID Connect, third-party initiated login)."""
    mark = "&" if urlsplit(entry).query else "?"
    return Line(
        name=row.organization.name,
        site=row.site_name or row.organization.name,
        subjects=tuple(str(Subject(subject).label) for subject in row.subjects),
        trade=row.trade,
        phones=tuple(row.phones),
        is_free=row.is_free,
        url=row.url if urlsplit(row.url).scheme in {"http", "https"} else "",
        leads_nowhere=bool(row.url) and bool(getattr(row, "link_is_dead", False)),
        entry_url=f"{entry}{mark}{urlencode({'iss': settings.PUBLIC_URL})}" if entry else "",
    )
