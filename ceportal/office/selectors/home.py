"""Where a user's home is, and what the plain home page tells those who have no page of their own yet."""

from dataclasses import dataclass

from accounts.enums import Duty
from accounts.models import HandOver, Organization, UnitRegistration, User
from accounts.selectors.duties import duties_of
from ceportal.office.selectors.navigation import Roles

HOMES: tuple[tuple[frozenset[Duty], str], ...] = (
    (frozenset({Duty.FILE_MONTHS, Duty.REVERSE_HOURS}), "admin:index"),
    (frozenset({Duty.REVIEW_HOURS}), "reviews:inbox"),
    (frozenset({Duty.APPROVE_PEOPLE}), "accounts:people_to_approve"),
    (frozenset({Duty.APPROVE_UNITS}), "accounts:units_to_approve"),
    (frozenset({Duty.OVERSEE, Duty.REGULATE, Duty.GRANT_EXCEPTIONS}), "admin:index"),
    (frozenset({Duty.TEACH}), "credits:rosters"),
    (frozenset({Duty.MANAGE_CLIENTS}), "credits:clients"),
    (frozenset({Duty.OPERATE}), "office:operation"),
)


@dataclass(frozen=True)
class Post:
    """What one user may do for one organization."""

    organization: Organization
    duties: tuple[Duty, ...]


def home_of(roles: Roles) -> str:
    """The name of the page a user lands on; empty when the plain home page is all there is."""
    if roles.is_professional:
        return "office:my_year" if roles.is_approved else "accounts:registration"
    return next((name for duties, name in HOMES if duties & roles.duties), "")


def where_it_waits(user: User) -> str:
    """The name of the page that tells somebody without a role what has become of what they asked; empty without any."""
    if UnitRegistration.objects.filter(declarant=user).exists():
        return "accounts:registration"
    return "accounts:hand_overs" if HandOver.objects.filter(declarant=user).exists() else ""


def posts_of(user: User) -> list[Post]:
    held: dict[Organization, list[Duty]] = {}
    for membership in duties_of(user):
        held.setdefault(membership.organization, []).append(Duty(membership.duty))
    return [Post(organization, tuple(duties)) for organization, duties in held.items()]
