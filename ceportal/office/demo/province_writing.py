"""Rows of any table by one statement, and what the trail and the messages of a made-up province say."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import connection, models

from accounts.enums import NoticeEvent
from accounts.models import Notice
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent
from ceportal.kernel.rules.chaining import name_digest
from ceportal.kernel.selectors.given import given
from ceportal.kernel.services.trail import CLOCK_LABEL

_JSON = msgspec.json.Encoder(decimal_format="string")
_EVENT = {
    "ref": "uuid",
    "at": "timestamptz",
    "actor_id": "bigint",
    "actor_label": "text",
    "actor_digest": "text",
    "role": "text",
    "address": "text",
    "request_id": "text",
    "action": "text",
    "subject_kind": "text",
    "subject_ref": "uuid",
    "before": "json",
    "after": "json",
}
_NOTICE = {
    "ref": "uuid",
    "to_id": "bigint",
    "event": "text",
    "key": "text",
    "text": "text",
    "link": "text",
    "created_at": "timestamptz",
    "sent_at": "timestamptz",
    "read_at": "timestamptz",
    "attempts": "smallint",
    "last_error": "text",
}


def write(model: type[models.Model], columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """In the order given; what else a row holds is left out. A column of the type `json` holds a text of it."""
    if not rows:
        return
    plain = [{name: row[name] for name in columns} for row in rows]
    source, values = given(plain, {name: "text" if kind == "json" else kind for name, kind in columns.items()})
    read = ", ".join(_read(name, kind) for name, kind in columns.items())
    with connection.cursor() as cursor:
        names = ", ".join(columns)
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {read} FROM {source}", values)  # noqa: S608


def _read(name: str, kind: str) -> str:
    return f"{name}::jsonb" if kind == "json" and connection.vendor == "postgresql" else name


def as_json(value: Any) -> str:
    return _JSON.encode(value).decode()


def stored(at: datetime) -> Any:
    """A moment as the database has it."""
    return connection.ops.adapt_datetimefield_value(at)


class Told:
    """The events and the messages of a part, gathered and then written together."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._notices: list[dict[str, Any]] = []

    def event(
        self,
        action: str,
        kind: str,
        ref: UUID | str,
        *,
        at: Any,
        by: tuple[int, str, str] | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """`by` is an account with its name and its role, none for the clock; `at` as the database has it."""
        own = uuid4()
        key, label, role = by or (None, CLOCK_LABEL, "")
        self._events.append(
            {
                "ref": str(own), "at": at, "actor_id": key, "actor_label": label,
                "actor_digest": name_digest(own.hex, label), "role": role, "address": "", "request_id": "",
                "action": action, "subject_kind": kind, "subject_ref": str(ref), "before": as_json(before or {}),
                "after": as_json(after or {}),
            }
        )  # fmt: skip

    def notice(
        self, to: int, event: NoticeEvent, key: str, text: str, link: str, *, at: Any, is_read: bool, is_dead: bool
    ) -> None:
        """Sent at once, unless it `is_dead`: tried as often as anything is."""
        self._notices.append(
            {
                "ref": str(uuid4()), "to_id": to, "event": event.value, "key": key, "text": text, "link": link,
                "created_at": at, "sent_at": None if is_dead else at, "read_at": at if is_read else None,
                "attempts": MAX_ATTEMPTS if is_dead else 0, "last_error": "示例：发不出去" if is_dead else "",
            }
        )  # fmt: skip

    def write(self) -> None:
        write(AuditEvent, _EVENT, self._events)
        write(Notice, _NOTICE, self._notices)
        self._events, self._notices = [], []
