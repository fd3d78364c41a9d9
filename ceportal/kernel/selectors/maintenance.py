"""Whether the portal is being worked on: a file below DATA_DIR, so that it can be said without a database."""

from pathlib import Path

from django.conf import settings

from ceportal.kernel.rules.maintenance import Maintenance, read


def maintenance_file() -> Path:
    return Path(settings.DATA_DIR) / "maintenance.json"


def maintenance() -> Maintenance | None:
    """None while everything is as always. Asked with every request: one look at the disk."""
    try:
        return read(maintenance_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
