"""The town of the matrix, built once for all modules that a process tries one after the other."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction

from tests.matrix.asking import sign_in
from tests.matrix.town import NOW, Town, build


def _let_the_planner_see() -> None:
    """Nothing of this is committed, so nobody else gathers statistics: PostgreSQL would take every table for empty.

    Our tables by name: of the catalogues that all databases share it would keep the others out until the town's end.
    """
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.introspection.table_names())
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The town, and a copy of the files it stored (each test's end sweeps the files folder)."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            town = build()
            town.cookies = {role: sign_in(user) for role, user in town.people.items()}
        _let_the_planner_see()
        kept = tmp_path_factory.mktemp("town")
        copytree(settings.DATA_DIR / "files", kept, dirs_exist_ok=True)
        yield town, kept
        transaction.set_rollback(True)


@contextmanager
def _only_faults_are_logged() -> Iterator[None]:
    """Two of three requests here are refused: to write down how each came to that takes a tenth of the time."""
    logger = logging.getLogger("django.request")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _lie_there_too(source: str, target: str) -> None:
    """Without a copy: nobody writes into a file that lies under its digest."""
    if not os.path.exists(target):
        os.link(source, target)


@pytest.fixture
def town(built: tuple[Town, Path], django_db_blocker: Any) -> Iterator[Town]:
    town, kept = built
    copytree(kept, settings.DATA_DIR / "files", copy_function=_lie_there_too, dirs_exist_ok=True)
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), _only_faults_are_logged():
        yield town
