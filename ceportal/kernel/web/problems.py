"""Errors as machines read them: `application/problem+json` (RFC 9457) with a stable `code` and a Chinese message."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.services.noting import is_no_fault_of_ours
from ceportal.kernel.shelves.kinds import ShelfAway
from ceportal.kernel.web.logs import refused_by
from ceportal.kernel.web.strict_json import BadJson

CONTENT_TYPE = "application/problem+json"
BUSY_SECONDS = 5
BUSY = "系统繁忙，请稍后重试；已确认的记录不会丢失，重复提交也不会重复计入。"


class Problem(Exception):
    """An answer other than success, to raise from a view."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: Iterable[Refusal] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.errors, self.headers, self.more = list(errors), dict(headers or {}), more

    def answer(self) -> HttpResponse:
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.message,
            **self.more,
        }
        if self.errors:
            body["errors"] = [as_error(error) for error in self.errors]
        headers = {"Cache-Control": "no-store", **self.headers}
        return json_answer(body, status=self.status, content_type=CONTENT_TYPE, headers=headers)


def json_answer(data: Any, **how: Any) -> HttpResponse:
    """JSON with its Chinese as it is, for who reads along in a terminal."""
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False}, **how)


def as_error(reason: Refusal, above: str = "") -> dict[str, str]:
    """One fault: `code`, `pointer` (JSON Pointer into what was sent), `message`, `clause` where one asks."""
    error = {"code": reason.code, "pointer": f"{above}{reason.field}", "message": reason.message}
    return error | ({"clause": reason.clause} if reason.clause else {})


def is_away(error: Exception) -> bool:
    """Whether the store of files or the database did not answer, or cannot write (its disk is full, it takes none)."""
    return isinstance(error, ShelfAway) or is_no_fault_of_ours(error)


def problem_of(error: Exception) -> Problem | None:
    """What an exception of a view means to a machine; None for one that nobody expected."""
    match error:
        case Problem():
            return error
        case BadJson():
            return Problem(400, error.code, error.message)
        case MovedOn():
            return Problem(409, "moved_on", str(error), errors=error.reasons)
        case Refused():
            return Problem(409, error.reasons[0].code if error.reasons else "refused", str(error), errors=error.reasons)
        case Http404() | exceptions.NotFound():
            return Problem(404, "not_found", "没有这个资源。")
        case exceptions.MethodNotAllowed():
            return Problem(405, "method_not_allowed", "这个地址不接受这种请求方法。")
        case PermissionDenied() | exceptions.PermissionDenied():
            return Problem(403, "forbidden", "没有调用这个接口的权限。")
        case _ if is_away(error):
            return Problem(503, "busy", BUSY, headers={"Retry-After": str(BUSY_SECONDS)})
        case exceptions.APIException():
            return Problem(error.status_code, "bad_request", "请求无法处理。")
    return None


def answer_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's hook."""
    problem = problem_of(error)
    if problem is None:
        return None
    if is_away(error) and isinstance(request := context.get("request"), Request):
        refused_by(request._request, error)
    answer = problem.answer()
    if isinstance(error, exceptions.MethodNotAllowed):
        answer["Allow"] = ", ".join(context["view"].allowed_methods)
    return answer


class NoSuchAddress(APIView):
    """Below the interface's root nothing answers with a page."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        raise Http404
