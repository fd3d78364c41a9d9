"""The answers for while the portal cannot, or may not: 503 with `Retry-After`, as a page or for machines."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import timezone

from ceportal.kernel.rules.maintenance import Maintenance
from ceportal.kernel.web.problems import BUSY, BUSY_SECONDS, Problem

_FOR_MACHINES = "/api/"


def under_maintenance(request: HttpRequest, found: Maintenance) -> HttpResponse:
    wait = found.come_back(timezone.now())
    if request.path_info.startswith(_FOR_MACHINES):
        message = "系统正在维护，请按 Retry-After 稍后重试；已确认的记录不会丢失。"
        return Problem(503, "maintenance", message, headers={"Retry-After": str(wait)}).answer()
    return _page(wait, {"maintenance": found})


def overloaded(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(_FOR_MACHINES):
        return Problem(503, "busy", BUSY, headers={"Retry-After": str(BUSY_SECONDS)}).answer()
    return busy()


def busy() -> HttpResponse:
    """The database does not answer, or cannot write: nothing was changed."""
    return _page(BUSY_SECONDS, {})


def _page(wait: int, context: dict[str, object]) -> HttpResponse:
    """Drawn without the request: nothing of it asks the database."""
    headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
    return HttpResponse(get_template("503.html").render(context), status=503, headers=headers)
