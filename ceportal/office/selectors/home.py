"""Where a user's home is."""

from accounts.enums import Duty
from accounts.models import HandOver, UnitRegistration, User
from ceportal.office.selectors.navigation import Roles

HOMES: tuple[tuple[frozenset[Duty], str], ...] = (
    (frozenset({Duty.FILE_MONTHS, Duty.REVERSE_HOURS}), "admin:index"),
    (frozenset({Duty.REVIEW_HOURS, Duty.APPROVE_PEOPLE, Duty.APPROVE_UNITS, Duty.MANAGE_UNIT}), "office:work"),
    (frozenset({Duty.OVERSEE, Duty.REGULATE, Duty.GRANT_EXCEPTIONS}), "admin:index"),
    (frozenset({Duty.TEACH}), "credits:rosters"),
    (frozenset({Duty.MANAGE_CLIENTS}), "credits:clients"),
    (frozenset({Duty.OPERATE}), "office:operation"),
)

# Who oversees and holds one of these has the home of a bureau.
OF_BUREAUS = frozenset({Duty.FILE_MONTHS, Duty.REVERSE_HOURS})


def home_of(roles: Roles) -> str:
    """The name of the page a user lands on; empty for who has no role."""
    if roles.is_professional:
        return "office:my_year" if roles.is_approved else "accounts:registration"
    if Duty.OVERSEE in roles.duties and roles.duties & OF_BUREAUS:
        return "office:overview"
    return next((name for duties, name in HOMES if duties & roles.duties), "")


def where_it_waits(user: User) -> str:
    """The name of the page that tells somebody without a role what has become of what they asked; empty without any."""
    if UnitRegistration.objects.filter(declarant=user).exists():
        return "accounts:registration"
    return "accounts:hand_overs" if HandOver.objects.filter(declarant=user).exists() else ""
