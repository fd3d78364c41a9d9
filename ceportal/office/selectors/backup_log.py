"""PostgreSQL's log, for backups (docs/operations/backup.md): whether anybody takes what the server keeps."""

from django.db import connection

SLOT = "ceportal_backup"


def log_is_received() -> bool | None:
    """None where nothing is kept for a receiver: on SQLite, or before `ceportal-wal` ran for the first time."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT active FROM pg_replication_slots WHERE slot_name = %s", [SLOT])
        row = cursor.fetchone()
    return row[0] if row else None
