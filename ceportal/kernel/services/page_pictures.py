"""Pages of stored PDFs as pictures: drawn once in a process with bounds, kept for a week after the last look.

`DATA_DIR/pages/<aa>/<digest>-<page>.jpg`. Nothing here is anybody's only copy: what is not there is drawn again.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules import files as rules
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.bounded import run_in_bounds
from ceportal.kernel.services.file_shelf import NO_ROOM
from ceportal.kernel.services.files import open_file
from ceportal.kernel.shelves.folder import private

_KEPT = timedelta(days=7)
_FOLDERS = 256


def page_picture(stored: StoredFile, number: int) -> bytes:
    """Page `number` (from 1) of a PDF as a JPEG.

    Raises `Refused` when the file may not be shown (quarantine), has lost its bytes, or the page cannot be drawn.
    """
    refuse_if_any(rules.reasons_not_to_show(stored.state))
    place = _place_of(stored, number)
    if place.exists():
        os.utime(place)
        return place.read_bytes()
    with open_file(stored) as file:
        picture = run_in_bounds("pdf_pages", file.read(), str(number))
    if not picture:
        raise refuse("page_not_drawn", "这一页没有画出来，请点“打开原文件”查看。")
    _keep(picture, place)
    return picture


def sweep_pages(*, now: datetime) -> int:
    """Remove, in one folder after the other, what nobody has looked at for a week. Gives how much went."""
    folder = _shelf() / f"{int(now.timestamp() // 60) % _FOLDERS:02x}"
    before = (now - _KEPT).timestamp()
    old = [path for path in folder.glob("*") if path.stat().st_mtime < before] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _keep(picture: bytes, place: Path) -> None:
    """Whole or not at all; without room it is drawn again the next time."""
    part = place.with_name(f"{uuid4().hex}.part")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(part, "xb", opener=private) as file:
            file.write(picture)
        part.replace(place)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno not in NO_ROOM:
            raise


def _place_of(stored: StoredFile, number: int) -> Path:
    return _shelf() / stored.shown_digest[:2] / f"{stored.shown_digest}-{number}.jpg"


def _shelf() -> Path:
    return Path(settings.DATA_DIR) / "pages"
