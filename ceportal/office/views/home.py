"""The first page after signing in."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from ceportal.office.selectors.home import home_of, posts_of
from ceportal.office.selectors.navigation import roles_of


@require_safe
@never_cache
def go_home(request: HttpRequest) -> HttpResponse:
    """To the page of the role; those without one are told truly what they hold and what is still to come."""
    user = cast(User, request.user)
    if name := home_of(roles_of(user)):
        return redirect(name)
    return render(request, "office/home.html", {"posts": posts_of(user)})
