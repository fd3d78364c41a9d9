"""The same batches into the province of 0.2 and into that of 20 million entries, by turns (benches/province)."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from accounts.enums import TitleLevel
from accounts.models import Area, Organization, TitleSeries
from ceportal.kernel.models import Counter
from ceportal.office.demo.province import A_UNIT, PROGRESS
from ceportal.office.demo.province_people import MadeUp
from tests.benches.posting.batches import Maker
from tests.benches.posting.callers import Caller
from tests.benches.posting.register import Person, lift_bursts, open_platform, platform_client
from tests.benches.posting.servers import served
from tests.benches.posting.trials import SIZE, Ratio, Side, alternate, say
from tests.benches.province.laying import tell

# What a batch reads and writes; "warm" is a database whose indexes have been read before.
TABLES = ("accounts_professional", "accounts_employment", "credits_claim", "credits_hourentry", "credits_yearaccount")


@dataclass(frozen=True)
class Members:
    """The made-up people of a province by their number: what `Maker` asks for."""

    areas: list[Area]
    series: TitleSeries

    @classmethod
    def of_this(cls) -> "Members":
        places = Area.objects.filter(children__isnull=True).order_by("code")
        return cls(list(places), TitleSeries.objects.order_by("code")[0])

    def __call__(self, number: int) -> Person:
        unit = Organization(area=self.areas[number // A_UNIT % len(self.areas)])
        one = MadeUp(number, unit, self.series, TitleLevel.MIDDLE)
        return one.id_number, one.name


def join() -> None:
    """Let the platform of the bench post here, and read what it will touch; tells what a caller needs to know."""
    with transaction.atomic():
        open_platform()
        lift_bursts()
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(_READ, [list(TABLES)])
    people = Counter.objects.values_list("value", flat=True).get(name=PROGRESS)
    tell({"people": people, "client_id": platform_client().client_id})


def main(places: str, rounds: int) -> int:
    """`places` is JSON: what `join` told of each of the two, with the `url` of its database. 1 when it is short."""
    with ExitStack() as servers:
        ratios = list(_ratios(servers, json.loads(places), rounds))
    for ratio in ratios:
        say(ratio)
    return int(not all(ratio.holds for ratio in ratios))


def _ratios(servers: ExitStack, places: dict[str, Any], rounds: int) -> Iterator[Ratio]:
    person, sides = Members.of_this(), []
    for name, told in places.items():
        place = servers.enter_context(served(os.environ | {"DATABASE_URL": told["url"]}, name))
        one = Caller(place.ours, told["client_id"])
        maker = Maker(told["people"], person)
        sides.append(Side(f"among {maker.people:,} people", lambda one=one, maker=maker: one.post(maker.batch(SIZE))))
    alternate(sides, rounds)
    small, large = sides
    yield Ratio("of-the-rate-at-the-small-size", small.median / large.median, 0.5)


_READ = """
SELECT sum(pg_prewarm(of.oid, 'read'))
FROM (
    SELECT indexrelid AS oid FROM pg_index WHERE indrelid = ANY (%s::regclass[])
    UNION ALL SELECT 'credits_yearaccount'::regclass
) of
"""
