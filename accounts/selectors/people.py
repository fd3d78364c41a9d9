"""Finding people, their employer, and the units they can choose."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.enums import UnitState
from accounts.fields import id_indexes
from accounts.models import Area, Employment, Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, duties_of, units_for
from accounts.selectors.matters import came_to_bureaus
from accounts.selectors.unit_changes import named_before
from ceportal.kernel.rules.id_number import normalise, reasons_not_to_accept_uscc
from ceportal.kernel.rules.text import comparable

UNITS_SHOWN = 30


def employer_of(professional: Professional, on: date | None = None) -> Organization | None:
    """The principal employer, now or on a day; None for a person without one (the place's bureau is in charge)."""
    jobs = Employment.objects.filter(professional=professional, is_principal=True)
    if on is None:
        jobs = jobs.filter(ended_on__isnull=True)
    else:
        jobs = jobs.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on), started_on__lte=on)
    job = jobs.select_related("organization__area", "organization__supervisor").order_by("-started_on", "-pk").first()
    return job.organization if job else None


def approved_person(user: User) -> Professional | None:
    """The professional who signs in with this account, once approved."""
    found = Professional.objects.filter(user=user, approved_at__isnull=False)
    return found.select_related("user", "area", "title_series").first()


def unit_of(user: User) -> Organization | None:
    """Who looks at this account's own matters first: the employer, else the unit it acts for."""
    person = approved_person(user)
    if person is not None:
        return employer_of(person)
    held = duties_of(user).first()
    return held.organization if held else None


def find_by_id_number(number: str) -> Professional | None:
    """The registered person with this number, whether approved or not."""
    found = Professional.objects.filter(id_index__in=id_indexes(normalise(number)))
    return found.select_related("user", "area", "title_series").first()


def find_units(area: Area, text: str) -> QuerySet[Organization]:
    """Employers of a place and below it that people can choose, by part of the name or by the whole USCC, also by what
    they were called before or have taken in.
    """
    units = Organization.objects.filter(is_employer=True, state=UnitState.ACTIVE, **below(area))
    code = normalise(text)
    if not reasons_not_to_accept_uscc(code):
        merged = Organization.objects.filter(uscc=code, merged_into__isnull=False)
        units = units.filter(Q(uscc=code) | Q(pk__in=merged.values("merged_into")))
    elif text.strip():
        units = units.filter(Q(name_key__contains=comparable(text)) | named_before(text))
    return units.select_related("area", "supervisor").order_by("area_id", "name_key")


def people_of(user: User, text: str = "") -> QuerySet[Professional]:
    """The approved people of the units `user` manages or approves people for, by the start of the name.

    A bureau has those who came to it because they have no employer.
    """
    held = units_for(user, Act.SEE_PEOPLE).values("pk")
    current = Employment.objects.filter(ended_on__isnull=True)
    here = current.filter(organization__in=held).values("professional")
    unemployed = came_to_bureaus(held).filter(~Exists(current.filter(professional=OuterRef("pk"))))
    # A union and no OR: the database finds these few by their units, and reads no million people to ask of each.
    people = Professional.objects.filter(
        pk__in=here.union(unemployed.order_by().values("pk")), approved_at__isnull=False, left_at__isnull=True
    )
    if start := text.replace("\0", "").strip():
        people = people.filter(name__startswith=start)
    jobs = current.select_related("organization")
    return people.select_related("title_series", "area").prefetch_related(
        Prefetch("employments", queryset=jobs, to_attr="jobs")
    )


def approved_people(id_indexes: Iterable[str]) -> QuerySet[Professional]:
    """The registered and approved people with one of these blind indexes."""
    found = Professional.objects.filter(id_index__in=id_indexes, approved_at__isnull=False)
    return found.select_related("area", "title_series", "merged_into__area", "merged_into__title_series")


def one_and_merged(professional: Professional) -> QuerySet[Professional]:
    """A person's account with those merged into it: to be looked up by key. Asked for across the join of what is
    theirs, PostgreSQL reads everybody's.
    """
    return Professional.objects.filter(Q(pk=professional.pk) | Q(merged_into=professional)).order_by()


def goes_on(person: Professional) -> Professional:
    """Whoever has the account into which this one was merged, or the person."""
    return person.merged_into or person


def employers_of(professionals: Iterable[int], on: date | None = None) -> dict[int, int]:
    """The principal employer of each of these people (by primary keys) who has one, now or on a day."""
    jobs = Employment.objects.filter(professional__in=professionals, is_principal=True)
    if on is None:
        jobs = jobs.filter(ended_on__isnull=True)
    else:
        jobs = jobs.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on), started_on__lte=on)
    return dict(jobs.order_by("started_on", "pk").values_list("professional", "organization"))
