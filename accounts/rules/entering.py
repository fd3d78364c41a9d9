"""The steps from a right password to being signed in, and for how long one is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Who has given the password has so long for the rest.
PATIENCE = timedelta(minutes=10)
# For acts that cannot be taken back, the second factor must be so fresh.
FRESH = timedelta(minutes=10)


class Step(Enum):
    """What is asked next."""

    CODE = "code"
    SET_UP = "set_up"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a step
    IN = "in"


@dataclass(frozen=True)
class Standing:
    """What an account has and must have, and what was given so far."""

    has_factor: bool
    needs_factor: bool
    gave_factor: bool
    password_ran_out: bool


def next_step(standing: Standing) -> Step:
    """The factor first: nobody changes a password with the password alone."""
    if standing.has_factor and not standing.gave_factor:
        return Step.CODE
    if standing.needs_factor and not standing.has_factor:
        return Step.SET_UP
    if standing.password_ran_out:
        return Step.NEW_PASSWORD
    return Step.IN


def is_within(since: int | None, span: timedelta, now: datetime) -> bool:
    """Whether `since` (seconds of the epoch) lies at most `span` before `now`."""
    return since is not None and now.timestamp() - since <= span.total_seconds()
