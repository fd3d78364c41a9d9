"""The lists of the review desk: what is to do, and what was done."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from ceportal.kernel.web.keyset import keyset_page
from reviews.selectors.desk import decisions_of
from reviews.views.inbox import render_inbox


@require_safe
@only_who_may(Act.REVIEW_HOURS)
def show_inbox(request: PersonRequest) -> HttpResponse:
    """What waits for this reviewer, the most pressing first; the parameters narrow it."""
    return render_inbox(request)


@require_safe
@only_who_may(Act.REVIEW_HOURS)
def show_done(request: PersonRequest) -> HttpResponse:
    """What this reviewer decided, the latest first."""
    page = keyset_page(decisions_of(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "reviews/done.html", {"page": page})
