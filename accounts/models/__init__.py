"""People, units, who may act for whom, and the mechanism of review that every app uses."""

from accounts.models.areas import Area, TitleSeries
from accounts.models.codes import MailAddress, OneTimeCode, OutsideIdentity
from accounts.models.consents import Consent, Erasure
from accounts.models.handing_over import HandOver, HandOverRuling
from accounts.models.invitations import Invitation
from accounts.models.machines import EntrySubject, RefusedCalls
from accounts.models.mandates import Mandate
from accounts.models.moves import (
    Correction,
    CorrectionRuling,
    Merge,
    MergeRuling,
    PersonMatter,
    TitleChange,
    TitleChangeRuling,
    Transfer,
    TransferRuling,
)
from accounts.models.notices import Notice, TextMessage
from accounts.models.organizations import ApiClient, Organization
from accounts.models.people import Employment, Membership, PersonChange, Professional, User
from accounts.models.proposals import UnitProposal
from accounts.models.registration import (
    PersonRegistration,
    PersonRegistrationRuling,
    UnitRegistration,
    UnitRegistrationRuling,
)
from accounts.models.requests import Request
from accounts.models.routing import Routed, Ruling, Unsettled
from accounts.models.safety import KnownDevice, PasswordRecord, RecoveryCode, SecondFactor, SignedIn
from accounts.models.staffing import StaffInvitation, StaffList, StaffRow
from accounts.models.stationing import Stationing, StationingRuling
from accounts.models.unit_changes import UnitChange, UnitChangeRuling

__all__ = [
    "ApiClient",
    "Area",
    "Consent",
    "Correction",
    "CorrectionRuling",
    "Employment",
    "EntrySubject",
    "Erasure",
    "HandOver",
    "HandOverRuling",
    "Invitation",
    "KnownDevice",
    "MailAddress",
    "Mandate",
    "Membership",
    "Merge",
    "MergeRuling",
    "Notice",
    "OneTimeCode",
    "Organization",
    "OutsideIdentity",
    "PasswordRecord",
    "PersonChange",
    "PersonMatter",
    "PersonRegistration",
    "PersonRegistrationRuling",
    "Professional",
    "RecoveryCode",
    "RefusedCalls",
    "Request",
    "Routed",
    "Ruling",
    "SecondFactor",
    "SignedIn",
    "StaffInvitation",
    "StaffList",
    "StaffRow",
    "Stationing",
    "StationingRuling",
    "TextMessage",
    "TitleChange",
    "TitleChangeRuling",
    "TitleSeries",
    "Transfer",
    "TransferRuling",
    "UnitChange",
    "UnitChangeRuling",
    "UnitProposal",
    "UnitRegistration",
    "UnitRegistrationRuling",
    "Unsettled",
    "User",
]
