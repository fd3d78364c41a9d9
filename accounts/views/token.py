"""The token endpoint (RFC 6749): for machines, and for platforms to which somebody has come with a code."""

import base64
from typing import Any
from urllib.parse import unquote

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from oauth2_provider.views import TokenView

from accounts.fields import id_index
from accounts.models import ApiClient
from accounts.services.refused import note_refusal
from ceportal.kernel.rules.circumstances import circumstances
from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import count_one, is_used_up
from ceportal.kernel.web.logs import refused_by
from ceportal.kernel.web.problems import BUSY_SECONDS, is_away

# Wrong keys from one address; a right key costs nothing of it.
FAILURES = "60 per minute"
WRONG_KEY = "密码不对，或者密钥已停用、还没有启用、不在允许的地址。"
_GRANTS = frozenset({"client_credentials", "authorization_code"})


class ClientTokenView(TokenView):
    """django-oauth-toolkit's view, for two grants, with what it does not survive kept from it."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            asked = request.POST.get("grant_type")
        except (SuspiciousOperation, MultiPartParserError):
            return _refusal("invalid_request", 400)
        if asked not in _GRANTS:
            error = "unsupported_grant_type" if "grant_type" in request.POST else "invalid_request"
            return _refusal(error, 400)
        if any("\0" in value for values in request.POST.lists() for value in values[1]):
            return _refusal("invalid_request", 400)
        address = id_index(counted_address(request))
        if is_used_up(FAILURES, "token", address):
            return _refusal("temporarily_unavailable", 429, {"Retry-After": "60"})
        try:
            answer = super().post(request, *args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            if not is_away(error):
                raise
            refused_by(request, error)
            return _refusal("temporarily_unavailable", 503, {"Retry-After": str(BUSY_SECONDS)})
        if answer.status_code == 401:
            count_one(FAILURES, "token", address)
            _note_wrong_key(request)
        return answer


def _note_wrong_key(request: HttpRequest) -> None:
    """For the keeper of the key that was named."""
    named = request.POST.get("client_id", "")
    scheme, _, basic = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            named = unquote(base64.b64decode(basic, validate=True).decode("ascii")).partition(":")[0]
        except ValueError:
            return
    client = ApiClient.objects.filter(client_id=named.replace("\0", "")[:100]).first()
    if client is not None:
        note_refusal(
            client, status=401, code="invalid_client", call="POST /api/oauth/token", message=WRONG_KEY,
            address=circumstances.get().address, now=timezone.now(),
        )  # fmt: skip


def _refusal(error: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store", **(headers or {})})
