"""Messages of the portal to one person."""

from django.db.models import QuerySet

from accounts.models import Notice, User

ORDER = ("-id",)


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(to=user)


def unread_of(user: User) -> QuerySet[Notice]:
    return notices_of(user).filter(read_at__isnull=True)
