"""Many unguessable names at once are UUIDs of version 4, all different."""

from uuid import UUID

from ceportal.kernel.rules.refs import new_refs


def test_each_is_a_random_uuid_as_it_is_written() -> None:
    refs = new_refs(300)
    assert len(set(refs)) == 300
    assert [str(UUID(ref)) for ref in refs] == refs
    assert {(UUID(ref).version, UUID(ref).variant) for ref in refs} == {(4, "specified in RFC 4122")}
    assert {ref[19] for ref in refs} == set("89ab")


def test_none_are_none() -> None:
    assert new_refs(0) == []
