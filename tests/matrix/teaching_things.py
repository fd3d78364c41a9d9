"""What the matrix asks for of the teaching side: the base's public page."""

from collections.abc import Callable, Mapping
from typing import Any


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    """What to ask for at each address, by the key of its line in the table."""
    return {
        "bases:institution": lambda town: {"ref": town.roster.organization.ref},
        "bases:edit_disclosure": lambda town: {"ref": town.roster.organization.ref},
    }
