"""What every request carries, and how a refusal is answered."""

import os
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.common import CommonMiddleware
from django.shortcuts import render
from django.utils import timezone
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import IsDirectoryError, MissingFileError, StaticFile

from ceportal.kernel.rules.circumstances import Circumstances, circumstances
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.rules.shedding import patience, waited
from ceportal.kernel.selectors.maintenance import maintenance
from ceportal.kernel.services.answers import count_answer
from ceportal.kernel.web.addresses import client_address, is_admitted
from ceportal.kernel.web.unavailable import is_for_machines, overloaded, under_maintenance, unread

Next = Callable[[HttpRequest], HttpResponse]


# What no page of ours asks a browser for. A script that got in all the same would not get it either.
_NOT_ASKED_FOR = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "serial", "usb"),
)


_PAGES_KNOW = ("GET", "HEAD", "POST")
# The machine interface, and the pieces of a file that a script sends, gives up and sends again.
_KNOW_THEIR_OWN = ("/api/", "/uploads/")


class BrowserRules:
    """Rules for the browser that Django knows none of, on every answer: pages, refusals, files, the interface."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _NOT_ASKED_FOR))
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class RequestFacts:
    """Gives each request an id and puts it and the address where the trail and the log find them."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]
        token = circumstances.set(Circumstances(client_address(request), request_id))
        try:
            response = self.get_response(request)
        finally:
            circumstances.reset(token)
        response["X-Request-Id"] = request_id
        return response


class UnderMaintenance:
    """While the portal is worked on, what rests is answered before anything else is asked (`manage.py maintenance`)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = maintenance()
        if found and found.stops(str(request.method), request.path_info):
            return under_maintenance(request, found)
        return self.get_response(request)


class StaticFiles(WhiteNoiseMiddleware):
    """Static files by their names, also those collected since this server started: in the middle of an upgrade pages of
    the version that was started beside this one ask here for theirs.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        url = request.path_info
        if url.startswith(self.static_prefix) and url not in self.files and (later := self._collected_since(url)):
            # Not remembered: whoever asks while it is being written gets it whole the next time.
            return self.serve(later, request)
        return super().__call__(request)

    def _collected_since(self, url: str) -> StaticFile | None:
        root = os.path.join(os.path.abspath(self.static_root), "")
        path = os.path.join(root, url.removeprefix(self.static_prefix))
        if not self.url_is_canonical(url) or not self.path_is_child_of(path, root):
            return None
        try:
            return self.find_file_at_path(path, url)
        except (MissingFileError, IsDirectoryError):
            return None


class CountedAnswers:
    """Counts what people and programs were answered, and how long they waited for it from nginx on."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        start = request.headers.get("X-Request-Start", "") if settings.TRUSTED_PROXY_COUNT else ""
        since_nginx = waited(start, time.time_ns() // 1_000_000) / 1000
        took = max(since_nginx, time.monotonic() - began)
        count_answer(request.path_info, response.status_code, took, now=timezone.now())
        return response


class WaitedTooLong:
    """Under more than can be answered, who has waited too long is told to come back, at once (`rules.shedding`)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = request.headers.get("X-Request-Start", "") if settings.TRUSTED_PROXY_COUNT else ""
        if start and waited(start, time.time_ns() // 1_000_000) > patience(str(request.method), request.path_info):
            return overloaded(request)
        return self.get_response(request)


class KnownMethods:
    """Pages are looked at and sent to, nothing else: any other method is refused before anybody looks who asks for
    what, so that it tells nobody anything.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _PAGES_KNOW or request.path_info.startswith(_KNOW_THEIR_OWN):
            return self.get_response(request)
        return HttpResponseNotAllowed(_PAGES_KNOW)


class ReadableForms:
    """Answers 400 to a form in another encoding than UTF-8, before the guard of forms asks for its fields (C48).

    Django refuses such a form while it looks for the token, and again while it draws the page that says so: a 500.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if is_form and (request.encoding or "utf-8").lower() != "utf-8":
            return unread() if is_for_machines(request) else render(request, "400.html", status=400)
        return self.get_response(request)


class PersonalPages:
    """No browser keeps a page that was made for somebody signed in: the next at the desk would find it (8.1.4.10)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _is_hidden(request: HttpRequest) -> bool:
    """Whether a desk is asked for from where there are none."""
    is_desk = f"{request.path_info}/".startswith(f"/{settings.ADMIN_PATH}")
    return bool(is_desk and settings.ADMIN_ADDRESSES and not is_admitted(request, settings.ADMIN_ADDRESSES))


class CommonRules(CommonMiddleware):
    """Django's, but a slash is not added to the address of a desk that does not exist: that would tell that it does."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return not _is_hidden(request) and super().should_redirect_with_slash(request)


class DesksAtTheirPlace:
    """The bureaus' desks do not exist outside the networks they are for (`ADMIN_ADDRESSES`, GB/T 22239 8.1.4.4)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_hidden(request):
            raise Http404
        return self.get_response(request)


class RefusedAnswers:
    """A refusal that a page did not show beside its form becomes a page of its own: 409, with the reasons."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        context = {"reasons": exception.reasons, "moved_on": isinstance(exception, MovedOn)}
        return render(request, "kernel/refused.html", context, status=409)
