"""Every column that holds something sealed, and the blind index made of it: what another key has to reach.

A test holds the list complete (tests/office/test_key_rotation.py): whoever adds a sealed column adds it here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BinaryField, F, Model, QuerySet, Value
from django.db.models.functions import Substr

from accounts.enums import CorrectionKind
from accounts.fields import correction_index, id_index_columns, phone_index_columns
from accounts.models import Correction as PersonCorrection
from accounts.models import MailAddress, OneTimeCode, Organization, Professional, SecondFactor, User
from ceportal.kernel.fields import HEAD_BYTES, SEALING, head_of, ring, seal, unseal
from ceportal.office.models import TakenRow
from ceportal.office.selectors.taking_over import cell_of as cell_of_taken
from credits.models import Correction, RosterPiece, RosterRow, UnmatchedPerson
from credits.services.roster_checks import cell_of_piece
from credits.services.rosters import cell_of
from reviews.models import Campaign

Indexed = Callable[[Any, str], dict[str, Any]]


@dataclass(frozen=True)
class SealedColumn:
    """`name` is the model's field, `column` what it is sealed as, `cell` names the row (as when it was sealed).

    `index`: the field with its blind index, which `indexed` makes; with `is_looked_up` it has a twin for the older key.
    """

    model: type[Model]
    name: str
    column: str
    cell: Callable[[Any], UUID] = attrgetter("ref")
    index: str = ""
    indexed: Indexed = lambda row, clear: {}
    is_looked_up: bool = False
    beside: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.model._meta.db_table}.{self.name}"

    @property
    def fields(self) -> list[str]:
        """What changes with the keys."""
        twin = [f"{self.index}_before"] if self.is_looked_up else []
        return [self.name, *([self.index] if self.index else []), *twin]

    def under_another_key(self) -> QuerySet[Any]:
        """Rows that were not sealed, or not found, by the keys that write now."""
        head = Substr(F(self.name), Value(1), Value(HEAD_BYTES), output_field=BinaryField())
        rows = self.model._default_manager.filter(**{f"{self.name}__isnull": False})
        return rows.annotate(head=head).exclude(head=head_of(ring(SEALING)[0]))

    def apart(self) -> QuerySet[Any]:
        """Rows whose two indexes are not the same."""
        found = self.model._default_manager.filter(**{f"{self.index}__isnull": False})
        return found.exclude(**{f"{self.index}_before": F(self.index)})

    def change_keys(self, row: Any) -> None:
        """Seal and index `row` by the keys that write now; the caller saves `fields`. Raises `InvalidTag`."""
        where: dict[str, Any] = {"table": self.model._meta.db_table, "column": self.column, "ref": self.cell(row)}
        clear = unseal(getattr(row, self.name), **where)
        setattr(row, self.name, seal(clear, **where))
        for name, value in self.indexed(row, clear).items():
            setattr(row, name, value)

    def save(self, rows: list[Any]) -> None:
        """`fields` of all of them in one statement, many times quicker than Django's own of cases."""
        quote, meta = connection.ops.quote_name, self.model._meta
        said = ", ".join(f"{quote(name)} = %s" for name in self.fields)
        sql = f"UPDATE {quote(meta.db_table)} SET {said} WHERE {quote('id')} = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(sql, [[*(getattr(row, name) for name in self.fields), row.pk] for row in rows])


def _by_phone(row: Any, clear: str) -> dict[str, Any]:
    return phone_index_columns(clear)


def _by_id(row: Any, clear: str) -> dict[str, Any]:
    return id_index_columns(clear)


def _by_what_is_corrected(row: Any, clear: str) -> dict[str, Any]:
    return {"number_index": correction_index(clear, is_phone=row.what == CorrectionKind.PHONE)}


SEALED: tuple[SealedColumn, ...] = (
    SealedColumn(User, "phone_sealed", "phone", index="phone_index", indexed=_by_phone, is_looked_up=True),
    SealedColumn(Professional, "id_sealed", "id", index="id_index", indexed=_by_id, is_looked_up=True),
    SealedColumn(UnmatchedPerson, "id_sealed", "id", index="id_index", indexed=_by_id, is_looked_up=True),
    SealedColumn(PersonCorrection, "number_sealed", "number", index="number_index", indexed=_by_what_is_corrected),
    SealedColumn(Organization, "contact_mobile_sealed", "contact_mobile"),
    SealedColumn(SecondFactor, "secret_sealed", "secret"),
    SealedColumn(MailAddress, "sealed", "address"),
    SealedColumn(OneTimeCode, "code_sealed", "code"),
    SealedColumn(Correction, "replacement_sealed", "replacement"),
    SealedColumn(Campaign, "seed_sealed", "seed"),
    SealedColumn(RosterRow, "id_sealed", "id", cell=cell_of, beside=("roster",)),
    SealedColumn(RosterPiece, "lines_sealed", "lines", cell=cell_of_piece, beside=("roster",)),
    SealedColumn(TakenRow, "said_sealed", "said", cell=cell_of_taken, beside=("take_over",)),
)
# Indexes made of nothing that is kept: they end by themselves (a code in minutes) or are made anew (the place of a
# device with its next sign-in, DEVICE_DAYS at the latest; an invitation runs out in a fortnight or a month, a list of
# people is sent within days). All keys of the ring find them.
PASSING = {
    "accounts_onetimecode.code_index",
    "accounts_knowndevice.place",
    "accounts_invitation.phone_index",
    "accounts_staffrow.id_index",
    "accounts_staffinvitation.id_index",
}
LOOKED_UP = tuple(column for column in SEALED if column.is_looked_up)
