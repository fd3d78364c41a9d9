"""What a person may know of their own data, and take along (个人信息保护法 44 to 50)."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import recently_proved
from accounts.models import Consent, Professional, User
from accounts.rules.privacy import terms
from accounts.selectors.privacy import notice_now
from ceportal.kernel.services.trail import record
from ceportal.office.selectors.own_data import own_data
from ceportal.office.selectors.who_looked import looks_at


@never_cache
@require_safe
def show_my_data(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    person = Professional.objects.filter(user=user.pk).first()
    context = {
        "looks": looks_at(person) if person else [],
        "agreed": Consent.objects.filter(user=user.pk).first(),
        "version": notice_now().version,
        "terms": terms(settings.RETENTION_YEARS),
        "is_professional": person is not None,
    }
    return render(request, "office/my_data.html", context)


@never_cache
@require_POST
@recently_proved
def download_my_data(request: HttpRequest) -> HttpResponse:
    """As `json` for programs, otherwise as a page to read and print. Made at once: it is one person's."""
    user, now = cast(User, request.user), timezone.now()
    sections = own_data(user, now=now)
    kind = "json" if request.POST.get("format") == "json" else "html"
    record("own_data.download", user, by=user, now=now, after={"format": kind})
    name = f'attachment; filename="my-data-{timezone.localdate(now):%Y%m%d}.{kind}"'
    if kind == "json":
        told = {"made_at": now.isoformat(), "notice": notice_now().version, "sections": sections}
        options = {"ensure_ascii": False, "indent": 1}
        return JsonResponse(told, json_dumps_params=options, headers={"Content-Disposition": name})
    answer = render(request, "office/my_data_file.html", {"sections": sections, "now": now, "name": user.name})
    answer["Content-Disposition"] = name
    return answer
