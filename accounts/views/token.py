"""The token endpoint (RFC 6749, client credentials alone)."""

from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView

from accounts.fields import id_index
from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import count_one, is_used_up
from ceportal.kernel.web.problems import BUSY_SECONDS, is_away

# Wrong keys from one address; a right key costs nothing of it.
FAILURES = "60 per minute"


class ClientTokenView(TokenView):
    """django-oauth-toolkit's view, for one grant, with what it does not survive kept from it."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != "client_credentials":
            error = "unsupported_grant_type" if "grant_type" in request.POST else "invalid_request"
            return _refusal(error, 400)
        address = id_index(counted_address(request))
        if is_used_up(FAILURES, "token", address):
            return _refusal("temporarily_unavailable", 429, {"Retry-After": "60"})
        try:
            answer = super().post(request, *args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            if not is_away(error):
                raise
            return _refusal("temporarily_unavailable", 503, {"Retry-After": str(BUSY_SECONDS)})
        if answer.status_code == 401:
            count_one(FAILURES, "token", address)
        return answer


def _refusal(error: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store", **(headers or {})})
