"""The public directory of institutions, and whose page is whose."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Duty
from accounts.models import Area, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import holders_of, units_for
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Absence, Disclosure, LinkCheck, Recognition, TrainingClass
from bases.rules.directory import shuffled
from bases.rules.links import FAILURES_TO_BE_DEAD
from bases.rules.recognition import Absent
from bases.selectors.classes import Wanted, classes_to_come
from bases.selectors.recognised import absences_at, place_of
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.text import comparable

PAGE_SIZE = 20
_SUBJECTS = {"public": "公需科目", "professional": "专业科目"}


@dataclass(frozen=True)
class Search:
    """What is looked for; empty is everything."""

    year: int
    area: str = ""
    subject: str = ""
    trade: str = ""
    kind: str = ""
    words: str = ""
    only_free: bool = False
    only_urgent: bool = False
    only_for_public_benefit: bool = False
    by_name: bool = False


@dataclass(frozen=True)
class Line:
    """One recognition as the public reads it. `tone` is that of the mark beside `standing`."""

    row: Recognition
    standing: str
    tone: str
    absent: Absent | None

    @property
    def subjects(self) -> str:
        return "、".join(_SUBJECTS[subject] for subject in self.row.subjects if subject in _SUBJECTS)

    @property
    def href(self) -> str:
        """The institution's own site, as long as it stands by its place."""
        return self.row.url if self.tone != "bad" and urlsplit(self.row.url).scheme in {"http", "https"} else ""

    @property
    def leads_nowhere(self) -> bool:
        """The site has not answered for days (S0-16)."""
        return bool(self.href) and bool(getattr(self.row, "link_is_dead", False))


@dataclass(frozen=True)
class Entry:
    """An institution with its lines of a year."""

    organization: Organization
    lines: list[Line]
    has_disclosed: bool


@dataclass(frozen=True)
class Page:
    items: list[Entry]
    total: int
    next_cursor: str
    is_first: bool


def years_listed() -> list[int]:
    return list(Recognition.objects.order_by("-year").values_list("year", flat=True).distinct())


def trades_listed(*, on: date) -> list[str]:
    """Those of the lists, and those of the classes to come: two queries."""
    listed = Recognition.objects.exclude(trade="").order_by().values_list("trade", flat=True).distinct()
    to_come = classes_to_come(Wanted(), on=on).filter(trade__isnull=False).order_by()
    taught = to_come.values_list("trade__name", flat=True).distinct()
    return sorted({*listed, *taught})


def cities() -> QuerySet[Area]:
    """Those directly below the province."""
    return Area.objects.filter(parent__parent__isnull=True, parent__isnull=False).order_by("code")


def found(search: Search, *, on: date, start: int) -> Page:
    """A page of institutions in an order that favours nobody: five queries."""
    keys = _matching(search, on=on)
    units = dict(
        Organization.objects.filter(pk__in=keys.values("organization")).order_by("name_key").values_list("ref", "pk")
    )
    rank = {} if search.by_name else shuffled(units, on)
    ordered = [units[ref] for ref in sorted(units, key=lambda ref: rank.get(ref, 0))]
    shown = ordered[start : start + PAGE_SIZE]
    items = entries(shown, keys, on=on)
    more = len(ordered) > start + PAGE_SIZE
    return Page(items, len(ordered), str(start + PAGE_SIZE) if more else "", start == 0)


def entries(units: Collection[int], rows: QuerySet[Recognition], *, on: date) -> list[Entry]:
    """In the order of `units`, each with its lines among `rows`."""
    lines: dict[int, list[Line]] = defaultdict(list)
    organizations: dict[int, Organization] = {}
    absences = absences_at(units)
    for row in with_links(rows.filter(organization__in=units)).select_related("organization__area", "area"):
        organizations[row.organization_id] = row.organization
        lines[row.organization_id].append(line_of(row, absences.get(place_of(row), ()), on=on))
    disclosed = set(Disclosure.objects.filter(organization__in=units).values_list("organization", flat=True))
    return [Entry(organizations[unit], lines[unit], unit in disclosed) for unit in units]


