"""Who reads which announcement, and who publishes for whom."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.fields import BooleanField

from accounts.models import Area, Employment, Membership, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.models import StoredFile
from ceportal.office.models import Announcement, AnnouncementRead
from ceportal.office.rules.announcing import audiences_of
from ceportal.office.selectors.navigation import Roles

SHOWN_AT_HOME = 3


def shown() -> QuerySet[Announcement]:
    """What is published and was not withdrawn."""
    rows = Announcement.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True)
    return rows.select_related("unit", "area")


def readable(user: User | None, roles: Roles) -> QuerySet[Announcement]:
    """What `user` may read: what is for everybody, wherever, and what is for one of their roles in their places or
    trades. Each says in `is_read` whether they opened it.
    """
    if user is None:
        return shown().filter(audience="everybody").annotate(is_read=Value(True, BooleanField()))
    audiences = audiences_of(roles.duties, is_professional=roles.is_approved)
    own = Q(audience__in=audiences[1:]) & _near(user, roles)
    read = AnnouncementRead.objects.filter(announcement=OuterRef("pk"), user=user)
    return shown().filter(Q(audience="everybody") | own).annotate(is_read=Exists(read))


def at_home(user: User | None, roles: Roles) -> list[Announcement]:
    """The few that stand on a home, of the reader's own places, for who has none the province's: one query."""
    rows = readable(user, roles)
    rows = rows.filter(_near(user, roles)) if user and roles.places else rows.filter(area__parent__isnull=True)
    return list(rows.order_by("-is_pinned", "-published_at", "-id")[:SHOWN_AT_HOME])


def _near(user: User, roles: Roles) -> Q:
    """Published by a bureau for one of the reader's places, or by an authority over one of their units."""
    places = Area.objects.filter(pk__in=roles.places, path__startswith=OuterRef("area__path"))
    held = Membership.objects.filter(user=user, ended_at__isnull=True).order_by()
    works = Employment.objects.filter(professional__user=user, ended_on__isnull=True).order_by()
    over = Q(unit__in=held.values("organization")) | Q(unit__in=held.values("organization__supervisor"))
    over |= Q(unit__in=works.values("organization__supervisor"))
    return Q(Exists(places), unit__is_bureau=True) | over


def announcing_units(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.ANNOUNCE).select_related("area").order_by("area__path", "pk")


def places_below(unit: Organization) -> QuerySet[Area]:
    """For which `unit` may publish."""
    own = {"path__startswith": unit.area.path} if unit.is_bureau else {"pk": unit.area_id}
    return Area.objects.filter(**own).order_by("path")


def announced_by(user: User) -> QuerySet[Announcement]:
    """Drafts, published and withdrawn ones of the units for which `user` publishes."""
    rows = Announcement.objects.filter(unit__in=announcing_units(user).order_by().values("pk"))
    return rows.select_related("unit", "area", "made_by")


def attachments(announcement: Announcement) -> list[StoredFile]:
    return [each.file for each in announcement.files.select_related("file")]
