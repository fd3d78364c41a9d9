"""What follows from a migration, of whatever app."""

from django.db.models.signals import post_migrate

from ceportal.kernel.services.append_only import guard_after_migration


def connect() -> None:
    """Called once, by apps.py."""
    post_migrate.connect(guard_after_migration, dispatch_uid="kernel.append_only")
