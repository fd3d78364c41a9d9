"""What is still to go to phones."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import TextMessage


def texts_due(now: datetime) -> QuerySet[TextMessage]:
    """What is to be sent today, also what a day before has left."""
    return TextMessage.objects.filter(sent_at__isnull=True, day__lte=timezone.localdate(now))
