"""What somebody agreed to, and whose numbers one may ask to see."""

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Consent, Professional, User
from accounts.rules.privacy import Notice, notice
from accounts.selectors.people import people_of
from accounts.selectors.registrations import people_seen_by

REQUIRED = "required"


def notice_now() -> Notice:
    """As this portal is run now."""
    return notice(settings.OPERATED_BY, settings.OPERATED_BY_CONTACT)


def has_agreed(user: User) -> bool:
    """To the notice as it is now."""
    return Consent.objects.filter(user=user, version=notice_now().version).exists()


def people_within_reach(user: User) -> QuerySet[Professional]:
    """Those of one's units, and those whose registration one decides or has decided."""
    registered = people_seen_by(user).order_by().values("professional")
    own = people_of(user).order_by().values("pk")
    return Professional.objects.filter(pk__in=own.union(registered)).select_related("user")
