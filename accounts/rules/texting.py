"""When a text message may reach a phone, and what it says: seldom, by day, many matters in one (reliability T22)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

MOST_A_DAY = 5
TEXT_LIMIT = 300


class Hours(NamedTuple):
    """From the hour `first` until the hour `last` of each local day, 0 to 24, somebody may be texted."""

    first: int
    last: int


def is_quiet(local: datetime, hours: Hours) -> bool:
    """Whether people rest at this local moment."""
    return not hours.first <= local.hour < hours.last


def waits_since(made: datetime, local: datetime, hours: Hours) -> datetime | None:
    """From when on a text of `made` could have gone today; None while people rest. Both by local time."""
    if is_quiet(local, hours):
        return None
    return max(made, local.replace(hour=hours.first, minute=0, second=0, microsecond=0))


def first_day(local: datetime, hours: Hours) -> date:
    """The day on which what happens at this local moment can be told at the earliest."""
    return local.date() + timedelta(days=local.hour >= hours.last)


def wording(*, count: int, label: str, first: str) -> str:
    """One matter in its own words; several as their number and the first of them. At most `TEXT_LIMIT` characters."""
    if count == 1:
        return first
    lead, end = f"您有 {count} 项{label}，最早一项：", "其余请登录查看。"
    return f"{lead}{first[: TEXT_LIMIT - len(lead) - len(end)]}{end}"
