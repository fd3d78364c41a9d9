"""Sealed numbers: they open in their own cell alone, and are found by a keyed index (reliability T21)."""

import uuid

import pytest
from cryptography.exceptions import InvalidTag

from ceportal.kernel.fields import blind_index, seal, unseal

REF = uuid.UUID(int=1)
NUMBER = "410203198503121234"


def sealed() -> bytes:
    return seal(NUMBER, table="t", column="c", ref=REF)


def test_a_sealed_value_opens_in_its_own_cell() -> None:
    assert unseal(sealed(), table="t", column="c", ref=REF) == NUMBER
    assert unseal(memoryview(sealed()), table="t", column="c", ref=REF) == NUMBER


@pytest.mark.parametrize("cell", [("x", "c", REF), ("t", "x", REF), ("t", "c", uuid.UUID(int=2))])
def test_moved_into_another_cell_it_does_not_open(cell: tuple[str, str, uuid.UUID]) -> None:
    table, column, ref = cell
    with pytest.raises(InvalidTag):
        unseal(sealed(), table=table, column=column, ref=ref)


def test_a_changed_byte_is_noticed() -> None:
    changed = bytearray(sealed())
    changed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(changed), table="t", column="c", ref=REF)


def test_an_unknown_suite_is_refused() -> None:
    with pytest.raises(ValueError, match="suite"):
        unseal(b"\x7f" + sealed()[1:], table="t", column="c", ref=REF)


def test_the_same_value_is_sealed_differently_each_time_and_never_shows() -> None:
    assert sealed() != sealed()
    assert NUMBER.encode() not in sealed()


def test_the_index_finds_a_value_for_one_purpose_under_one_key(settings) -> None:
    index = blind_index(NUMBER, purpose="id")
    assert index == blind_index(NUMBER, purpose="id")
    assert len(index) == 64
    assert index != blind_index(NUMBER, purpose="phone")
    settings.INDEX_KEY = "33" * 32
    assert index != blind_index(NUMBER, purpose="id")


def test_another_sealing_key_does_not_open(settings) -> None:
    kept = sealed()
    settings.SEALING_KEY = "33" * 32
    with pytest.raises(InvalidTag):
        unseal(kept, table="t", column="c", ref=REF)
