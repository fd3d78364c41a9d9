"""The first page after signing in."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from ceportal.office.selectors.home import home_of, where_it_waits
from ceportal.office.selectors.navigation import roles_of
from ceportal.office.selectors.work import errands_of, work_of


@require_safe
@never_cache
def go_home(request: HttpRequest) -> HttpResponse:
    """To the page of the role; those without one to where what they asked waits, or they are told how to get one."""
    user = cast(User, request.user)
    roles = roles_of(user)
    if name := home_of(roles) or ("" if roles.duties else where_it_waits(user)):
        return redirect(name)
    return render(request, "office/home.html")


@require_safe
@never_cache
def show_work(request: HttpRequest) -> HttpResponse:
    """What waits for whoever asks, over all their desks."""
    user = cast(User, request.user)
    work, errands = work_of(user, now=timezone.now()), errands_of(user)
    figures = {"total": sum(each.count for each in work), "overdue": sum(each.overdue for each in work)}
    return render(request, "office/work.html", {"work": work, "errands": errands, **figures})
