"""Many unguessable names at once are UUIDs of version 7, all different, and lead with when they were given."""

from datetime import UTC, datetime
from uuid import UUID

from ceportal.kernel.rules.refs import leading, new_refs

AT = datetime(2026, 12, 28, 9, 30, 1, 234_567, tzinfo=UTC)


def test_each_is_a_uuid_as_it_is_written() -> None:
    refs = new_refs(300, AT)
    assert len(set(refs)) == 300
    assert [str(UUID(ref)) for ref in refs] == refs
    assert {(UUID(ref).version, UUID(ref).variant) for ref in refs} == {(7, "specified in RFC 4122")}
    assert {ref[19] for ref in refs} == set("89ab")


def test_they_begin_with_their_millisecond_and_nothing_else_is_alike() -> None:
    refs = [UUID(ref) for ref in new_refs(300, AT)]
    assert {ref.int >> 80 for ref in refs} == {1_798_450_201_234}
    assert int(leading(AT), 16) == 1_798_450_201_234
    # Each of the 74 bits that are left is now set and now not.
    drawn = (((1 << 12) - 1) << 64) | ((1 << 62) - 1)
    ever, always = 0, drawn
    for ref in refs:
        ever, always = ever | ref.int & drawn, always & ref.int
    assert (ever, always) == (drawn, 0)


def test_none_are_none() -> None:
    assert new_refs(0, AT) == []
