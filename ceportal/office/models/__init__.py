"""The tables of the roof: figures, reminders, exports, each in the file of its subject."""

from ceportal.office.models.exports import Export
from ceportal.office.models.reminders import Reminder
from ceportal.office.models.reports import FixedReport
from ceportal.office.models.statistics import CountedYear, DayCount, YearSum

__all__ = ["CountedYear", "DayCount", "Export", "FixedReport", "Reminder", "YearSum"]
