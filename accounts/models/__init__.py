"""People, units, who may act for whom, and the mechanism of review that every app uses."""

from accounts.models.areas import Area, TitleSeries
from accounts.models.notices import Notice, TextMessage
from accounts.models.organizations import ApiClient, Organization
from accounts.models.people import Employment, Membership, PersonChange, Professional, User
from accounts.models.registration import (
    PersonRegistration,
    PersonRegistrationRuling,
    UnitRegistration,
    UnitRegistrationRuling,
)
from accounts.models.routing import Routed, Ruling

__all__ = [
    "ApiClient",
    "Area",
    "Employment",
    "Membership",
    "Notice",
    "Organization",
    "PersonChange",
    "PersonRegistration",
    "PersonRegistrationRuling",
    "Professional",
    "Routed",
    "Ruling",
    "TextMessage",
    "TitleSeries",
    "UnitRegistration",
    "UnitRegistrationRuling",
    "User",
]
