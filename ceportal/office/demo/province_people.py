"""Made-up people of a whole part: accounts that sign nobody in, professionals, and where they work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from django.db import connection

from accounts.enums import IdKind, TitleLevel
from accounts.fields import id_columns
from accounts.models import Employment, Organization, Professional, TitleSeries, User
from accounts.selectors.learners import Learner
from ceportal.kernel.rules.id_number import check_digit
from ceportal.kernel.selectors.given import given

_USERS, _PEOPLE, _JOBS = (model._meta.db_table for model in (User, Professional, Employment))
# A prime, and how many names there are: 100,000 of them begin with 示例00. Beyond that people share a name.
_STRIDE, _NAMES = 7_919, 1_440_000
_FIRST_BORN, _STRANGERS_BORN = date(1900, 1, 1), date(1960, 1, 1)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Who somebody is, before they are written."""

    number: int
    unit: Organization
    series: TitleSeries
    level: TitleLevel

    @property
    def name(self) -> str:
        return self.name_of(self.number)

    @staticmethod
    def name_of(number: int) -> str:
        return f"示例{scattered(number, _NAMES):07d}"

    @property
    def id_number(self) -> str:
        return self._number(_FIRST_BORN)

    @property
    def stranger(self) -> str:
        """The number of somebody nobody has registered as, a lifetime younger."""
        return self._number(_STRANGERS_BORN)

    def _number(self, since: date) -> str:
        born = since + timedelta(days=self.number // 999)
        first = f"{self.unit.area_id}{born:%Y%m%d}{self.number % 999 + 1:03d}"
        return first + check_digit(first)


def scattered(number: int, among: int) -> int:
    """A number below `among`, another one for each: names that begin alike came at all times."""
    return number * _STRIDE % among


@dataclass(frozen=True, slots=True)
class Written:
    """The same with the keys of the rows: `account` is that of the user."""

    made_up: MadeUp
    person: Learner
    account: int


class _Row(msgspec.Struct, gc=False):
    """`id_sealed` in hex digits."""

    number: int
    name: str
    user_ref: str
    ref: str
    area_id: str
    series: str
    level: str
    organization: int
    id_sealed: str
    id_mask: str
    id_index: str
    id_index_before: str


_COLUMNS = {
    "number": "int",
    "name": "text",
    "user_ref": "uuid",
    "ref": "uuid",
    "area_id": "text",
    "series": "text",
    "level": "text",
    "organization": "bigint",
    "id_sealed": "text",
    "id_mask": "text",
    "id_index": "text",
    "id_index_before": "text",
}
_WRITE_USERS = f"""
    INSERT INTO {_USERS} (ref, password, name, phone_mask, is_active, session_epoch, joined_at)
    SELECT user_ref, '!', name, '', true, 0, %s FROM {{given}} ORDER BY number
"""  # noqa: S608 - the tables' own names
_WRITE_PEOPLE = f"""
    INSERT INTO {_PEOPLE} (ref, user_id, name, id_kind, id_sealed, id_mask, id_index, id_index_before, area_id,
        title_series_id, title_level, approved_at, left_as)
    SELECT given.ref, u.id, given.name, '{IdKind.RESIDENT.value}', {{sealed}}, id_mask, id_index, id_index_before,
        area_id, series, level, %s, ''
    FROM {{given}} JOIN {_USERS} u ON u.ref = given.user_ref
    ORDER BY given.number
    RETURNING id, user_id, name
"""  # noqa: S608
_WRITE_JOBS = f"""
    INSERT INTO {_JOBS} (professional_id, organization_id, department, is_principal, started_on)
    SELECT p.id, given.organization, '', true, %s
    FROM {{given}} JOIN {_PEOPLE} p ON p.ref = given.ref
    ORDER BY p.id
"""  # noqa: S608


def write_people(made_up: Sequence[MadeUp], *, registered: datetime, since: date) -> list[Written]:
    """In the caller's transaction; all registered at one moment, and at work since one day."""
    rows = {one.name: _row(one) for one in made_up}
    source, values = given(list(rows.values()), _COLUMNS)
    at = connection.ops.adapt_datetimefield_value(registered)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_USERS.format(given=source), [at, *values])
        cursor.execute(_WRITE_PEOPLE.format(given=source, sealed=_from_hex("given.id_sealed")), [at, *values])
        keys = {name: (person, account) for person, account, name in cursor.fetchall()}
        cursor.execute(_WRITE_JOBS.format(given=source), [connection.ops.adapt_datefield_value(since), *values])
    return [Written(one, _learner(one, rows[one.name], keys[one.name][0]), keys[one.name][1]) for one in made_up]


def _row(one: MadeUp) -> _Row:
    ref = uuid4()
    numbers: dict[str, Any] = id_columns(one.id_number, ref=ref)
    return _Row(
        number=one.number, name=one.name, user_ref=str(uuid4()), ref=str(ref), area_id=one.unit.area_id,
        series=one.series.pk, level=one.level.value, organization=one.unit.pk,
        id_sealed=numbers.pop("id_sealed").hex(), **numbers,
    )  # fmt: skip


def _learner(one: MadeUp, row: _Row, key: int) -> Learner:
    return Learner(
        pk=key, id_index=row.id_index, name=row.name, area_id=row.area_id, area=one.unit.area,
        title_series=one.series, title_level=row.level, title_since=None, left_at=None, employer_id=one.unit.pk,
    )  # fmt: skip


def _from_hex(column: str) -> str:
    """SQLite learned it with version 3.41."""
    if connection.vendor == "postgresql":
        return f"decode({column}, 'hex')"
    connection.connection.create_function("bytes_of_hex", 1, bytes.fromhex, deterministic=True)
    return f"bytes_of_hex({column})"
