"""What a unit may read of its people's hours: of those who work there all, of those who left what was before (A23)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Employment, Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.people import people_of
from credits.models import HourEntry, YearAccount
from credits.selectors.accounts import account_of, entries_of


@dataclass(frozen=True)
class Insight:
    """What of a person a reader may see: with `is_whole` everything, else what was credited at `units`."""

    person: Professional
    is_whole: bool
    units: tuple[int, ...]

    def entries(self, year: int) -> QuerySet[HourEntry]:
        entries = entries_of(self.person, year)
        return entries if self.is_whole else entries.filter(organization__in=self.units)

    def account(self, year: int) -> YearAccount | None:
        return account_of(self.person, year) if self.is_whole else None

    def years(self) -> list[int]:
        entries = HourEntry.objects.filter(professional=self.person)
        if not self.is_whole:
            entries = entries.filter(organization__in=self.units)
        return list(entries.order_by("-year").values_list("year", flat=True).distinct())


def former_people_of(user: User, text: str = "") -> QuerySet[Professional]:
    """Who worked at a unit `user` acts for and works there no longer, by the start of the name."""
    jobs = Employment.objects.filter(organization__in=_units(user).values("pk"))
    still = jobs.filter(professional=OuterRef("pk"), ended_on__isnull=True)
    people = Professional.objects.filter(~Exists(still), pk__in=jobs.values("professional"))
    if start := text.replace("\0", "").strip():
        people = people.filter(name__startswith=start)
    return people.exclude(user=user).select_related("area", "title_series")


def insight_of(user: User, person: Professional) -> Insight:
    """`person` is one that `people_with_hours` gave. A second employer reads what was credited with it alone."""
    units = tuple(_units(user).values_list("pk", flat=True))
    chief = Q(is_principal=True, ended_on__isnull=True)
    elsewhere = Employment.objects.filter(chief, professional=person).exclude(organization__in=units)
    present = people_of(user).filter(pk=person.pk).exists()
    return Insight(person, present and not elsewhere.exists(), units)


def people_with_hours(user: User) -> QuerySet[Professional]:
    """Those whose hours `user` may read, all or some; never their own by this way."""
    here, before = people_of(user).order_by().values("pk"), former_people_of(user).order_by().values("pk")
    people = Professional.objects.filter(pk__in=here.union(before)).exclude(user=user)
    return people.select_related("area", "title_series", "user")


def jobs_seen_by(user: User, person: Professional) -> QuerySet[Employment]:
    """When the person worked at the units of `user`."""
    jobs = Employment.objects.filter(professional=person, organization__in=_units(user).values("pk"))
    return jobs.select_related("organization").order_by("started_on", "pk")


def _units(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.SEE_HOURS)
