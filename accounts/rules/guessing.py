"""How often a password or a code may be guessed, and who is still let try when others have used it up (T22, 8.1.4.1 b).

A try is counted before it is judged, so that many at once are no way around. Who tries from a device or an address the
account is known from has tries of their own: strangers can shut out strangers, never the owner; and every wait ends.
"""

from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(minutes=15)
# A device's (or without one an address's) tries at one account.
OF_A_PAIR = 5
# All strangers' tries at one account together.
OF_AN_ACCOUNT = 30
# All tries of one address as a stranger, at whatever accounts: a whole office may sit behind it.
OF_A_PLACE = 200


@dataclass(frozen=True)
class Budget:
    """`most` tries in a window, counted under `key` (blind indexes and words only)."""

    key: tuple[str, ...]
    most: int


def budgets(kind: str, *, account: str, place: str, device: str, place_is_known: bool) -> list[Budget]:
    """What a try at `account` uses up. `device` is empty unless the account knows it."""
    if device:
        return [Budget((kind, "device", account, device), OF_A_PAIR)]
    pair = Budget((kind, "pair", account, place), OF_A_PAIR)
    if place_is_known:
        return [pair]
    return [
        pair, Budget((kind, "account", account), OF_AN_ACCOUNT), Budget((kind, "place", place), OF_A_PLACE)
    ]  # fmt: skip
