"""What follows from a migration, of whatever app; and the stop-watch on every connection to the database."""

from typing import Any

from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from ceportal.kernel.services.append_only import guard_after_migration
from ceportal.kernel.web.stopwatch import timed


def connect() -> None:
    """Called once, by apps.py."""
    post_migrate.connect(guard_after_migration, dispatch_uid="kernel.append_only")
    connection_created.connect(_put_the_watch_on, dispatch_uid="kernel.slow_queries")


def _put_the_watch_on(connection: Any, **_: object) -> None:
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)
