"""The tables of this room, each in the file of its subject."""

from reviews.models.appeals import Appeal, AppealRuling
from reviews.models.desk import Allotment, Delay, Jotting
from reviews.models.filing import Filing, FilingItem
from reviews.models.reviewing import CreditedHours, Decision, Opening, RecordedHours

__all__ = [
    "Allotment",
    "Appeal",
    "AppealRuling",
    "CreditedHours",
    "Decision",
    "Delay",
    "Filing",
    "FilingItem",
    "Jotting",
    "Opening",
    "RecordedHours",
]
