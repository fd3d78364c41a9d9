"""The portal as a provider of identities for learning platforms (OpenID Connect, S0-07)."""

from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from oauth2_provider.views import AuthorizationView, JwksInfoView, UserInfoView

from accounts.models import ApiClient, User
from accounts.rules.clients import ENTRY_SCOPES
from accounts.selectors.entry import is_open, learner_of
from ceportal.kernel.web.problems import json_answer

# What the tables hold of each; of everything else this much is plenty.
_LONGEST = {"nonce": 255, "code_challenge": 128, "code_challenge_method": 10, "client_id": 100}
_LONG = 2000
# The page of the platforms (credits.urls), downstream of this room.
LEARNING_PAGE = "/learn/"
_SAID = "平台的请求不对或已经过期。请返回学习入口，重新进入；还不行，请联系平台。"


class EnterPlatformView(AuthorizationView):
    """A page that says where one goes and what the platform learns; then back to the platform with a code."""

    template_name = "accounts/enter_platform.html"
    http_method_names = ("get", "head", "post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and learner_of(cast(User, user)) is None:
            raise PermissionDenied("学习入口供注册已核准的专业技术人员使用。")
        given = [*request.GET.lists(), *request.POST.lists()]
        if any(len(values) > 1 or not _is_sound(name, values[0]) for name, values in given):
            return _refused(request)
        asked = request.POST if request.method == "POST" else request.GET
        if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
            return _refused(request)
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        client = ApiClient.objects.filter(client_id=form.cleaned_data["client_id"]).first()
        if not is_open(client):
            raise Http404
        answer: HttpResponse = super().form_valid(form)
        return answer

    def redirect(self, redirect_to: str, application: ApiClient | None) -> HttpResponse:
        """An error is told at the address that the key is bound to, by what that address may be."""
        client = application or ApiClient.objects.filter(client_id=self.request.GET.get("client_id", "")).first()
        answer: HttpResponse = super().redirect(redirect_to, client)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        return _refused(self.request)

    def render_to_response(self, context: Any, **how: Any) -> HttpResponse:
        if "error" in context:
            return _refused(self.request, status=how.get("status", 400))
        answer: HttpResponse = super().render_to_response(context, **how)
        # The browser asks this of every address that a form leads on to, and a callback may lead on to another host.
        back = urlsplit(context["redirect_uri"])
        answer._csp_update = {"form-action": [f"{back.scheme}://{back.netloc}", "https:"]}  # type: ignore[attr-defined]
        return answer


class EntryUserInfoView(UserInfoView):
    """The same claims as in the ID token, for libraries that ask for them here."""

    http_method_names = ("get", "head", "post")


class EntryKeysView(JwksInfoView):
    """By what ID tokens are checked."""

    http_method_names = ("get", "head")


@login_not_required
@require_safe
def describe(request: HttpRequest) -> HttpResponse:
    """What a platform's library reads first (OpenID Connect Discovery)."""
    here = settings.PUBLIC_URL
    return json_answer(
        {
            "issuer": here,
            "authorization_endpoint": here + reverse("accounts:enter_platform"),
            "token_endpoint": here + reverse("token"),
            "userinfo_endpoint": here + reverse("accounts:entry_userinfo"),
            "jwks_uri": here + reverse("accounts:entry_keys"),
            "scopes_supported": list(ENTRY_SCOPES),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "name"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


def _is_sound(name: str, value: str) -> bool:
    return len(value) <= _LONGEST.get(name, _LONG) and value.isprintable()


def _refused(request: HttpRequest, status: int = 400) -> HttpResponse:
    return render(
        request,
        "accounts/enter_platform.html",
        {"error": True, "said": _SAID, "learn_href": LEARNING_PAGE},
        status=status,
    )
