"""The first page after signing in."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import holders_only
from accounts.enums import Duty
from accounts.models import User
from ceportal.office.selectors.home import home_of, posts_of
from ceportal.office.selectors.navigation import roles_of
from ceportal.office.selectors.operation import last_published_year, queues, signs_of_life


@require_safe
@never_cache
def go_home(request: HttpRequest) -> HttpResponse:
    """To the page of the role; those without one are told truly what they hold and what is still to come."""
    user = cast(User, request.user)
    if name := home_of(roles_of(user)):
        return redirect(name)
    return render(request, "office/home.html", {"posts": posts_of(user)})


@holders_only(Duty.OPERATE)
@require_safe
@never_cache
def show_operation(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {"queues": queues(now), "signs": signs_of_life(), "published_until": last_published_year(), "now": now}
    return render(request, "office/operation.html", context)
