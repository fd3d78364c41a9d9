"""The tables of the roof: announcements, figures, reminders, exports, each in the file of its subject."""

from ceportal.office.models.announcements import Announcement, AnnouncementFile, AnnouncementRead
from ceportal.office.models.evaluations import UnitEvaluation
from ceportal.office.models.exports import Export
from ceportal.office.models.funding import FundingRecord
from ceportal.office.models.letters import Letter, LetterReceipt
from ceportal.office.models.officers import Headcount, Officer, OfficerAttendance, OfficerSum, OfficerTraining
from ceportal.office.models.reminders import Reminder
from ceportal.office.models.reports import FixedReport
from ceportal.office.models.rolls import Roll, RollName
from ceportal.office.models.statistics import Agreement, CountedYear, DayCount, PartSum, PlaceSum, YearSum
from ceportal.office.models.taking_over import TakenRow, TakeOver

__all__ = [
    "Agreement",
    "Announcement",
    "AnnouncementFile",
    "AnnouncementRead",
    "CountedYear",
    "DayCount",
    "Export",
    "FixedReport",
    "FundingRecord",
    "Headcount",
    "Letter",
    "LetterReceipt",
    "Officer",
    "OfficerAttendance",
    "OfficerSum",
    "OfficerTraining",
    "PartSum",
    "PlaceSum",
    "Reminder",
    "Roll",
    "RollName",
    "TakeOver",
    "TakenRow",
    "UnitEvaluation",
    "YearSum",
]
