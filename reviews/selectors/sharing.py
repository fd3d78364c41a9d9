"""How a desk is divided and narrowed: by colleague, unit, county and department; and what of it was looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.enums import Duty
from accounts.models import Area, Employment, Membership, Organization, User
from credits.models import Declaration, Evidence
from reviews.enums import REVIEWING, Share
from reviews.models import Allotment, Opening

# A choice of more is no choice: who has more types a name.
CHOICES = 60
_NARROWED = 2000


@dataclass(frozen=True)
class Narrowing:
    """What of an inbox is shown. `place` and `unit` are of whoever declares."""

    share: str = ""
    subject: str = ""
    place: str = ""
    unit: str = ""
    department: str = ""
    name: str = ""
    year: int | None = None

    @property
    def is_any(self) -> bool:
        return any((self.share, self.subject, self.place, self.unit, self.department, self.name, self.year))


def narrowed(rows: QuerySet[Declaration], by: Narrowing, user: User) -> QuerySet[Declaration]:
    """Those of an inbox that `by` asks for; what it does not know finds nothing."""
    rows = _of_share(rows, by.share, user)
    if by.subject:
        rows = rows.filter(subject=by.subject)
    if by.place:
        area = Area.objects.filter(pk=by.place).first()
        rows = rows.filter(professional__area__path__startswith=area.path) if area else rows.none()
    if by.unit:
        rows = rows.filter(organization__name__contains=by.unit)
    if by.department:
        works = Employment.objects.filter(
            professional=OuterRef("professional"),
            organization=OuterRef("organization"),
            ended_on__isnull=True,
            department=by.department,
        )
        rows = rows.filter(Exists(works))
    if by.name:
        rows = rows.filter(professional__name__startswith=by.name)
    return rows.filter(year=by.year) if by.year else rows


def _of_share(rows: QuerySet[Declaration], share: str, user: User) -> QuerySet[Declaration]:
    given = Allotment.objects.filter(declaration=OuterRef("pk"), round=OuterRef("round"), stage=OuterRef("stage"))
    if share == Share.MINE:
        return rows.filter(Exists(given.filter(to=user)))
    return rows.filter(~Exists(given)) if share == Share.FREE else rows


def who_sees_to(rows: Iterable[Declaration]) -> dict[int, User]:
    """By the key of a declaration, who sees to it at its present stage."""
    given = Allotment.objects.filter(
        declaration__in=[row.pk for row in rows], round=F("declaration__round"), stage=F("declaration__stage")
    )
    return {one.declaration_id: one.to for one in given.select_related("to")}


def colleagues_of(user: User) -> QuerySet[User]:
    """Who reviews at a unit for which `user` reviews."""
    units = Membership.objects.filter(user=user, duty=REVIEWING, ended_at__isnull=True).values("organization")
    held = Membership.objects.filter(
        user=OuterRef("pk"), organization__in=units, duty=Duty.REVIEW_HOURS, ended_at__isnull=True
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("name", "pk")


def is_at_a_large_desk(user: User, units: Sequence[Organization]) -> bool:
    """Whether others review with `user`, or for more than one unit: only then is there something to divide."""
    return len(units) > 1 or colleagues_of(user).exclude(pk=user.pk).exists()


def _first(rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """Those due first, for a look with a bound."""
    return rows.select_related(None).order_by("due_at", "id")


def places_in(rows: QuerySet[Declaration]) -> list[Area]:
    """The places of those who wait, as far as a bounded look finds them."""
    found = _first(rows).values("professional__area")[:_NARROWED]
    return list(Area.objects.filter(pk__in=found).order_by("path")[:CHOICES])


def departments_in(rows: QuerySet[Declaration]) -> list[str]:
    """The departments of those who wait, where units keep any."""
    people = _first(rows).values("professional")[:_NARROWED]
    kept = Employment.objects.filter(professional__in=people, ended_on__isnull=True).exclude(department="")
    return list(kept.order_by("department").values_list("department", flat=True).distinct()[:CHOICES])


def looked_through(rows: Sequence[Declaration], reviewer: User) -> set[int]:
    """The keys of those of `rows` whose page and every file `reviewer` was served in their current version."""
    versions = {row.pk: row.version for row in rows}
    opened: dict[int, set[str]] = {row.pk: set() for row in rows}
    openings = Opening.objects.filter(declaration__in=list(versions), reviewer=reviewer)
    for key, version, digest in openings.values_list("declaration", "version", "file_digest"):
        if version == versions[key]:
            opened[key].add(digest)
    files: dict[int, set[str]] = {row.pk: {""} for row in rows}
    evidence = Evidence.objects.filter(declaration__in=list(versions))
    for key, digest in evidence.values_list("declaration", "file__digest"):
        files[key].add(digest)
    return {key for key, wanted in files.items() if wanted <= opened[key]}
