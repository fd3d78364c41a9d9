"""Guessing at passwords and codes, counted in the database: no restart and no lost broker forgets it (T22)."""

from dataclasses import dataclass
from datetime import datetime

from accounts.fields import login_index, place_index, place_indexes
from accounts.models import User
from accounts.rules.guessing import WINDOW, Budget, budgets
from accounts.selectors.safety import knows_device, knows_place
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.services.tallies import clear_tally, give_back_to_tally, take_from_tally

SIGN_IN, FACTOR = "sign-in", "factor"


@dataclass(frozen=True)
class Guesser:
    """Who tries: the address, and the digest of the device's token or nothing."""

    address: str
    device: str = ""


def may_try(kind: str, user: User | None, login: str, guesser: Guesser, *, now: datetime) -> bool:
    """Count one try, before it is judged. False: it must not be judged at all. Unknown accounts are counted alike."""
    # One after the other: who is out of tries of their own uses up nobody else's.
    return all(
        take_from_tally(*budget.key, most=budget.most, window=WINDOW, now=now)[0]
        for budget in _budgets(kind, user, login, guesser, now)
    )


def was_right(kind: str, user: User, login: str, guesser: Guesser, *, now: datetime) -> None:
    """The try was no guess: the pair's count begins anew, and what it took of the others' is given back."""
    own, *shared = _budgets(kind, user, login, guesser, now)
    clear_tally(*own.key)
    for budget in shared:
        give_back_to_tally(*budget.key, now=now)


def _budgets(kind: str, user: User | None, login: str, guesser: Guesser, now: datetime) -> list[Budget]:
    """An account has one count, whether its number or its phone is typed."""
    account = str(user.ref) if user else login_index(normalise(login))
    place = place_index(guesser.address)
    device = guesser.device if guesser.device and knows_device(user, guesser.device) else ""
    is_known = knows_place(user, place_indexes(guesser.address), now=now)
    return budgets(kind, account=account, place=place, device=device, place_is_known=is_known)
