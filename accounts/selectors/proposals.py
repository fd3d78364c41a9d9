"""People whom a bureau holds because their unit has not registered yet (临时单位), and the units they named."""

from django.db.models import Q, QuerySet

from accounts.enums import UnitState
from accounts.models import Area, Organization, Professional, UnitProposal, User
from accounts.rules.policy import Act
from accounts.rules.proposing import Proposed
from accounts.selectors.duties import units_for
from ceportal.kernel.rules.text import comparable


def is_registered(proposed: Proposed, area: Area) -> bool:
    """Whether people can choose this unit already: by its code anywhere, by its name in the place."""
    same = Q(area=area, name_key=comparable(proposed.name))
    if proposed.uscc:
        same |= Q(uscc=proposed.uscc)
    return Organization.objects.filter(same, is_employer=True, state=UnitState.ACTIVE).exists()


def open_proposals() -> QuerySet[UnitProposal]:
    return UnitProposal.objects.filter(settled_at__isnull=True).select_related(
        "area", "registration__professional__user", "registration__organization", "registration__waiting_on"
    )


def proposals_for(unit: Organization) -> QuerySet[UnitProposal]:
    """Who named `unit`: by its code, or without a code by its name in its place."""
    by_name = Q(uscc="", area=unit.area_id, name_key=unit.name_key)
    return open_proposals().filter(Q(uscc=unit.uscc) | by_name if unit.uscc else by_name).order_by("id")


def proposals_held_by(user: User) -> QuerySet[UnitProposal]:
    """Those whose people registered, or want to, with a bureau for which `user` approves people."""
    bureaus = units_for(user, Act.HOLD_PEOPLE)
    return open_proposals().filter(registration__organization__in=bureaus).order_by("id")


def alike(proposal: UnitProposal) -> QuerySet[UnitProposal]:
    """The same unit as others of the same bureau have named it."""
    same = open_proposals().filter(
        registration__organization=proposal.registration.organization_id, name_key=proposal.name_key,
        area=proposal.area_id,
    )  # fmt: skip
    return same.order_by("id")


def proposal_of(person: Professional) -> UnitProposal | None:
    """The unit a person waits for."""
    return open_proposals().filter(registration__professional=person).order_by("-id").first()
