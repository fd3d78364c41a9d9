"""The trail: every change leaves its event in the same transaction. No event, no act (GB/T 22239 8.1.4.3)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from ceportal.kernel.models import ROLE_LIMIT, AuditEvent
from ceportal.kernel.rules.chaining import name_digest
from ceportal.kernel.rules.circumstances import circumstances


class Actor(Protocol):
    """Who acts, in which role where no door has said it: a user, an institution. The clock acts as None."""

    @property
    def pk(self) -> Any: ...

    @property
    def label(self) -> str: ...

    @property
    def role(self) -> str: ...


class Subject(Protocol):
    """What is acted on: any row with a `ref`."""

    @property
    def ref(self) -> UUID: ...

    @property
    def _meta(self) -> Any: ...


CLOCK_LABEL = "系统时钟"
_gathering: ContextVar[list[AuditEvent] | None] = ContextVar("gathering", default=None)


def record(
    action: str,
    subject: Subject,
    *,
    by: Actor | None,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one event. `action` is `<subject>.<verb>`; `before` and `after` hold JSON values, nothing personal."""
    where, ref, label = circumstances.get(), uuid4(), by.label if by else CLOCK_LABEL
    event = AuditEvent(
        ref=ref,
        at=now,
        actor_id=by.pk if by else None,
        actor_label=label,
        actor_digest=name_digest(ref.hex, label),
        role=(where.role or by.role)[:ROLE_LIMIT] if by else "",
        address=where.address,
        request_id=where.request_id,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_ref=subject.ref,
        before=dict(before or {}),
        after=dict(after or {}),
    )
    gathered = _gathering.get()
    if gathered is None:
        event.save(force_insert=True)
    else:
        gathered.append(event)
    return event


@contextmanager
def recorded_together() -> Iterator[None]:
    """What is recorded within is appended at its end by one statement, in its order. For acts of several events, in
    their transaction; where something is raised there is nothing to append.
    """
    events: list[AuditEvent] = []
    token = _gathering.set(events)
    try:
        yield
    finally:
        _gathering.reset(token)
    AuditEvent.objects.bulk_create(events)


def forget_name(actor_id: int) -> int:
    """Empty the name of one who acted, in every event; what they did stays, and so does the chain over it (their name
    is sealed as a digest alone). How many events named them.
    """
    return AuditEvent.objects.filter(actor_id=actor_id).exclude(actor_label="").update(actor_label="")
