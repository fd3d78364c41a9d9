"""The tables of this room, each in the file of its subject."""

from reviews.models.appeals import Appeal, AppealRuling
from reviews.models.desk import Allotment, Delay, Jotting
from reviews.models.filing import Filing, FilingItem
from reviews.models.reviewing import CreditedHours, Decision, Opening, RecordedHours
from reviews.models.signals import Signal
from reviews.models.spot_checks import Campaign, Inspection, InspectionStep, Sanction
from reviews.models.steering import Steering
from reviews.models.watching import PlaceWatch

__all__ = [
    "Allotment",
    "Appeal",
    "AppealRuling",
    "Campaign",
    "CreditedHours",
    "Decision",
    "Delay",
    "Filing",
    "FilingItem",
    "Inspection",
    "InspectionStep",
    "Jotting",
    "Opening",
    "PlaceWatch",
    "RecordedHours",
    "Sanction",
    "Signal",
    "Steering",
]
