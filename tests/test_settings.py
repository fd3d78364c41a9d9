"""How the portal speaks to its database (docs/decisions/0071)."""

import os

import pytest
from django.db import connection

from ceportal.settings.base import database

ADDRESS = "postgresql://portal@localhost/portal"


@pytest.mark.django_db
@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="is about PostgreSQL")
def test_postgresql_plans_what_a_cursor_reads_for_all_of_its_rows() -> None:
    with connection.cursor() as asked:
        asked.execute("SHOW cursor_tuple_fraction")
        assert asked.fetchone() == ("1",)


def test_an_address_with_options_of_its_own_has_its_own_and_what_else_it_asks() -> None:
    assert database(f"{ADDRESS}?sslmode=require")["OPTIONS"] == {
        "options": "-c cursor_tuple_fraction=1",
        "sslmode": "require",
    }
    assert database(f"{ADDRESS}?options=-c%20work_mem%3D8MB")["OPTIONS"] == {"options": "-c work_mem=8MB"}
