"""What tests stand on is put back as its loader left it, whichever test asks first."""

import pytest
from django.db import connection, transaction

from tests.databases.emptying import filled
from tests.databases.standing import Standing
from tests.regulation import CATALOGUE, REFERENCE, REGULATION, SETS

pytestmark = pytest.mark.django_db


def rows(standing: Standing) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in standing.tables:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            found[table] = cursor.fetchall()
    return found


def put(standing: Standing) -> dict[str, list[tuple[object, ...]]]:
    """What stands there after it, undone again."""
    with transaction.atomic():
        standing.put()
        assert set(filled()) == set(standing.tables)
        found = rows(standing)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("standing", [CATALOGUE, REFERENCE, REGULATION, SETS], ids=["ways", "units", "all", "sets"])
def test_what_is_put_back_is_what_was_loaded(standing: Standing) -> None:
    anew = Standing(standing.load, standing.of)
    assert put(anew) == put(anew)


def test_where_something_stands_already_the_loader_runs(reference: None) -> None:
    before = rows(REFERENCE)
    REFERENCE.put()
    assert rows(REFERENCE) == before
