"""What the ground floor clears away: half-written files, uploads that nobody finished, pictures of
pages that nobody looks at, windows that are over, notes on slow queries."""

from datetime import datetime

from ceportal.kernel.services.file_shelf import sweep_shelf
from ceportal.kernel.services.page_pictures import sweep_pages
from ceportal.kernel.services.receiving import forget_uploads
from ceportal.kernel.services.slow_queries import forget_slow_queries
from ceportal.kernel.services.tallies import forget_tallies


def sweep(*, now: datetime) -> int:
    """Everything once; gives how much went."""
    swept = (sweep_shelf, sweep_pages, forget_uploads, forget_tallies, forget_slow_queries)
    return sum(each(now=now) for each in swept)
