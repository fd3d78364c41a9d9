"""The answers for while the portal cannot, or may not: 503 with `Retry-After`, 500, as a page or for machines."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import timezone
from django.views import defaults

from ceportal.kernel.rules.maintenance import Maintenance
from ceportal.kernel.web.problems import BUSY, BUSY_SECONDS, Problem

FAULT = "平台出现故障，已记入日志；请稍后原样重试，已确认的记录不会丢失，重复提交也不会重复计入。"


def is_for_machines(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def under_maintenance(request: HttpRequest, found: Maintenance) -> HttpResponse:
    wait = found.come_back(timezone.now())
    if is_for_machines(request):
        message = "系统正在维护，请按 Retry-After 稍后重试；已确认的记录不会丢失。"
        return Problem(503, "maintenance", message, headers={"Retry-After": str(wait)}).answer()
    return _page(wait, {"maintenance": found})


def overloaded(request: HttpRequest) -> HttpResponse:
    if is_for_machines(request):
        return Problem(503, "busy", BUSY, headers={"Retry-After": str(BUSY_SECONDS)}).answer()
    return busy()


def faulty(request: HttpRequest) -> HttpResponse:
    """What nobody expected. The log has it, found by the answer's `X-Request-Id`."""
    if is_for_machines(request):
        return Problem(500, "fault", FAULT).answer()
    return defaults.server_error(request)


def unread(*, is_too_large: bool = False) -> HttpResponse:
    """For machines: what was sent could not be read, before anybody asked what it is."""
    if is_too_large:
        return Problem(413, "too_large", "一次送来的内容太多，请分批报送。").answer()
    return Problem(400, "unreadable", "无法读懂这个请求：请用 UTF-8 编码，字段不超过 500 个。").answer()


def busy() -> HttpResponse:
    """The database does not answer, or cannot write: nothing was changed."""
    return _page(BUSY_SECONDS, {})


def _page(wait: int, context: dict[str, object]) -> HttpResponse:
    """Drawn without the request: nothing of it asks the database."""
    headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
    return HttpResponse(get_template("503.html").render(context), status=503, headers=headers)
