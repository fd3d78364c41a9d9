"""Who may enter a page: door decorators. What of it they find there is the selectors' affair."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Professional, User
from accounts.rules.policy import Act
from accounts.rules.roles import OF_A_PROFESSIONAL
from accounts.selectors.duties import role_for
from accounts.selectors.safety import factor_of, needs_factor
from accounts.services.guessing import FACTOR, may_try, was_right
from accounts.services.second_factor import accept_code
from accounts.web.devices import guesser_of
from accounts.web.sessions import is_proved_lately, note_proof
from ceportal.kernel.rules.circumstances import act_as

# What the page that asks for a proof adds to the form it stands in for.
_PROOF, _WAY = "proof", "proof_way"
_SET_UP = "accounts:set_up_factor"
View = Callable[..., HttpResponse]


class PersonRequest(HttpRequest):
    """A request of a signed-in person; `professional` is set by `professionals_only`."""

    user: User  # type: ignore[assignment]
    professional: Professional


def professionals_only(view: View) -> View:
    """For people whose hours are counted. Puts `request.professional`; anybody else gets 403.

    Who still waits to be approved is led to the page that says with whom.
    """

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = Professional.objects.select_related("area", "title_series").filter(user=request.user.pk).first()
        if person is None:
            raise PermissionDenied("这一页供专业技术人员本人使用。")
        if person.approved_at is None:
            return redirect("accounts:registration")
        request.professional = person  # type: ignore[attr-defined]
        act_as(OF_A_PROFESSIONAL)
        return view(request, *args, **kwargs)

    return entered


def only_who_may(*acts: Act) -> Callable[[View], View]:
    """For people whose duties let them do one of `acts` (accounts.rules.policy); anybody else gets 403. The trail names
    those duties as the role in which they act.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            role = role_for(cast(User, request.user), *acts)
            if not role:
                raise PermissionDenied("这一页供承担相应职责的人员使用。")
            act_as(role)
            return view(request, *args, **kwargs)

        return entered

    return decorate


def recently_proved(view: View) -> View:
    """For acts that cannot be taken back, exports, releases and keys: the second factor (of those without one the
    password) at most ten minutes ago, at sign-in or since (GB/T 22239 8.1.4.1 d).

    Otherwise it is asked for on a page at the same address, which carries along whatever was sent: nothing typed is
    lost. Give it the view inside the admin site's door.
    """

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, now = cast(User, request.user), timezone.now()
        if is_proved_lately(request.session, now):
            return view(request, *args, **kwargs)
        factor = factor_of(user)
        if factor is None and needs_factor(user) and _view_name(request) != _SET_UP:
            return redirect(_SET_UP)
        fault = _fault_of_proof(request, user, has_factor=factor is not None)
        if fault is None:
            note_proof(request.session, now)
            asked_to_see = request.POST.get(_WAY) == "GET"
            return redirect(request.get_full_path()) if asked_to_see else view(request, *args, **kwargs)
        return _ask_for_proof(request, fault, has_factor=factor is not None)

    return entered


def _view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _fault_of_proof(request: HttpRequest, user: User, *, has_factor: bool) -> str | None:
    """None for a right proof, nothing to say where none was given yet."""
    given, now, guesser = request.POST.get(_PROOF), timezone.now(), guesser_of(request)
    if given is None:
        return ""
    if not may_try(FACTOR, user, "", guesser, now=now):
        return "输错的次数太多，请 15 分钟后再试。"
    is_right = accept_code(user, given[:40], now=now) if has_factor else user.check_password(given[:1000])
    if not is_right:
        return "动态口令不对或已经用过，请重新输入。" if has_factor else "密码不对，请重新输入。"
    was_right(FACTOR, user, "", guesser, now=now)
    return None


def _ask_for_proof(request: HttpRequest, fault: str, *, has_factor: bool) -> HttpResponse:
    """At the address of the act, so that it goes on where it was."""
    own = {_PROOF, _WAY, "csrfmiddlewaretoken"}
    carried = [(name, value) for name, values in request.POST.lists() if name not in own for value in values]
    way = request.POST.get(_WAY, request.method)
    context = {"fault": fault, "has_factor": has_factor, "carried": carried, "way": way}
    return render(request, "accounts/prove.html", context, status=422 if fault else 200)
