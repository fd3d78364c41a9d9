"""/metrics: the figures of the operator's page for a program that watches (Prometheus)."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ceportal.kernel.web.addresses import is_admitted
from ceportal.office.rules.alarms import FIGURES, Reading, ringing
from ceportal.office.services.figures import readings


@login_not_required
@require_safe
@never_cache
def show_metrics(request: HttpRequest) -> HttpResponse:
    """To whom `METRICS_ADDRESSES` or `METRICS_TOKEN` admits; to anybody else there is nothing here."""
    if not _is_admitted(request):
        raise Http404
    return HttpResponse(_written(list(readings(now=timezone.now()))), content_type=CONTENT_TYPE_LATEST)


def _is_admitted(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    knows_token = bool(wanted) and kind == "Bearer" and constant_time_compare(token.strip(), wanted)
    return knows_token or is_admitted(request, settings.METRICS_ADDRESSES)


def _written(found: Iterable[Reading]) -> bytes:
    found, registry = list(found), CollectorRegistry()
    gauges = {
        name: Gauge(f"ceportal_{name}{'_seconds' if unit == 'seconds' else ''}", text, ["part"], registry=registry)
        for name, (unit, text) in FIGURES.items()
    }
    for reading in found:
        gauges[reading.figure].labels(reading.part).set(reading.value)
    alarms = Gauge("ceportal_alarm", "1 for each alarm that rings", ["code", "part"], registry=registry)
    for each in ringing(found):
        alarms.labels(each.alarm.code, each.part).set(1)
    return generate_latest(registry)
