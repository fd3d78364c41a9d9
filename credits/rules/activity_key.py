"""By what the same training is known again, through whichever door it comes (reliability T6)."""

import hashlib
from datetime import date
from functools import lru_cache

from ceportal.kernel.rules.text import comparable


@lru_cache(maxsize=4096)
def activity_key(title: str, started_on: date, ended_on: date, course_code: str = "", issuer: str = "") -> str:
    """64 hex digits of issuer, course and days.

    A course with a code of its issuer is known by that code; any other by its title, compared without regard to width,
    case, blanks and punctuation. Person and year are columns beside the key, not part of it.
    """
    course = f"code:{comparable(course_code)}" if course_code else f"title:{comparable(title)}"
    parts = (comparable(issuer), course, started_on.isoformat(), ended_on.isoformat())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
