"""What the trail was told of something, looked up by what it is of: one question, however many are asked for.

The index is `audit_of_a_subject` (subject_ref, id), so that the length of the trail does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ceportal.kernel.models import AuditEvent


def events_about(refs: Iterable[UUID], actions: Iterable[str]) -> QuerySet[AuditEvent, Any]:
    """Rows (id, subject, action, after) of these subjects and actions."""
    rows = AuditEvent.objects.filter(subject_ref__in=list(refs), action__in=list(actions)).order_by()
    return rows.values_list("id", "subject_ref", "action", "after")


def told_about(refs: Iterable[UUID], actions: Iterable[str]) -> dict[UUID, list[tuple[str, Mapping[str, Any]]]]:
    """By subject, the events of these actions as (action, after) in their order; nothing where there is none."""
    found: dict[UUID, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for _, ref, action, after in sorted(events_about(refs, actions), key=lambda row: row[0]):
        found[ref].append((action, after))
    return found
