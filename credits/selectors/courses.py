"""The filed courses that records name, as the rules want them."""

from collections import defaultdict
from collections.abc import Collection

from bases.selectors.courses import courses_named
from credits.rules.doubts import FiledCourse


def filed_courses(keys: Collection[str]) -> dict[str, list[FiledCourse]]:
    """Every line of these courses, by key: one query."""
    found: dict[str, list[FiledCourse]] = defaultdict(list)
    columns = ("course_key", "area_id", "year", "subject", "hours", "ended_on")
    for key, *line in courses_named(keys).values_list(*columns):
        found[key].append(FiledCourse(*line))
    return found
