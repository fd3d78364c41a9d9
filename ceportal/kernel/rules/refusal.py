"""A rule that says no says why. The page, the service and the API show the same reasons (house rule 4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """One reason: a stable `code`, a Chinese `message`, the form `field` it belongs to, the `clause` that asks it."""

    code: str
    message: str
    field: str = ""
    clause: str = ""


@dataclass
class Refused(Exception):
    """A rule said no: expected, shown to the reader, nothing changed. Answered 409 where a status is needed."""

    reasons: list[Refusal] = field(default_factory=list)

    def __str__(self) -> str:
        return "；".join(reason.message for reason in self.reasons)

    def __iter__(self) -> Iterator[Refusal]:
        return iter(self.reasons)


class MovedOn(Refused):
    """Someone else was first: the row is no longer in the state this act starts from. Says who and when."""


def refuse_if_any(reasons: Iterable[Refusal]) -> None:
    """Raise `Refused` with all `reasons` when there is one."""
    if found := list(reasons):
        raise Refused(found)


def refuse(code: str, message: str, *, field: str = "", clause: str = "") -> Refused:
    """A `Refused` with a single reason, to raise."""
    return Refused([Refusal(code, message, field=field, clause=clause)])
