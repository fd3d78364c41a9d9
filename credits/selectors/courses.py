"""The filed courses that records name, as the rules want them."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from bases.selectors.courses import courses_named
from credits.enums import Door
from credits.models import HourEntry
from credits.rules.doubts import FiledCourse, lines_that_hold


def filed_courses(keys: Collection[str]) -> dict[str, list[FiledCourse]]:
    """Every version of these courses, by key: one query."""
    found: dict[str, list[FiledCourse]] = defaultdict(list)
    for row in courses_named(keys):
        last = min((day for day in (row.ended_on, row.valid_until) if day), default=None)
        line = FiledCourse(row.area_id, row.year, row.subject, row.hours, last, row.from_on, row.version)
        found[row.course_key].append(line)
    return found


def versions_credited(entries: Iterable[HourEntry]) -> dict[int, int]:
    """Which version of a filed course an entry is of, by the entry's key: what held when its learning ended (S4-06)."""
    of_platforms = [entry for entry in entries if entry.claim.door == Door.PLATFORM and entry.claim.course_key]
    if not of_platforms:
        return {}
    filed = filed_courses({entry.claim.course_key for entry in of_platforms})
    found: dict[int, int] = {}
    for entry in of_platforms:
        claim, places = entry.claim, entry.area.codes
        lines = lines_that_hold(
            filed.get(claim.course_key, ()), places=places, year=claim.year, subject=claim.subject, on=claim.ended_on
        )
        if lines:
            found[entry.pk] = max(lines, key=lambda line: places.index(line.area_code)).version
    return found
