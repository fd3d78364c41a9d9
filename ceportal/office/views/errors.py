"""Our own error pages."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read: too large is 413; too many parts say so. Needs neither the form nor who sent it."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    is_too_many = isinstance(exception, TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"is_too_many": is_too_many}, status=400)
