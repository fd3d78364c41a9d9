"""Alive, and fit for traffic: for supervisors, load balancers and operators."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ceportal.office.selectors.health import health


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, the body saying what else is missing; 503 without the database."""
    found = health(now=timezone.now())
    status = "unavailable" if not found.has_database else "degraded" if found.degraded else "ok"
    body = {"status": status, "degraded": list(found.degraded), "clock_age_seconds": found.clock_age}
    return JsonResponse(body, status=200 if found.has_database else 503)
