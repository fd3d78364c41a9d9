"""Who took hours back: as the trail tells it, whoever it was and by whichever way."""

from django.db.models import QuerySet

from ceportal.kernel.models import AuditEvent


def reversals() -> QuerySet[AuditEvent]:
    """`subject_ref` is that of the declaration, `actor_id` who took it back (null: the clock)."""
    return AuditEvent.objects.filter(action="declaration.reverse").order_by()
