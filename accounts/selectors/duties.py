"""Who may act for whom. To find it is to be permitted: every page and desk fetches through one of these."""

from collections.abc import Iterable
from functools import cache
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Duty, UnitState
from accounts.models import Area, Membership, Organization, Routed, User
from accounts.rules.policy import POLICY, Act, duties_for
from accounts.rules.roles import role_in_words
from ceportal.kernel.selectors.prepared import Prepared

Row = TypeVar("Row", bound=Routed)


def duties_of(user: User) -> QuerySet[Membership]:
    """The duties a user holds now, with their organizations."""
    return (
        Membership.objects.filter(user=user, ended_at__isnull=True, organization__state=UnitState.ACTIVE)
        .select_related("organization", "organization__area")
        .order_by("organization_id", "duty")
    )


def organizations_with(user: User, *duties: Duty) -> QuerySet[Organization]:
    """The organizations for which `user` holds one of `duties` now: found by what one holds, not among all units."""
    held = Membership.objects.filter(user=user, duty__in=duties, ended_at__isnull=True)
    return Organization.objects.filter(pk__in=held.values("organization"), state=UnitState.ACTIVE)


def units_for(user: User, act: Act) -> QuerySet[Organization]:
    """The organizations for which `user` may do `act` now, as the policy says (accounts.rules.policy)."""
    held = Membership.objects.filter(user=user, duty__in=POLICY[act].duties, ended_at__isnull=True)
    counts = Q(**{f"is_{kind}": True for kind in POLICY[act].at[:1]})
    for kind in POLICY[act].at[1:]:
        counts |= Q(**{f"is_{kind}": True})
    return Organization.objects.filter(counts, pk__in=held.values("organization"), state=UnitState.ACTIVE)


def units_for_any(user: User, *acts: Act) -> QuerySet[Organization]:
    """The organizations for which `user` may do one of `acts` now; one condition on what one holds, where an OR of
    several would be asked of every unit.
    """
    counts = Q(pk__in=[])
    for act in acts:
        permission = POLICY[act]
        kinds = Q(*(Q(**{f"organization__is_{kind}": True}) for kind in permission.at), _connector=Q.OR)
        counts |= Q(duty__in=permission.duties) & kinds
    held = Membership.objects.filter(counts, user=user, ended_at__isnull=True)
    return Organization.objects.filter(pk__in=held.values("organization"), state=UnitState.ACTIVE)


def may(user: User, *acts: Act) -> bool:
    """Whether `user` holds, anywhere, a duty that lets them do one of `acts`. What of it is theirs, selectors say."""
    return duties_of(user).filter(duty__in=duties_for(*acts)).exists()


def role_for(user: User, *acts: Act) -> str:
    """By which duties, and where, `user` may do one of `acts`, in words; nothing who may not."""
    return role_in_words((Duty(duty).label, unit) for duty, unit in _held_for(acts).ask(user.pk))


@cache
def _held_for(acts: tuple[Act, ...]) -> Prepared:
    duties = duties_for(*acts)
    return Prepared(lambda pk: duties_of(User(pk=pk)).filter(duty__in=duties).values_list("duty", "organization__name"))


def holders_of(organization: Organization, duty: Duty) -> QuerySet[User]:
    """The users who hold `duty` at `organization` now."""
    held = Membership.objects.filter(user=OuterRef("pk"), organization=organization, duty=duty, ended_at__isnull=True)
    return User.objects.filter(Exists(held), is_active=True)


def waiting_for(user: User, rows: QuerySet[Row]) -> QuerySet[Row]:
    """The inbox: what of `rows` waits with an organization for which `user` holds the duty asked, never their own."""
    held = Membership.objects.filter(
        user=user,
        ended_at__isnull=True,
        organization=OuterRef("waiting_on"),
        organization__state=UnitState.ACTIVE,
        duty=OuterRef("duty"),
    )
    return rows.filter(Exists(held)).exclude(declarant=user)


def who_can_rule(routed: Routed) -> QuerySet[User]:
    """The mirror of `waiting_for`: everybody in whose inbox `routed` stands."""
    if routed.waiting_on is None or routed.waiting_on.state != UnitState.ACTIVE:
        return User.objects.none()
    return holders_of(routed.waiting_on, Duty(routed.duty)).exclude(pk=routed.declarant_id)


