"""Keys of machines: made, revoked; a secret is shown once and kept as a hash (design: api)."""

import secrets
from datetime import datetime

from django.db import transaction
from oauth2_provider.models import AbstractApplication, get_access_token_model

from accounts.models import ApiClient, Organization, User
from ceportal.kernel.services.trail import record


@transaction.atomic
def make_client(
    organization: Organization,
    *,
    name: str,
    scopes: tuple[str, ...],
    by: User | None,
    now: datetime,
    client_id: str | None = None,
    released_at: datetime | None = None,
) -> tuple[ApiClient, str]:
    """A key for `organization` and its secret in clear, which nobody can read again. In force from `released_at`."""
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        name=name,
        organization=organization,
        client_secret=secret,
        client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=AbstractApplication.GRANT_CLIENT_CREDENTIALS,
        allowed_scopes=" ".join(scopes),
        released_at=released_at,
    )
    if client_id:
        client.client_id = client_id
    client.save()
    record("client.make", organization, by=by, now=now, after={"client": client.client_id, "scopes": list(scopes)})
    return client, secret


@transaction.atomic
def revoke_client(client: ApiClient, *, by: User | None, now: datetime) -> bool:
    """From now on its key and its tokens open nothing. False when it was revoked already."""
    if not ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=True).update(revoked_at=now):
        return False
    get_access_token_model().objects.filter(application=client).delete()
    if client.organization is not None:
        record("client.revoke", client.organization, by=by, now=now, after={"client": client.client_id})
    return True


def forget_tokens(*, now: datetime) -> int:
    """Tokens that have run out are of no use to anybody."""
    return get_access_token_model().objects.filter(expires__lt=now).delete()[0]
