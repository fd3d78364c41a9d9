"""What the ground floor clears away: half-written files, uploads that nobody finished, pictures of
pages that nobody looks at, windows that are over."""

from datetime import datetime

from ceportal.kernel.services.file_shelf import sweep_shelf
from ceportal.kernel.services.page_pictures import sweep_pages
from ceportal.kernel.services.receiving import forget_uploads
from ceportal.kernel.services.tallies import forget_tallies


def sweep(*, now: datetime) -> int:
    """Everything once; gives how much went."""
    return sweep_shelf(now=now) + sweep_pages(now=now) + forget_uploads(now=now) + forget_tallies(now=now)
