"""When it looks as if people who pay themselves had no choice of institution (S4-18). A person finds out."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ceportal.kernel.rules.text import comparable

CLAUSE = "S4-18"
# Of fewer who paid, nothing can be said: a village school has one college nearby.
LEAST_PAYERS = 10
# So many of a hundred at one institution are nearly all.
NEARLY_ALL = 90


@dataclass(frozen=True)
class OnePlace:
    """Where nearly all went: `people` of `payers`."""

    key: str
    name: str
    people: int
    payers: int


def one_place(paid: Iterable[tuple[int, str]]) -> OnePlace | None:
    """Where nearly all went, if they did, by (person, institution as it was written). One who went to several is one
    of each; names are compared without blanks and punctuation.
    """
    people: dict[str, set[int]] = defaultdict(set)
    spelt: Counter[tuple[str, str]] = Counter()
    for person, name in paid:
        people[comparable(name)].add(person)
        spelt[comparable(name), name.strip()] += 1
    payers = len(set[int]().union(*people.values()))
    if payers < LEAST_PAYERS:
        return None
    key = max(sorted(people), key=lambda each: len(people[each]))
    if not key or len(people[key]) * 100 < payers * NEARLY_ALL:
        return None
    name = max((name for each, name in spelt if each == key), key=lambda written: (spelt[key, written], written))
    return OnePlace(key, name, len(people[key]), payers)
