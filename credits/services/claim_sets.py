"""Claims and entries of many records: slim rows, each table written by one statement (performance: B).

Of a row that somebody else has written meanwhile nothing is told: who is not among those given back came second.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
from django.db import connection

from accounts.selectors.learners import Person
from bases.rules.courses import course_key
from ceportal.kernel.selectors.given import given, new_ref
from ceportal.kernel.selectors.underway import underway
from credits.enums import ClaimState, EntryKind
from credits.models import Claim, HourEntry
from credits.rules.activity_key import activity_key
from credits.rules.records import Record

_CLAIMS, _ENTRIES = Claim._meta.db_table, HourEntry._meta.db_table


class NewClaim(msgspec.Struct, kw_only=True, gc=False):
    """A row of `Claim` that is not written yet; `id` is 0 until it is. Its `state` is settled on the way."""

    door: str
    source: str
    external_id: str
    revision: int = 0
    professional_id: int | None
    year: int
    activity_key: str
    course_key: str
    content_digest: str
    state: str = ClaimState.LIVE.value
    subject: str
    public_kind: str
    title: str
    started_on: date
    ended_on: date
    hours: Decimal
    made_at: datetime
    reasons: list[dict[str, str]] = []
    twin_id: int | None = None
    id: int = 0

    @property
    def pk(self) -> int:
        return self.id


class NewEntry(msgspec.Struct, gc=False):
    """A row of `HourEntry` that credits what a claim says, for who worked there at that time."""

    ref: str
    claim_id: int
    organization_id: int | None
    area_id: str


_CLAIM_COLUMNS = {
    "door": "text",
    "source": "text",
    "external_id": "text",
    "revision": "smallint",
    "professional_id": "bigint",
    "year": "smallint",
    "activity_key": "text",
    "course_key": "text",
    "content_digest": "text",
    "state": "text",
    "subject": "text",
    "public_kind": "text",
    "title": "text",
    "started_on": "date",
    "ended_on": "date",
    "hours": "numeric",
    "reasons": "jsonb",
    "twin_id": "bigint",
}
_ENTRY_COLUMNS = {"ref": "uuid", "claim_id": "bigint", "organization_id": "bigint", "area_id": "text"}
# What an entry has of its claim.
_CLAIMED = "professional_id, year, subject, public_kind, hours, title"


def new_claim(
    record: Record,
    digest: str,
    *,
    source: str,
    door: str,
    now: datetime,
    person: Person | None = None,
    revision: int = 0,
) -> NewClaim:
    """What a record claims of `person`, None where nobody is registered by its number and name (or not known yet)."""
    return NewClaim(
        door=door,
        source=source,
        external_id=record.external_id,
        revision=revision,
        professional_id=person.pk if person else None,
        year=record.ended_on.year,
        activity_key=activity_key(record.title, record.started_on, record.ended_on),
        course_key=course_key(source, record.course_code) if record.course_code else "",
        content_digest=digest,
        subject=record.subject,
        public_kind=record.public_kind,
        title=record.title,
        started_on=record.started_on,
        ended_on=record.ended_on,
        hours=record.hours,
        made_at=now,
    )


@contextmanager
def putting_claims(claims: Iterable[NewClaim], now: datetime) -> Iterator[None]:
    """Write them beside the block, by their names in order; at its end those that were not there already have an `id`.

    Whoever writes a claim of somebody holds the account: only its name can be taken meanwhile.
    """
    in_order = sorted(claims, key=attrgetter("external_id"))
    columns = ", ".join(_CLAIM_COLUMNS)
    source, values = given(in_order, _CLAIM_COLUMNS)
    statement = (
        f"INSERT INTO {_CLAIMS} ({columns}, ref, made_at, state_reason)"  # noqa: S608
        f" SELECT {columns}, {new_ref(now)}, %s, '' FROM {source} WHERE true"
        " ON CONFLICT (source, external_id, revision) DO NOTHING RETURNING id, external_id"
    )
    with underway(statement, [connection.ops.adapt_datetimefield_value(now), *values]) as written:
        yield
        keys = {external_id: key for key, external_id in written()}
    for claim in in_order:
        claim.id = keys.get(claim.external_id, 0)


@contextmanager
def putting_entries(entries: Sequence[NewEntry], *, reason: str, label: str, now: datetime) -> Iterator[None]:
    """Write credits beside the block. `label` names who caused them, `reason` why."""
    columns = ", ".join(_ENTRY_COLUMNS)
    source, values = given(entries, _ENTRY_COLUMNS)
    at = connection.ops.adapt_datetimefield_value(now)
    statement = (
        f"INSERT INTO {_ENTRIES} ({columns}, {_CLAIMED}, kind, reason, clause, by_label, recorded_at)"  # noqa: S608
        f" SELECT {', '.join(f'given.{name}' for name in _ENTRY_COLUMNS)}, {_CLAIMED}, %s, %s, '', %s, %s"
        f" FROM {source} JOIN {_CLAIMS} claim ON claim.id = given.claim_id"
    )
    with underway(statement, [EntryKind.CREDIT.value, reason, label, at, *values]):
        yield


def name_twins(twins: Mapping[int, int]) -> None:
    """Set what each of these claims stands beside, both by their keys."""
    rows: list[dict[str, Any]] = [{"id": claim, "twin_id": twin} for claim, twin in twins.items()]
    source, values = given(rows, {"id": "bigint", "twin_id": "bigint"})
    update = f"UPDATE {_CLAIMS} SET twin_id = given.twin_id FROM {source} WHERE {_CLAIMS}.id = given.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(update, values)
