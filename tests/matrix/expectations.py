"""`table.yaml`: who gets what at each address. One file to read, and to change with every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ceportal.kernel.selectors.data_files import read_yaml

TABLE = Path(__file__).with_name("table.yaml")
METHODS = ("GET", "POST")
# What the table calls an answer that sends the reader to the sign-in page, or to where their registration stands.
DOOR = "door"
WAITS = "waits"
# 403 to who may read the thing but not do this: that it exists is no news to them, and what is absent is not found.
READS = "reads"
FOUND = {200, 201, 204, 302, 409, 422, 400, 413, 415}

Answer = int | str


class Unclear(AssertionError):
    """A line of the table that can be read in two ways, or in none."""


@dataclass(frozen=True)
class Line:
    """One address (and, after `@`, the state of the object it is asked for) with the answers by method and role."""

    key: str
    answers: Mapping[str, Mapping[str, Answer]]

    @property
    def address(self) -> str:
        return self.key.split("@")[0]


@cache
def lines() -> list[Line]:
    data = _table()
    groups = {name: words.split() for name, words in data["groups"].items()}
    roles = data["roles"]
    return [
        Line(key, {method: spread(said[method], roles=list(roles), groups=groups) for method in METHODS})
        for key, said in data["addresses"].items()
    ]


@cache
def roles() -> list[str]:
    return list(_table()["roles"])


@cache
def _table() -> Any:
    return read_yaml(TABLE)


def spread(said: Answer | Mapping[Any, str], *, roles: list[str], groups: Mapping[str, list[str]]) -> dict[str, Answer]:
    """`{200: "declarant", 403: others}` for each role. The first mention of a role stands; `others` are all the rest
    who have signed in; who has not is sent to the door unless the line says otherwise; `everyone` is everyone.
    """
    if not isinstance(said, Mapping):
        said = {said: "others"}
    answers: dict[str, Answer] = {}
    for answer, words in said.items():
        for word in words.split():
            for role in _named(word, roles, groups):
                answers.setdefault(role, answer)
    answers.setdefault("anonymous", DOOR)
    if missing := set(roles) - set(answers):
        raise Unclear(f"nothing is said of {', '.join(sorted(missing))}")
    return answers


def _named(word: str, roles: list[str], groups: Mapping[str, list[str]]) -> list[str]:
    if word == "others":
        return [role for role in roles if role != "anonymous"]
    if word == "everyone":
        return roles
    if word in groups:
        return groups[word]
    if word not in roles:
        raise Unclear(f"{word} is neither a role nor a group")
    return [word]


def status_of(answer: Answer) -> Answer:
    """What of an answer of the table comes over the wire."""
    return 403 if answer == READS else answer


def of_absent(answer: Answer) -> Answer:
    """What a role gets that asks for what does not exist: not found where it would have found, else the same."""
    return 404 if answer in FOUND or answer == READS else answer
