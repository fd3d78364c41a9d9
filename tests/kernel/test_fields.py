"""Sealed numbers: they open in their own cell alone, and are found by a keyed index (reliability T21)."""

import uuid
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ceportal.kernel.fields import (
    SEALING,
    WrongRing,
    blind_index,
    blind_indexes,
    head_of,
    index_columns,
    keys_in,
    name_of,
    ring,
    seal,
    unseal,
)

REF = uuid.UUID(int=1)
NUMBER = "410203198503121234"
OLD, NEW = "11" * 32, "33" * 32


def sealed() -> bytes:
    return seal(NUMBER, table="t", column="c", ref=REF)


@pytest.mark.asvs("v5.0.0-11.3.2")
def test_a_sealed_value_opens_in_its_own_cell() -> None:
    assert unseal(sealed(), table="t", column="c", ref=REF) == NUMBER
    assert unseal(memoryview(sealed()), table="t", column="c", ref=REF) == NUMBER


@pytest.mark.parametrize("cell", [("x", "c", REF), ("t", "x", REF), ("t", "c", uuid.UUID(int=2))])
def test_moved_into_another_cell_it_does_not_open(cell: tuple[str, str, uuid.UUID]) -> None:
    table, column, ref = cell
    with pytest.raises(InvalidTag):
        unseal(sealed(), table=table, column=column, ref=ref)


@pytest.mark.asvs("v5.0.0-11.3.3")
def test_a_changed_byte_is_noticed() -> None:
    changed = bytearray(sealed())
    changed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(changed), table="t", column="c", ref=REF)


def test_an_unknown_suite_is_refused() -> None:
    with pytest.raises(ValueError, match="suite"):
        unseal(b"\x7f" + sealed()[1:], table="t", column="c", ref=REF)


@pytest.mark.asvs("v5.0.0-11.3.4")
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
    settings.SEALING_KEY = NEW
    with pytest.raises(InvalidTag):
        unseal(kept, table="t", column="c", ref=REF)


def test_the_first_key_of_a_ring_writes_and_all_of_them_read(settings) -> None:
    kept = sealed()
    settings.SEALING_KEY = f"{NEW},\n{OLD}"
    assert unseal(kept, table="t", column="c", ref=REF) == NUMBER
    assert sealed().startswith(head_of(bytes.fromhex(NEW)))
    assert kept.startswith(head_of(bytes.fromhex(OLD)))
    fresh = sealed()
    settings.SEALING_KEY = NEW
    assert unseal(fresh, table="t", column="c", ref=REF) == NUMBER


def test_what_was_sealed_before_keys_had_names_opens_with_any_of_the_ring(settings) -> None:
    nonce, place = b"n" * 12, f"t.c.{REF}".encode()
    kept = b"\x01" + nonce + AESGCM(bytes.fromhex(OLD)).encrypt(nonce, NUMBER.encode(), place)
    settings.SEALING_KEY = f"{NEW} {OLD}"
    assert unseal(kept, table="t", column="c", ref=REF) == NUMBER
    settings.SEALING_KEY = NEW
    with pytest.raises(InvalidTag):
        unseal(kept, table="t", column="c", ref=REF)


@pytest.mark.parametrize(
    ("one", "other"), [((1,), (1,)), ((1,), (2, 1)), ((2, 1), (2, 1)), ((2, 1), (2,)), ((2, 1), (2, 2)), ((2,), (2,))]
)
def test_the_same_value_is_in_one_of_two_columns_the_same(settings, one, other) -> None:
    """Whatever two neighbours were written under while a key follows another; 1 and 2 alone never stand together."""
    found = []
    for keys in (one, other):
        settings.INDEX_KEY = " ".join(f"{number}0" * 32 for number in keys)
        found.append(index_columns("x", NUMBER, purpose="id"))
    assert any(found[0][name] == found[1][name] for name in ("x", "x_before"))
    assert blind_indexes(NUMBER, purpose="id")[0] == found[1]["x"]


def test_a_ring_in_a_file_is_read_anew_when_it_changes(settings, tmp_path: Path) -> None:
    settings.SEALING_KEY_FILE = str(tmp_path / "sealing_key")
    Path(settings.SEALING_KEY_FILE).write_text(OLD)
    kept = sealed()
    Path(settings.SEALING_KEY_FILE).write_text(f"{NEW}\n{OLD}\n")
    assert [name_of(key) for key in ring(SEALING)] == [name_of(bytes.fromhex(key)) for key in (NEW, OLD)]
    Path(settings.SEALING_KEY_FILE).write_text(NEW[:40])  # half-way through being written
    assert unseal(kept, table="t", column="c", ref=REF) == NUMBER


@pytest.mark.parametrize("text", ["", "  ", "1234", "g" * 64, f"{'11' * 32} 12"])
def test_what_is_no_ring_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(WrongRing, match="64 hex digits") as refused:
        keys_in(text)
    assert not text.strip() or text not in str(refused.value)
