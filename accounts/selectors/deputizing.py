"""Deputies: who may be asked, and who stands in for whom now."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Duty
from accounts.models import Employment, Membership, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for


def people_named(name: str, organization: Organization) -> list[User]:
    """Who works at `organization`, or acts for it, under this name; two are enough to know that it is not one."""
    works = Employment.objects.filter(
        professional__user=OuterRef("pk"), organization=organization, ended_on__isnull=True
    )
    acts = Membership.objects.filter(user=OuterRef("pk"), organization=organization, ended_at__isnull=True)
    rows = User.objects.filter(Exists(works) | Exists(acts), name=name.strip(), is_active=True)
    return list(rows.order_by("pk")[:2])


def may_be_away(user: User) -> QuerySet[Membership]:
    """The duties of reviewing for which `user` may name a deputy: their own, and those at units they manage."""
    managed = units_for(user, Act.OVERSEE_DEPUTIES).values("pk")
    held = Membership.objects.filter(duty=Duty.REVIEW_HOURS, ended_at__isnull=True, stands_in_for__isnull=True)
    held = held.filter(organization__in=units_for(user, Act.APPOINT_DEPUTIES).values("pk"))
    rows = held.filter(Q(user=user) | Q(organization__in=managed))
    return rows.select_related("user", "organization").order_by("organization_id", "pk")


def deputies_of(user: User) -> QuerySet[Membership]:
    """Who stands in now, for `user` or at units that `user` manages."""
    managed = units_for(user, Act.OVERSEE_DEPUTIES).values("pk")
    at_work = Membership.objects.filter(stands_in_for__isnull=False, ended_at__isnull=True)
    rows = at_work.filter(Q(stands_in_for=user) | Q(organization__in=managed))
    return rows.select_related("user", "organization", "stands_in_for").order_by("lasts_until", "pk")
