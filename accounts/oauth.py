"""What django-oauth-toolkit asks us: which machines may have a token, for what, and who somebody is to a platform."""

from typing import Any

from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.settings import oauth2_settings
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError
from oauthlib.openid import Server

from accounts.models import ApiClient
from accounts.selectors.clients import is_at_home, is_in_force
from accounts.selectors.entry import is_open, learner_of
from accounts.services.entry import subject_of
from ceportal.kernel.rules.circumstances import circumstances


class ClientScopes(BaseScopes):
    """A client gets the scopes it was allowed when its key was made; asked for none, all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return dict(oauth2_settings.SCOPES)

    def get_available_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list:
        return application.allowed_scopes.split() if isinstance(application, ApiClient) else []

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list:
        return self.get_available_scopes(application)


class EntryServer(Server):
    """OpenID Connect without refresh tokens: who comes again signs in again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auth_grant.refresh_token = False
        self.openid_connect_auth.proxy_target.refresh_token = False


class ClientValidator(OAuth2Validator):
    """No token for a key that is revoked, not yet released, or used from elsewhere: as for a wrong key."""

    def _load_application(self, client_id: Any, request: Any) -> Any:
        """The parent's own, without the character that PostgreSQL will not be asked for."""
        return None if "\0" in str(client_id) else super()._load_application(client_id, request)

    oidc_claim_scope = {"sub": "openid", "name": "profile"}  # noqa: RUF012

    def validate_client_id(self, client_id: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Whether people may come through this key."""
        return bool(super().validate_client_id(client_id, request, *args, **kwargs)) and is_open(request.client)

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """A name that this platform alone knows, and with `profile` what somebody is called. No number."""
        person = learner_of(request.user)
        if person is None:
            raise AccessDeniedError(request=request)
        subject = subject_of(person, request.client.organization, now=timezone.now())
        return {"sub": str(subject), "name": person.name}

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        if not super().authenticate_client(request, *args, **kwargs) or not is_in_force(request.client):
            return False
        if not is_at_home(request.client, circumstances.get().address):
            return False
        ApiClient.objects.filter(pk=request.client.pk).update(last_used_at=timezone.now())
        return True
