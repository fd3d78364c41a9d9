"""The same records from five hands at the same moment, at the running server (X9): counted once each."""

from collections import Counter
from threading import Barrier, Thread

from tests.faults.clients import Platform, records_of
from tests.faults.test_killed import nothing_lost_nothing_twice
from tests.faults.town import Town

HANDS = 5


def test_sixty_records_posted_five_times_at_once_are_sixty_claims(town: Town) -> None:
    people = town.people(10)
    records = [record | {"hours": "0.5"} for person in people for record in records_of(person)]
    assert len(records) == 60
    platforms, gate = [Platform(town) for _ in range(HANDS)], Barrier(HANDS)

    def post(platform: Platform) -> None:
        gate.wait(60)
        platform.post(records)

    hands = [Thread(target=post, args=[platform], daemon=True) for platform in platforms]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    told = Counter(outcome for platform in platforms for outcome in platform.acknowledged.values())
    assert told == {"accepted": 60, "duplicate": 60 * (HANDS - 1)}
    facts = town.tell(f"inquire({[person['name'] for person in people]!r})")
    assert len(facts["claims"]) == len(facts["entries"]) == 60
    nothing_lost_nothing_twice(platforms[0].acknowledged, facts)
    assert set(facts["hours"].values()) == {"3.0"}
