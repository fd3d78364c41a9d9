"""The regulation as data, the declarations, and the ledger of hours."""

from credits.models.declarations import Declaration, DeclarationStep, Evidence
from credits.models.ledger import ChangedAccount, Claim, ClosedMonth, HandledChange, HourEntry, YearAccount
from credits.models.regulation import Activity, RuleSet, RuleValue

__all__ = [
    "Activity",
    "ChangedAccount",
    "Claim",
    "ClosedMonth",
    "Declaration",
    "DeclarationStep",
    "Evidence",
    "HandledChange",
    "HourEntry",
    "RuleSet",
    "RuleValue",
    "YearAccount",
]
