"""People under a unit or an office with their year: met or not, what is missing and by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import Employment, Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.people import people_of
from accounts.selectors.reach import reach_of
from ceportal.office.models import Reminder
from ceportal.office.rules.staff import Asked, State, missing_words, state_of
from credits.enums import DeclarationState, ObligationKind
from credits.models import Declaration, Obligation, YearAccount
from credits.rules.closing import deadline_of
from credits.rules.requirements import Requirements, Threshold, hours_missing, thresholds
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book

_UNDER_REVIEW = (DeclarationState.AT_EMPLOYER, DeclarationState.AT_AUTHORITY)
_NOTHING_ASKED = (ObligationKind.EXEMPT, ObligationKind.NOT_YET, ObligationKind.ELSEWHERE)
DEPARTMENTS_SHOWN = 100


@dataclass(frozen=True)
class StaffYear:
    """One person's year as their unit reads it. `awaited` hours are under review, `held` are in doubt: neither counts
    yet. `unit` is the principal employer, None for who has none.
    """

    person: Professional
    unit: Organization | None
    department: str
    state: State
    thresholds: list[Threshold]
    awaited: Decimal
    held: Decimal
    until: date
    reminded_at: datetime | None

    @property
    def is_behind(self) -> bool:
        return self.state == State.BEHIND

    @property
    def missing(self) -> str:
        return missing_words(self.thresholds) if self.is_behind else ""

    @property
    def hours_missing(self) -> Decimal:
        return hours_missing(self.thresholds) if self.is_behind else Decimal(0)


def staff_of(user: User, asked: Asked) -> QuerySet[Professional]:
    """All of `arms_of_staff`, for asking of some of them. In the order of keys a million people are read to find a
    few: lists and counts take the arms.
    """
    return _narrowed(reduce(or_, _whose(user)), asked)


def arms_of_staff(user: User, asked: Asked) -> list[QuerySet[Professional]]:
    """Of whom `user` may read how the year stands: people whose principal employer is a unit they manage (a second
    employer reads what was credited with it alone, A23), who came to their bureau without an employer, who are of the
    place or trade they oversee. Whoever is in two of these is in both.
    """
    return [_narrowed(whose, asked) for whose in _whose(user)]


def _whose(user: User) -> list[Q]:
    """The people of places; those who are found by their units."""
    working = Employment.objects.filter(ended_on__isnull=True, is_principal=True)
    mine = working.filter(organization__in=units_for(user, Act.SEE_PEOPLE).values("pk"))
    jobs = Employment.objects.filter(professional=OuterRef("pk"), ended_on__isnull=True)
    unemployed = people_of(user).filter(~Exists(jobs))
    reach = reach_of(user, Act.OVERSEE)
    below = working.filter(reach.of_units("organization"))
    whose = mine.values("professional").union(unemployed.order_by().values("pk"), below.values("professional"))
    return [*([reach.of_places("area")] if reach.places else []), Q(pk__in=whose)]


def own_staff_of(user: User, asked: Asked) -> QuerySet[Professional]:
    """The same of the units alone that `user` manages: whom they may remind and put into departments."""
    working = Employment.objects.filter(ended_on__isnull=True, is_principal=True)
    mine = working.filter(organization__in=units_for(user, Act.REMIND_PEOPLE).values("pk"))
    return staff_of(user, asked).filter(pk__in=mine.values("professional"))


def reminded_by(user: User, asked: Asked) -> QuerySet[Professional]:
    """Whom `user` may tell that the year is not met: those of their units, and of the place or trade they oversee
    (S2-15).
    """
    working = Employment.objects.filter(ended_on__isnull=True, is_principal=True)
    reach = reach_of(user, Act.URGE_PEOPLE)
    below = working.filter(reach.of_units("organization"))
    own = own_staff_of(user, Asked(asked.year)).order_by().values("pk").union(below.values("professional"))
    return staff_of(user, asked).filter(reach.of_places("area") | Q(pk__in=own))


def _narrowed(whose: Q, asked: Asked) -> QuerySet[Professional]:
    working = Employment.objects.filter(ended_on__isnull=True, is_principal=True)
    people = Professional.objects.filter(
        whose, approved_at__isnull=False, left_at__isnull=True, merged_into__isnull=True
    )
    if asked.name:
        people = people.filter(name__startswith=asked.name)
    if asked.level:
        people = people.filter(title_level=asked.level)
    if asked.unit:
        people = people.filter(pk__in=working.filter(organization__name__startswith=asked.unit).values("professional"))
    if asked.organization:
        people = people.filter(pk__in=working.filter(organization__ref=asked.organization).values("professional"))
    if asked.department:
        people = people.filter(pk__in=working.filter(department=asked.department).values("professional"))
    met = Exists(YearAccount.objects.filter(professional=OuterRef("pk"), year=asked.year, is_met=True))
    if asked.show == "met":
        people = people.filter(met)
    elif asked.show == "behind":
        people = people.filter(~met, ~Exists(_released(asked.year)))
    return people.select_related("area", "title_series", "user")


def _released(year: int) -> QuerySet[Obligation]:
    """Who need learn nothing in the year, as granted; what follows of titles is judged person by person."""
    holding = Q(ended_at__isnull=True, year_to__isnull=True) | Q(ended_at__isnull=True, year_to__gte=year)
    rows = Obligation.objects.filter(professional=OuterRef("pk"), kind__in=_NOTHING_ASKED, year_from__lte=year)
    return rows.filter(holding | Q(ended_at__isnull=False, last_year__gte=year))


def staff_years(people: Iterable[Professional], year: int, *, now: datetime) -> list[StaffYear]:
    """Each person's year, in their order, in a handful of queries however many."""
    everybody = list(people)
    keys = [person.pk for person in everybody]
    bench = Bench(rule_book(), now)
    bench.learn(everybody, [year])
    rows = YearAccount.objects.filter(professional__in=keys, year=year).select_related("area")
    accounts = {row.professional_id: row for row in rows}
    working = Employment.objects.filter(professional__in=keys, ended_on__isnull=True, is_principal=True)
    jobs = {job.professional_id: job for job in working.select_related("organization")}
    open_ones = Declaration.objects.filter(professional__in=keys, year=year, state__in=_UNDER_REVIEW).order_by()
    awaited = dict(open_ones.values_list("professional").annotate(Sum("hours_claimed")))
    told = Reminder.objects.filter(professional__in=keys, year=year)
    reminded = dict(told.values_list("professional_id", "at"))
    return [
        _year_of(
            person, year, accounts.get(person.pk), jobs.get(person.pk), bench, awaited.get(person.pk) or Decimal(0),
            reminded.get(person.pk),
        )
        for person in everybody
    ]  # fmt: skip


