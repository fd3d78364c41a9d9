"""What django-oauth-toolkit asks us: which machines may have a token, and for what (design: api)."""

from typing import Any

from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.settings import oauth2_settings

from accounts.models import ApiClient
from accounts.selectors.clients import is_at_home, is_in_force
from ceportal.kernel.rules.circumstances import circumstances


class ClientScopes(BaseScopes):
    """A client gets the scopes it was allowed when its key was made; asked for none, all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return dict(oauth2_settings.SCOPES)

    def get_available_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list:
        return application.allowed_scopes.split() if isinstance(application, ApiClient) else []

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list:
        return self.get_available_scopes(application)


class ClientValidator(OAuth2Validator):
    """No token for a key that is revoked, not yet released, or used from elsewhere: as for a wrong key."""

    def _load_application(self, client_id: Any, request: Any) -> Any:
        """The parent's own, without the character that PostgreSQL will not be asked for."""
        return None if "\0" in str(client_id) else super()._load_application(client_id, request)

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        if not super().authenticate_client(request, *args, **kwargs) or not is_in_force(request.client):
            return False
        if not is_at_home(request.client, circumstances.get().address):
            return False
        ApiClient.objects.filter(pk=request.client.pk).update(last_used_at=timezone.now())
        return True
