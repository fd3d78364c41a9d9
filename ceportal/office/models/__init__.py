"""The tables of the roof: announcements, figures, reminders, exports, each in the file of its subject."""

from ceportal.office.models.announcements import Announcement, AnnouncementFile, AnnouncementRead
from ceportal.office.models.evaluations import UnitEvaluation
from ceportal.office.models.exports import Export
from ceportal.office.models.funding import FundingRecord
from ceportal.office.models.reminders import Reminder
from ceportal.office.models.reports import FixedReport
from ceportal.office.models.statistics import CountedYear, DayCount, YearSum

__all__ = [
    "Announcement",
    "AnnouncementFile",
    "AnnouncementRead",
    "CountedYear",
    "DayCount",
    "Export",
    "FixedReport",
    "FundingRecord",
    "Reminder",
    "UnitEvaluation",
    "YearSum",
]
