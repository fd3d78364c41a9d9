"""Who looked at somebody's data, as that person is told: the day, the office and its part, what and why."""

from dataclasses import dataclass
from datetime import datetime

SHOWN = 200


@dataclass(frozen=True)
class Look:
    """`who` names an office and its part, not the clerk: the office answers for it."""

    at: datetime
    who: str
    what: str
    why: str = ""


def named(office: str, duty: str) -> str:
    return f"{office}（{duty}）" if office and duty else office or "工作人员"
