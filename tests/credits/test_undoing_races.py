"""The bureau undoes a thief's withdrawals while the platform itself withdraws: its own word stands, each entry once."""

from contextlib import suppress
from datetime import timedelta

import pytest

from accounts.models import Professional
from ceportal.kernel.rules.refusal import MovedOn
from credits.enums import ClaimState, Door
from credits.models import Claim, Correction, HourEntry
from credits.selectors.reconciliation import mismatches
from credits.services.batches import post_batch
from credits.services.corrections import withdraw_record
from credits.services.holding import Word
from credits.services.undoing import undo_corrections
from credits.services.weighing import Speaker
from tests import factories as people
from tests.credits import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import api_client, posted
from tests.credits.platforms import platform
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = 8
LATER = NOW + timedelta(minutes=5)


def _withdrawn(name: str, speaker: Speaker) -> Correction:
    """As a platform does that is told 请重试, because the bureau's undo came between the look and the lock."""
    for _ in range(9):
        with suppress(MovedOn):
            return withdraw_record(name, reason="学员退课", speaker=speaker, now=LATER)
    raise AssertionError(f"{name} moves on without end")


def test_two_undo_at_once_while_the_platform_withdraws_half_of_it(declarant: Professional) -> None:
    make.rule_set()
    unit, officer = platform(), people.user("经办人")
    thief, own = (api_client(unit) for _ in range(2))
    names = [f"r-{number}" for number in range(RECORDS)]
    platforms, thiefs = (Speaker(Door.PLATFORM, unit, key.client_id) for key in (own, thief))
    post_batch([posted(declarant, name, hours="1.0") for name in names], speaker=platforms, digest="0" * 64, now=NOW)
    for name in names:
        withdraw_record(name, reason="不明", speaker=thiefs, now=NOW)
    keys = list(Correction.objects.values_list("pk", flat=True))

    def undo() -> int:
        word = Word("平台来函", officer, LATER, Claim.objects.earliest("pk"))
        return sum(undo_corrections(thief, [key], word, since=NOW, mark="x") for key in keys)

    def withdraw() -> int:
        return sum(not _withdrawn(name, platforms).is_pending for name in names[::2])

    Claim.objects.update(made_at=NOW - timedelta(days=1))
    counted = at_once([undo, undo, withdraw])
    assert counted[2] == RECORDS / 2
    assert RECORDS / 2 <= counted[0] + counted[1] <= RECORDS
    states = dict(Claim.objects.values_list("external_id", "state"))
    assert {states[name] for name in names[::2]} == {ClaimState.WITHDRAWN}, "the platform's own word stands"
    assert {states[name] for name in names[1::2]} == {ClaimState.LIVE}
    assert HourEntry.objects.filter(claim__external_id__in=names[1::2]).count() == 3 * RECORDS / 2
    assert list(mismatches()) == []
