"""Messages to me."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Notice, User
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.selectors.notices import ORDER, notices_of, unread_of
from ceportal.office.services.notices import mark_read


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def show_notices(request: HttpRequest) -> HttpResponse:
    """GET lists them; POST marks one (`notice`, its ref) or all as read and goes on to where it leads."""
    user = cast(User, request.user)
    if request.method == "POST":
        return _read(request, user)
    page = keyset_page(notices_of(user), order=ORDER, cursor=request.GET.get("after", ""))
    return render(request, "office/notices.html", {"page": page})


def _read(request: HttpRequest, user: User) -> HttpResponse:
    if not (ref := request.POST.get("notice", "")):
        mark_read(unread_of(user), now=timezone.now())
        return redirect("office:notices")
    try:
        notice = notices_of(user).get(ref=UUID(ref))
    except (Notice.DoesNotExist, ValueError):
        raise Http404 from None
    mark_read(notices_of(user).filter(pk=notice.pk), now=timezone.now())
    is_ours = url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    return redirect(notice.link if is_ours else "office:notices")
