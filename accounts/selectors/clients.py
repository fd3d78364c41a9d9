"""Machines that call the interface: whose key is in force, and whose token this is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from oauth2_provider.models import get_access_token_model

from accounts.enums import UnitState
from accounts.models import ApiClient


@dataclass(frozen=True)
class Pass:
    """A client with what its token lets it do."""

    client: ApiClient
    scopes: frozenset[str]


def is_in_force(client: ApiClient) -> bool:
    """Released, not revoked, and of an organization: asked at every call, so that revoking works at once."""
    return client.released_at is not None and client.revoked_at is None and client.organization_id is not None


def is_suspended(client: ApiClient) -> bool:
    """The organization itself may not act at present."""
    return client.organization is None or client.organization.state != UnitState.ACTIVE


def pass_of(token: str, *, now: datetime) -> Pass | None:
    """Whose `token` this is and for what; None when it is unknown, has run out, or its key is no longer in force."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    tokens = get_access_token_model().objects.select_related("application__organization")
    found = tokens.filter(token_checksum=checksum, expires__gt=now).first()
    if found is None or found.application is None or not is_in_force(found.application):
        return None
    return Pass(found.application, frozenset(found.scope.split()))
