"""Our own error pages."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ceportal.kernel.web.problems import is_away
from ceportal.kernel.web.unavailable import faulty, is_for_machines, overloaded, unread


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read: too large is 413; too many parts say so. Needs neither the form nor who sent it."""
    is_too_large = isinstance(exception, RequestDataTooBig)
    if is_for_machines(request):
        return unread(is_too_large=is_too_large)
    if is_too_large:
        return render(request, "413.html", status=413)
    is_too_many = isinstance(exception, TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"is_too_many": is_too_many}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that is away or cannot write is no fault of the page: 503, come back. Anything else is a 500."""
    error = sys.exc_info()[1]
    return overloaded(request) if isinstance(error, Exception) and is_away(error) else faulty(request)