def line_of(row: Recognition, absences: Iterable[Absent], *, on: date) -> Line:
    """How it stands on a day; in a year that has passed, on its last day."""
    day = min(max(on, date(row.year, 1, 1)), date(row.year, 12, 31))
    absent = next((one for one in absences if one.covers(day)), None)
    if absent:
        return Line(row, "已退出" if absent.is_exit else "暂停", "bad" if absent.is_exit else "warn", absent)
    if row.ended_on and row.ended_on < day:
        return Line(row, f"{day_words(row.ended_on)}终止", "bad", None)
    is_verified = row.status == RecognitionStatus.VERIFIED
    return Line(row, "在名单中" if is_verified else "沿用上一年度", "ok" if is_verified else "wait", None)


def lines_of(organization: Organization, *, on: date) -> list[Line]:
    """All its lines, the latest year first."""
    rows = with_links(Recognition.objects.filter(organization=organization)).select_related("area", "organization")
    absences = absences_at([organization.pk])
    return [line_of(row, absences.get(place_of(row), ()), on=on) for row in rows.order_by("-year", "kind", "id")]


def listed_institutions() -> QuerySet[Organization]:
    """Those of any list of any year: whose page anybody may read."""
    return Organization.objects.filter(pk__in=Recognition.objects.values("organization")).select_related("area")


def disclosing_units(user: User) -> QuerySet[Organization]:
    """The institutions whose public page `user` keeps."""
    teach = Q(is_base=True) | Q(is_platform=True)
    return units_for(user, Act.DISCLOSE).filter(teach).select_related("area").order_by("name_key")


def absences_of(row: Recognition) -> QuerySet[Absence]:
    """Those of the institution's place on this list, in whatever year, the latest first."""
    same = {"organization": row.organization_id, "list_kind": row.kind, "area": row.area_id, "site_name": row.site_name}
    return Absence.objects.filter(**same).order_by("-from_on", "-id")


def people_at(organization: Organization, duties: Iterable[Duty]) -> QuerySet[User]:
    """Who acts for it with any of these duties."""
    return reduce(or_, (holders_of(organization, duty) for duty in duties))


def with_links(rows: QuerySet[Recognition]) -> QuerySet[Recognition]:
    """Each with whether its site is marked as dead, as `link_is_dead`."""
    dead = LinkCheck.objects.filter(url=OuterRef("url"), failures__gte=FAILURES_TO_BE_DEAD)
    return rows.annotate(link_is_dead=Exists(dead))


def _teaches(classes: QuerySet[TrainingClass]) -> Q:
    """Of lines: the institution has announced one of these."""
    return Q(organization__in=classes.values("organization"))


def _matching(search: Search, *, on: date) -> QuerySet[Recognition]:
    rows = Recognition.objects.filter(year=search.year)
    is_platform = Q(kind=RecognitionKind.PLATFORM)
    if search.kind:
        rows = rows.filter(is_platform if search.kind == "platform" else ~is_platform)
    if search.area:
        inside = f"/{search.area}/"
        rows = rows.filter(Q(organization__area__path__contains=inside) | Q(area__path__contains=inside))
    to_come = classes_to_come(Wanted(), on=on).order_by()
    if search.trade:
        rows = rows.filter(Q(trade=search.trade) | _teaches(to_come.filter(trade__name=search.trade)))
    if search.only_free:
        rows = rows.filter(Q(is_free=True) | _teaches(to_come.filter(is_free=True)))
    if search.only_urgent:
        rows = rows.filter(_teaches(to_come.filter(is_urgent=True)))
    if search.only_for_public_benefit:
        rows = rows.filter(_teaches(to_come.filter(is_for_public_benefit=True)))
    if search.words:
        name = comparable(search.words)
        rows = rows.filter(Q(organization__name_key__contains=name) | Q(site_name__icontains=search.words))
    if search.subject:
        wanted = [row.pk for row in rows.only("pk", "subjects") if search.subject in row.subjects]
        rows = rows.filter(pk__in=wanted)
    return rows.order_by("kind", "sequence", "id")
