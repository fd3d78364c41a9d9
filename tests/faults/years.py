"""`python -m tests.faults.years NUMBER INSTANTS`: of so many moments about new year, how many the portal puts into a
wrong year, and how many the clock of the server does, which stands in the zone that TZ says. Prints both as JSON.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from random import Random

import django
import time_machine
from django.utils import timezone

from credits.rules.window import is_open

SHANGHAI_HOURS = timedelta(hours=8)
YEAR = 2026
# Of which the year in Shanghai begins at 16 o'clock.
YEAR_END = datetime(YEAR, 12, 31, 16, tzinfo=UTC)
EDGES = (-1.0, -0.000001, 0.0, 0.000001, 1.0)


def instants(number: int, count: int) -> list[datetime]:
    """Within a day of new year, by chance, after those at its very edge."""
    chance = Random(number)
    spread = [chance.uniform(-86400, 86400) for _ in range(count - len(EDGES))]
    return [YEAR_END + timedelta(seconds=seconds) for seconds in (*EDGES, *spread)]


def wrong_years(number: int, count: int) -> dict[str, int]:
    """Asked as the portal asks, without saying when: the clock itself is moved, by a bare number, since a moment that
    knows its zone would move the server there (time-machine).
    """
    portal = server = 0
    with time_machine.travel(YEAR_END.timestamp(), tick=False) as clock:
        for at in instants(number, count):
            clock.move_to(at.timestamp())
            year = (at.replace(tzinfo=None) + SHANGHAI_HOURS).year
            today = timezone.localdate()
            is_right = today.year == year and is_open(YEAR, today=today, limits=None) == (year == YEAR)
            portal += not is_right
            server += time.localtime().tm_year != year
    return {"portal": portal, "server": server}


if __name__ == "__main__":
    zone = os.environ["TZ"]
    django.setup()
    # Django sets the zone of its own process: a server that does not let it.
    os.environ["TZ"] = zone
    time.tzset()
    sys.stdout.write(json.dumps(wrong_years(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
