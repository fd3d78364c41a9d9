"""Which unit has named its officer, who of them was trained, and how many of those who ought to are registered."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.enums import UnitState
from accounts.models import Area, Employment, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.reach import Reach, reach_of
from ceportal.office.models import Headcount, Officer, OfficerAttendance, OfficerSum, OfficerTraining
from ceportal.office.rules.officers import share

# Units of a place: so many are counted while the page waits.
LIVE_AT_MOST = 1000


@dataclass(frozen=True)
class Whole:
    """A whole place: its units, those with an officer, those that said how many they are, and their registered; as of
    when, if the clock counted them.
    """

    units: int
    with_officer: int
    said: int
    obliged: int
    registered: int
    at: datetime | None = None

    @property
    def share(self) -> Decimal | None:
        return share(self.registered, self.obliged)


def own_units(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.NAME_OFFICER).select_related("area").order_by("pk")


def officer_of(unit: Organization) -> Officer | None:
    return Officer.objects.filter(organization=unit, ended_at__isnull=True).first()


def trainings_attended(unit: Organization) -> QuerySet[OfficerAttendance]:
    """By whoever was its officer then, the latest first."""
    rows = OfficerAttendance.objects.filter(officer__organization=unit)
    return rows.select_related("training__office", "officer").order_by("-training__ended_on", "-id")


def headcount_of(unit: Organization, year: int) -> Headcount | None:
    return Headcount.objects.filter(organization=unit, year=year).first()


def registered_at(unit: Organization) -> int:
    return _at_work().filter(organization=unit).count()


def units_overseen(user: User, year: int, *, name: str = "", look: str = "") -> QuerySet[Organization]:
    """Employers within the reader's reach with their officer, headcount and registered people; `look` keeps those
    with an officer (`named`) or none (`none`), untrained (`untrained`), that have said a number (`said`) or not
    (`unsaid`).
    """
    units = _units(reach_of(user, Act.OVERSEE_OFFICERS))
    if name:
        units = units.filter(name__startswith=name)
    here = Officer.objects.filter(organization=OuterRef("pk"), ended_at__isnull=True)
    trained = OfficerAttendance.objects.filter(
        officer__organization=OuterRef("pk"), officer__ended_at__isnull=True, training__ended_on__year=year
    )
    said = Headcount.objects.filter(organization=OuterRef("pk"), year=year)
    if look in ("none", "named"):
        units = units.filter(~Exists(here) if look == "none" else Exists(here))
    elif look == "untrained":
        units = units.filter(~Exists(trained))
    elif look in ("unsaid", "said"):
        units = units.filter(~Exists(said) if look == "unsaid" else Exists(said))
    counted = _at_work().filter(organization=OuterRef("pk")).order_by().values("organization")
    return units.select_related("area").annotate(
        officer_name=Subquery(here.values("name")[:1]),
        officer_office=Subquery(here.values("office")[:1]),
        officer_phone=Subquery(here.values("phone")[:1]),
        is_full_time=Subquery(here.values("is_full_time")[:1]),
        was_trained=Exists(trained),
        obliged=Subquery(said.values("obliged")[:1]),
        registered=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
    )


def whole_of(user: User, year: int) -> Whole:
    """The reader's whole reach; that of a large place as the clock last counted it."""
    reach = reach_of(user, Act.OVERSEE_OFFICERS)
    if len(reach.places) == 1 and not reach.authorities:
        kept = OfficerSum.objects.filter(place=reach.places[0], year=year).first()
        if kept:
            return Whole(kept.units, kept.with_officer, kept.said, kept.obliged, kept.registered, kept.at)
    return whole_within(reach, year)


def whole_within(reach: Reach, year: int) -> Whole:
    """In a few counts; registered are those of the units that said how many they are."""
    units = _units(reach).order_by()
    here = Officer.objects.filter(organization__in=units.values("pk"), ended_at__isnull=True)
    said = Headcount.objects.filter(organization__in=units.values("pk"), year=year)
    told = said.aggregate(units=Count("pk"), obliged=Coalesce(Sum("obliged"), 0))
    registered = _at_work().filter(organization__in=said.values("organization"))
    return Whole(
        units.count(), here.count(), told["units"], told["obliged"], registered.count() if told["units"] else 0
    )


def large_places() -> list[Area]:
    """Those with more than `LIVE_AT_MOST` units in them and below them, from the top."""
    counts: Counter[str] = Counter()
    for path, count in _employers().order_by().values_list("area__path").annotate(n=Count("pk")):
        counts.update(dict.fromkeys(path.rstrip("/").split("/"), count))
    large = [code for code, count in counts.items() if count > LIVE_AT_MOST]
    return list(Area.objects.filter(pk__in=large).order_by("path")) if large else []


def trainings_seen_by(user: User) -> QuerySet[OfficerTraining]:
    """Of the reader's offices, with how many took part."""
    offices = units_for(user, Act.OVERSEE_OFFICERS).values("pk")
    rows = OfficerTraining.objects.filter(office__in=offices).select_related("office")
    return rows.annotate(attended=Count("attendances"))


def offices_of(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.OVERSEE_OFFICERS).select_related("area").order_by("area__path", "pk")


def officers_for(user: User, training: OfficerTraining, *, name: str = "") -> QuerySet[Officer]:
    """Those in the reader's reach by the beginning of their unit's name, with whether they took part."""
    units = _units(reach_of(user, Act.OVERSEE_OFFICERS))
    if name:
        units = units.filter(name__startswith=name)
    there = OfficerAttendance.objects.filter(training=training, officer=OuterRef("pk"))
    rows = Officer.objects.filter(organization__in=units.order_by().values("pk"), ended_at__isnull=True)
    return rows.select_related("organization").annotate(was_there=Exists(there))


def _units(reach: Reach) -> QuerySet[Organization]:
    return _employers().filter(reach.of_places("area") | Q(supervisor__in=reach.authorities))


def _employers() -> QuerySet[Organization]:
    return Organization.objects.filter(is_employer=True, is_bureau=False, state=UnitState.ACTIVE)


def _at_work() -> QuerySet[Employment]:
    """Those whom `staff_of` lists."""
    there = {
        f"professional__{name}__isnull": name != "approved_at" for name in ("approved_at", "left_at", "merged_into")
    }
    return Employment.objects.filter(ended_on__isnull=True, is_principal=True, **there)