def bureau_of(area: Area) -> Organization | None:
    """The HR bureau in charge of a place: its own, else the nearest above it (S4-01: bureaus go by many names)."""
    bureaus = Organization.objects.filter(area__in=area.codes, is_bureau=True, state=UnitState.ACTIVE)
    return bureaus.select_related("area").order_by("-area__path").first()


def bureau_for(unit: Organization) -> Organization | None:
    """The bureau a unit answers to: that of the place where its people take title review (S3-01), else of its own.

    A bureau does not answer to itself but to the next one up, as long as there is one (A24).
    """
    found = bureau_of(place_of(unit))
    if found is None or found.pk != unit.pk or unit.area.parent is None:
        return found
    return bureau_of(unit.area.parent) or found


def place_of(unit: Organization) -> Area:
    """Whose rules bind a unit's people: the place of their title review, else of the unit (S3-01)."""
    elsewhere = unit.answers_to
    return elsewhere.area if elsewhere and elsewhere.state == UnitState.ACTIVE else unit.area


def second_reviewer_of(employer: Organization) -> Organization | None:
    """Who reviews after the employer: its authority, or without one the place's bureau (A11, S1-13, S3-04 iii)."""
    return authority_above(employer) or bureau_for(employer)


def authority_above(employer: Organization) -> Organization | None:
    """For a unit that answers to another place's bureau an authority of elsewhere is none (S3-01)."""
    supervisor = employer.supervisor
    is_authority = supervisor and supervisor.is_authority and supervisor.state == UnitState.ACTIVE
    return supervisor if supervisor and is_authority and _is_of_its_place(supervisor, employer) else None


def _is_of_its_place(supervisor: Organization, employer: Organization) -> bool:
    return employer.answers_to_id is None or supervisor.area.path.startswith(place_of(employer).path)


def first_reviewer_of(employer: Organization | None, place: Area, declarant: User) -> tuple[Organization | None, bool]:
    """Who reviews what `declarant` hands in first, and whether that is the employer.

    Without an employer the place's bureau stands in for it and alone decides: the same office is not asked twice
    (S1-03, S1-13, A11). It does so too, or the authority, where the declarant is the employer's only reviewer (A24).
    """
    if employer is None:
        return in_charge(Duty.REVIEW_HOURS, place, but_not=[declarant]), False
    holders = set(holders_of(employer, Duty.REVIEW_HOURS).values_list("pk", flat=True))
    second = second_reviewer_of(employer) if holders == {declarant.pk} else None
    return (second, False) if second else (employer, True)


def below(area: Area, prefix: str = "area") -> dict[str, str]:
    """A filter for rows of `area` and all places below it: `rows.filter(**below(area))`.

    Below a county there are none: named alone, its rows are read in turn by an index that begins with the place.
    """
    return {prefix: area.pk} if area.is_lowest else {f"{prefix}__path__startswith": area.path}


def in_charge(
    duty: Duty, area: Area, first: Organization | None = None, *, but_not: Iterable[User] = ()
) -> Organization | None:
    """With whom a matter of `duty` waits: `first` if somebody there can act, else the nearest bureau where one can.

    A unit whose administrator has left must not hold its people up. Where nobody can act anywhere, the place's own
    bureau has it: it is the one that must appoint somebody.
    """
    bureaus = Organization.objects.filter(area__in=area.codes, is_bureau=True, state=UnitState.ACTIVE)
    units = ([first] if first else []) + list(bureaus.select_related("area").order_by("-area__path"))
    held = Membership.objects.filter(
        organization__in=units, duty=duty, ended_at__isnull=True, user__is_active=True
    ).exclude(user__in=list(but_not))
    able = set(held.values_list("organization", flat=True))
    return next((unit for unit in units if unit.pk in able), bureau_of(area))


def authorities_for(area: Area) -> QuerySet[Organization]:
    """The industry authorities a unit of a place can stand under: of the place and those above it, nearest first."""
    found = Organization.objects.filter(is_authority=True, state=UnitState.ACTIVE, area__in=area.codes)
    return found.select_related("area").order_by("-area__path", "name_key")
