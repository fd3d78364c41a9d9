"""PostgreSQL's log, for backups (docs/operations/backup.md): whether anybody takes what the server keeps."""

from django.conf import settings
from django.db import connection

SLOT = "ceportal_backup"
_ASKED = (
    "SELECT (SELECT active FROM pg_replication_slots WHERE slot_name = %s), current_setting('archive_mode') <> 'off'"
)


def log_is_received() -> bool | None:
    """None where nobody is expected to receive it: on SQLite, without backups (`BACKUP_DIR`), or where the server
    itself hands its log to another place (`archive_mode`).
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [SLOT])
        ((is_active, is_archived),) = cursor.fetchall()
    if is_active is None and (is_archived or not settings.BACKUP_DIR):
        return None
    return bool(is_active)
