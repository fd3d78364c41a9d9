"""A person's years: how they stand, and every entry behind that."""

from decimal import Decimal
from typing import Protocol

from django.db.models import QuerySet

from accounts.models import Professional
from credits.models import HourEntry, YearAccount
from credits.rules.requirements import NOTHING, Standing


def account_of(professional: Professional, year: int) -> YearAccount | None:
    """None as long as nothing was ever entered in that year."""
    return YearAccount.objects.filter(professional=professional, year=year).first()


def entries_of(professional: Professional, year: int) -> QuerySet[HourEntry]:
    """Every entry of the year, the newest first, with its claim and the unit of that time."""
    entries = HourEntry.objects.filter(professional=professional, year=year)
    return entries.select_related("claim", "claim__declaration", "organization", "area").order_by("-id")


class Accounted(Protocol):
    """A year of a person as it stands, whether it is the row itself or was read for many at once."""

    public: Decimal
    public_compulsory: Decimal
    professional_hours: Decimal
    elective: Decimal


def standing_of(account: Accounted | None) -> Standing:
    if account is None:
        return NOTHING
    return Standing(account.public, account.public_compulsory, account.professional_hours, account.elective)


def years_of(professional: Professional) -> list[int]:
    """The years in which something was ever entered, the latest first."""
    years = YearAccount.objects.filter(professional=professional).order_by("-year")
    return list(years.values_list("year", flat=True))
