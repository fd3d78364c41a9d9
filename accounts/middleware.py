"""What stands between every request and the pages: sessions that have lasted long enough end."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.web.sessions import is_over, note_click, run_out

Next = Callable[[HttpRequest], HttpResponse]


class SessionLimits:
    """Ends a session that lay idle or lasted too long; the page asked for then answers as to anybody."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            now = timezone.now()
            if is_over(request.session, now):
                run_out(request)
            else:
                note_click(request.session, now)
        return self.get_response(request)
