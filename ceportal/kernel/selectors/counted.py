"""How many rows there are, as far as it matters."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet


def counted_up_to(rows: QuerySet[Any] | Sequence[QuerySet[Any]], most: int) -> int:
    """How many there are; `most` + 1 where there are more, so that a province costs no more than a town."""
    if isinstance(rows, QuerySet):
        return rows.order_by()[: most + 1].count()
    keys: set[Any] = set()
    for arm in rows:
        keys.update(arm.order_by().select_related(None).values_list("pk", flat=True)[: most + 1])
    return min(len(keys), most + 1)
