"""Machines that call the interface: whose key is in force, and whose token this is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from oauth2_provider.models import get_access_token_model

from accounts.enums import UnitState
from accounts.models import ApiClient, Organization, User
from accounts.rules.clients import KeyFacts, is_admitted
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for


@dataclass(frozen=True)
class Pass:
    """A client with what its token lets it do, of what the key itself may still do."""

    client: ApiClient
    scopes: frozenset[str]


def is_in_force(client: ApiClient) -> bool:
    """Released, not revoked, and of an organization: asked at every call, so that revoking works at once."""
    return client.released_at is not None and client.revoked_at is None and client.organization_id is not None


def is_at_home(client: ApiClient, address: str) -> bool:
    """Whether the key may be used from this address."""
    return is_admitted(address, client.address_list.split())


def is_suspended(client: ApiClient) -> bool:
    """The organization itself may not act at present."""
    return client.organization is None or client.organization.state != UnitState.ACTIVE


def pass_of(token: str, *, now: datetime) -> Pass | None:
    """Whose `token` this is and for what; None when it is unknown, has run out, or its key is no longer in force."""
    found = _tokens(token).filter(expires__gt=now).first()
    if found is None or found.application is None or not is_in_force(found.application):
        return None
    if found.user_id is not None:  # of somebody who came through the entry: it calls nothing
        return None
    allowed = found.application.allowed_scopes.split()
    return Pass(found.application, frozenset(found.scope.split()) & frozenset(allowed))


def owner_of(token: str) -> ApiClient | None:
    """Whose token this was, though it opens nothing any more."""
    found = _tokens(token).first()
    return found.application if found else None


def _tokens(token: str) -> QuerySet[Any]:
    checksum = hashlib.sha256(token.encode()).hexdigest()
    rows: QuerySet[Any] = get_access_token_model().objects.filter(token_checksum=checksum)
    return rows.select_related("application__organization")


def line_of(client: ApiClient) -> int:
    """The key its line began with."""
    return int(client.first_key_id or client.pk)


def facts_of_keys(organization: Organization) -> list[KeyFacts]:
    keys = ApiClient.objects.filter(organization=organization)
    return [
        KeyFacts(line_of(key), key.is_sandbox, key.revoked_at is None, key.is_entry, key.released_at is not None)
        for key in keys
    ]


def platforms_of(user: User) -> QuerySet[Organization]:
    """The platforms whose keys `user` keeps."""
    return units_for(user, Act.KEEP_KEYS).order_by("name_key")


def keys_of(user: User) -> QuerySet[ApiClient]:
    """Their keys, those that live first."""
    rows = ApiClient.objects.filter(organization__in=platforms_of(user)).select_related("organization")
    return rows.order_by("organization", "-pk")


def key_bureaus(user: User) -> QuerySet[Organization]:
    """The bureaus in whose name `user` releases and revokes keys."""
    return units_for(user, Act.OVERSEE_KEYS).select_related("area")


def keys_seen_by(user: User) -> QuerySet[ApiClient]:
    """The keys of platforms in the bureaus' places, and of the bureaus' own systems."""
    bureaus = list(key_bureaus(user))
    reach = Q(organization__in=bureaus)
    for bureau in bureaus:
        reach |= Q(organization__is_platform=True, **below(bureau.area, "organization__area"))
    return ApiClient.objects.filter(reach).select_related("organization")


def bureaus_over(organization: Organization) -> QuerySet[Organization]:
    """The bureaus that may release a platform's keys: of its place and of those above."""
    return Organization.objects.filter(is_bureau=True, area__in=organization.area.codes, state=UnitState.ACTIVE)


def is_revoked(client: ApiClient) -> bool:
    """As it stands now, whatever this object says."""
    return ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=False).exists()
