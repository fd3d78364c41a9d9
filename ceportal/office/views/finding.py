"""The search box of bureaus and authorities. What is looked for travels by POST alone, never in an address."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from ceportal.office.selectors.finding import LIMIT, find
from ceportal.office.selectors.statistics import scope_of


@only_who_may(Act.OVERSEE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_found(request: PersonRequest) -> HttpResponse:
    scope = scope_of(request.user)
    if not scope.units:
        raise Http404
    said = request.POST.get("said", "").replace("\0", "").strip()[:LIMIT]
    found = find(request.user, scope, said, today=timezone.localdate())
    return render(request, "office/found.html", {"said": said, "sections": found.sections, "limit": LIMIT})
