"""Who may enter a page: door decorators. What of it they find there is the selectors' affair."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.enums import Duty
from accounts.models import Professional, User
from accounts.selectors.duties import duties_of

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
        return view(request, *args, **kwargs)

    return entered


def holders_only(*duties: Duty) -> Callable[[View], View]:
    """For people who hold one of `duties` at any organization; anybody else gets 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not duties_of(cast(User, request.user)).filter(duty__in=duties).exists():
                raise PermissionDenied("这一页供承担相应职责的人员使用。")
            return view(request, *args, **kwargs)

        return entered

    return decorate
