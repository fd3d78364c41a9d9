"""Whether a number of a certificate of completion is one of ours: anybody looks it up."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from credits.selectors.completions import completion

_NUMBER_LIMIT = 40


@login_not_required
@never_cache
@require_safe
def look_up_completion(request: HttpRequest) -> HttpResponse:
    """And of which class."""
    number = request.GET.get("number", "").strip().upper()
    found = completion(number) if number.isascii() and number.isprintable() and len(number) <= _NUMBER_LIMIT else None
    shown = number[:_NUMBER_LIMIT] if number.isprintable() else ""
    return render(request, "credits/completion.html", {"number": shown, "found": found, "is_asked": bool(number)})
