"""What PostgreSQL writes into its own log of a row that it refuses: nothing of the row, as production sets it."""

from collections.abc import Mapping
from contextlib import closing

import psycopg2
import pytest

from tests.databases.servers import WITHOUT_VALUES, cluster_of_its_own

NAME, NUMBER = "Somebody Else", "410101199003070038"
REFUSED = "duplicate key value violates unique constraint"


def log_of_a_refused_row(besides: Mapping[str, str]) -> str:
    """Written as the portal's driver writes it: the values stand in the statement."""
    with cluster_of_its_own(besides=besides) as cluster:
        with closing(psycopg2.connect(cluster.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE people (number text PRIMARY KEY, name text)")
                row = "INSERT INTO people VALUES (%s, %s)"
                cursor.execute(row, [NUMBER, NAME])
                with pytest.raises(psycopg2.errors.UniqueViolation) as refused:
                    cursor.execute(row, [NUMBER, NAME])
        assert NUMBER in str(refused.value), "who asked is told all the same"
        return (cluster.folder / "postgres.log").read_text(encoding="utf-8")


def test_the_log_says_what_was_refused_and_nothing_of_the_row() -> None:
    log = log_of_a_refused_row(WITHOUT_VALUES)
    assert REFUSED in log
    assert NUMBER not in log
    assert NAME not in log


@pytest.mark.parametrize("left_out", sorted(WITHOUT_VALUES))
def test_without_either_setting_it_holds_the_row(left_out: str) -> None:
    log = log_of_a_refused_row({name: value for name, value in WITHOUT_VALUES.items() if name != left_out})
    assert REFUSED in log
    assert NUMBER in log
