"""The same batches into the province of 0.2 and into that of 20 million entries, by turns (benches/province).

People evenly over all are posted for twice: the first time what they have lies on the disk, the second time the
database has read it. The second is the rate of a warm database; the first is told beside it.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Mod

from accounts.fields import id_in_clear
from accounts.models import Professional
from tests.benches.posting.batches import Maker
from tests.benches.posting.callers import Caller
from tests.benches.posting.register import Person, lift_bursts, open_platform, platform_client
from tests.benches.posting.servers import served
from tests.benches.posting.trials import SIZE, WARM, Ratio, Side, alternate, say
from tests.benches.province.laying import tell

# What a batch reads and writes; "warm" is a database whose indexes have been read before.
TABLES = ("accounts_professional", "accounts_employment", "credits_claim", "credits_hourentry", "credits_yearaccount")
# Of the made-up people, evenly over all of them, those that are posted for.
MEMBERS, MADE_UP = 100_000, "示例"
# Those who are posted for again.
AGAIN = 10_000


def join(members: str) -> None:
    """Let the platform of the bench post here, write down some of the people it posts for, and read what it will touch;
    tells what a caller needs to know.
    """
    with transaction.atomic():
        open_platform()
        lift_bursts()
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(_READ, [list(TABLES)])
    made_up = Professional.objects.filter(name__startswith=MADE_UP).order_by("pk")
    step = max(made_up.count() // MEMBERS, 1)
    some = made_up.annotate(turn=Mod("pk", Value(step))).filter(turn=0)
    known = list(_known(some.values_list("ref", "name", "id_sealed").iterator()))
    Path(members).write_text(json.dumps(known), encoding="utf-8")
    say(f"{len(known):,} of {made_up.count():,} people are posted for")
    tell({"people": made_up.count(), "client_id": platform_client().client_id, "members": members})


def _known(rows: Iterable[tuple[UUID, str, bytes]]) -> Iterator[Person]:
    """Of a province that was gone on with under other keys, those who can still be looked up."""
    for ref, name, sealed in rows:
        with suppress(InvalidTag):
            yield id_in_clear(sealed, ref=ref), name


def main(places: str, rounds: int) -> int:
    """`places` is JSON: what `join` told of each of the two, with the `url` of its database. 1 when it is short."""
    with ExitStack() as servers:
        ratios = list(_ratios(servers, json.loads(places), rounds))
    for ratio in ratios:
        say(ratio)
    return int(not all(ratio.holds for ratio in ratios))


def _ratios(servers: ExitStack, places: dict[str, Any], rounds: int) -> Iterator[Ratio]:
    first, again = list[Side](), list[Side]()
    for name, told in places.items():
        known: list[Person] = json.loads(Path(told["members"]).read_text(encoding="utf-8"))
        some = known[:: len(known) // AGAIN][:AGAIN]
        place = servers.enter_context(served(os.environ | {"DATABASE_URL": told["url"]}, name))
        one, maker = Caller(place.ours, told["client_id"]), Maker(AGAIN, some.__getitem__)
        parts = [Maker(SIZE, some[start : start + SIZE].__getitem__) for start in range(0, AGAIN, SIZE)]
        among = f"among {told['people']:,} people"
        first.append(Side(f"{among}, cold", _posting(one, iter(parts))))
        again.append(Side(among, _posting(one, repeat(maker))))
    alternate(first, AGAIN // SIZE - WARM)
    alternate(again, rounds)
    small, large = again
    yield Ratio("of-the-rate-at-the-small-size", small.median / large.median, 0.5)


def _posting(one: Caller, makers: Iterator[Maker]) -> Callable[[], float]:
    """Posts a batch of the next of `makers`; seconds."""
    return lambda: one.post(next(makers).batch(SIZE))


_READ = """
SELECT sum(pg_prewarm(of.oid, 'read'))
FROM (
    SELECT indexrelid AS oid FROM pg_index WHERE indrelid = ANY (%s::regclass[])
    UNION ALL SELECT 'credits_yearaccount'::regclass
) of
"""
