"""The tables of the roof: figures, each in the file of its subject."""

from ceportal.office.models.reports import FixedReport
from ceportal.office.models.statistics import CountedYear, DayCount, YearSum

__all__ = ["CountedYear", "DayCount", "FixedReport", "YearSum"]
