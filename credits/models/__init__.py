"""The regulation as data, the declarations, and the ledger of hours."""

from credits.models.back_years import BackYear, BackYearRequest, BackYearRuling
from credits.models.conversions import Conversion, UnitStandard
from credits.models.declarations import Declaration, DeclarationStep, Evidence
from credits.models.held import HeldHours
from credits.models.incoming import ClaimSession, Correction, HourBatch, UnmatchedPerson
from credits.models.ledger import ChangedAccount, Claim, ClosedMonth, HandledChange, HourEntry, YearAccount
from credits.models.missing_hours import MissingHours
from credits.models.obligation_requests import ObligationRequest, ObligationRequestRuling
from credits.models.obligations import Obligation
from credits.models.outside_hours import OutsideHours, OutsideHoursRuling
from credits.models.regulation import Activity, RuleSet, RuleValue
from credits.models.rosters import Roster, RosterPiece, RosterRow
from credits.models.rule_drafts import RuleDraft, RuleEffect, RuleRuling, RuleRun
from credits.models.unit_trainings import TrainingOpening, UnitTraining, UnitTrainingPaper, UnitTrainingRuling

__all__ = [
    "Activity",
    "BackYear",
    "BackYearRequest",
    "BackYearRuling",
    "ChangedAccount",
    "Claim",
    "ClaimSession",
    "ClosedMonth",
    "Conversion",
    "Correction",
    "Declaration",
    "DeclarationStep",
    "Evidence",
    "HandledChange",
    "HeldHours",
    "HourBatch",
    "HourEntry",
    "MissingHours",
    "Obligation",
    "ObligationRequest",
    "ObligationRequestRuling",
    "OutsideHours",
    "OutsideHoursRuling",
    "Roster",
    "RosterPiece",
    "RosterRow",
    "RuleDraft",
    "RuleEffect",
    "RuleRuling",
    "RuleRun",
    "RuleSet",
    "RuleValue",
    "TrainingOpening",
    "UnitStandard",
    "UnitTraining",
    "UnitTrainingPaper",
    "UnitTrainingRuling",
    "UnmatchedPerson",
    "YearAccount",
]
