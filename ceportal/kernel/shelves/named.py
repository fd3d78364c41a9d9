"""Which kind of shelf this portal has."""

from pathlib import Path

from django.conf import settings

from ceportal.kernel.shelves.folder import FolderShelf
from ceportal.kernel.shelves.kinds import Shelf


def shelf_named(name: str) -> Shelf:
    """One of `SHELVES`."""
    if settings.FILES_BUCKET:
        # What speaks to a bucket takes long to load, and most portals keep a folder.
        from ceportal.kernel.shelves.bucket import bucket_shelf  # noqa: PLC0415

        return bucket_shelf(name, settings.FILES_BUCKET)
    return FolderShelf(Path(settings.DATA_DIR) / name)