def _year_of(
    person: Professional, year: int, account: YearAccount | None, job: Employment | None, bench: Bench,
    awaited: Decimal, reminded_at: datetime | None,
) -> StaffYear:  # fmt: skip
    asked = _asked_of(person, year, account, bench)
    is_met = account is not None and account.is_met
    state = state_of(is_met=is_met, has_rule=asked is not None, is_obliged=asked is not None and asked.is_obliged)
    return StaffYear(
        person=person,
        unit=job.organization if job else None,
        department=job.department if job else "",
        state=state,
        thresholds=thresholds(asked, standing_of(account)) if asked else [],
        awaited=awaited,
        held=account.held if account else Decimal(0),
        until=deadline_of(year, asked),
        reminded_at=reminded_at,
    )


def _asked_of(person: Professional, year: int, account: YearAccount | None, bench: Bench) -> Requirements | None:
    """A closed year asks what its account was judged by, where there is one (A19)."""
    if account is not None and year < bench.this_year:
        return bench.asked_in(account, account.area)
    judged = bench.judged(person, year)
    return bench.asked_at(person, judged.area, year, judged.level, judged.trade)


def departments_of(user: User) -> list[str]:
    """Those of the units `user` manages, for choosing."""
    units = units_for(user, Act.SEE_PEOPLE)
    jobs = Employment.objects.filter(organization__in=units.values("pk"), ended_on__isnull=True).exclude(department="")
    return list(jobs.order_by("department").values_list("department", flat=True).distinct()[:DEPARTMENTS_SHOWN])
