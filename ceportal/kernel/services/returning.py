"""Writing and reading in one statement (RETURNING), where Django's own calls take two. Both databases know it."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet, sql
from django.db.models.constants import OnConflict

Row = TypeVar("Row", bound=Model)


def update_into(row: Row, rows: QuerySet[Row], **changes: Any) -> bool:
    """One conditional update of `rows`, which name `row` and how it must stand; `row` is then as it was left.

    False, and `row` as it was, when nothing was there to update. What `row` leads to stays read where it still does.
    """
    query: Any = rows.query.chain(sql.UpdateQuery)
    query.add_update_values(changes)
    statement, params = query.get_compiler(rows.db).as_sql()
    fields = rows.model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    left = list(rows.model._base_manager.using(rows.db).raw(f"{statement} RETURNING {names}", params))
    if not left:
        return False
    for field in fields:
        setattr(row, field.attname, getattr(left[0], field.attname))
    return True


def insert_unless_there(row: Model) -> bool:
    """Insert `row` (its key is then known). False where a constraint already holds the place."""
    kind = type(row)
    fields = [field for field in kind._meta.concrete_fields if not field.primary_key]
    key: Any = kind._meta.pk
    made = kind._base_manager._insert(  # type: ignore[attr-defined]
        [row], fields=fields, using="default", returning_fields=[key], on_conflict=OnConflict.IGNORE
    )
    if not made or made[0] is None:
        return False
    row.pk = made[0][0]
    row._state.adding, row._state.db = False, "default"
    return True
