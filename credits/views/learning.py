"""学习入口: the platforms recognised this year where somebody works, and the way in (S0-07, S4-09)."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, professionals_only
from credits.selectors.learning import lines_for


@professionals_only
@never_cache
@require_safe
def show_learning(request: HttpRequest) -> HttpResponse:
    person = cast(PersonRequest, request).professional
    today = timezone.localdate()
    return render(request, "credits/learn.html", {"year": today.year, "lines": lines_for(person, on=today)})
