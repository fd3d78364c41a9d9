"""Records that name a person by the `sub` of the signed-in entry instead of number and name (S0-07; design: api)."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.fields import id_in_clear
from accounts.models import Organization
from accounts.selectors.entry import people_by_subject
from ceportal.kernel.rules.refusal import Refusal

_BOTH = Refusal("sub_and_number", "给了 sub 就不用再给 id_number 和 name。", field="/sub")
_UNKNOWN = Refusal("unknown_sub", "没有这个 sub。它是学员从学习入口进入时得到的，只在本平台有效。", field="/sub")
Named = tuple[Any, list[Refusal]]


def named(posted: Iterable[Any], organization: Organization) -> list[Named]:
    """Each as if it had named its person by number and name, or why that cannot be told; anything else as it is."""
    everything = list(posted)
    subjects = [each["sub"] for each in everything if _has_sub(each) and isinstance(each["sub"], str)]
    people = people_by_subject(organization, subjects) if subjects else {}
    whom = {
        subject: {"id_number": id_in_clear(person.id_sealed, ref=person.ref), "name": person.name}
        for subject, person in people.items()
    }
    return [_named(each, whom) if _has_sub(each) else (each, []) for each in everything]


def _has_sub(posted: Any) -> bool:
    # Asked of every record: the test for an abstract type takes longer than all else here.
    return isinstance(posted, dict) and "sub" in posted


def _named(posted: Mapping[str, Any], whom: Mapping[str, dict[str, str]]) -> Named:
    if "id_number" in posted or "name" in posted:
        return posted, [_BOTH]
    subject = posted["sub"]
    if not isinstance(subject, str) or subject not in whom:
        return posted, [_UNKNOWN]
    return {key: value for key, value in posted.items() if key != "sub"} | whom[subject], []
