"""Who sees which fixed report."""

from django.db.models import QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.office.models import FixedReport


def reporting_unit(user: User) -> Organization | None:
    """In whose name `user` fixes and publishes reports: the highest of their bureaus and authorities."""
    return units_for(user, Act.PUBLISH_STATISTICS).select_related("area").order_by("area__path", "pk").first()


def reports_of(user: User) -> QuerySet[FixedReport]:
    """Those of the units for which `user` publishes."""
    units = units_for(user, Act.PUBLISH_STATISTICS)
    return FixedReport.objects.filter(organization__in=units).select_related("organization", "area", "made_by")


def published_reports() -> QuerySet[FixedReport]:
    return FixedReport.objects.filter(published_at__isnull=False).select_related("organization", "area")
