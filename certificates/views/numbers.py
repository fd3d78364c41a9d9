"""Certificates of a list of numbers in one ZIP: what a reviewer of titles has before them is a list."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import recently_proved
from accounts.models import User
from certificates.forms import NumbersForm
from certificates.selectors import certificates_wanted
from certificates.services.bundles import ask_for_bundle
from certificates.views.eligibility import let_in


@let_in
@recently_proved
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_by_numbers(request: HttpRequest) -> HttpResponse:
    """What cannot be packed is told with the progress of what can; where nothing can, beside the field."""
    user, form = cast(User, request.user), NumbersForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        wanted = certificates_wanted(user, form.cleaned_data["numbers"])
        if wanted.certificates.exists():
            job = ask_for_bundle(wanted.certificates, by=user, left_out=wanted.left_out, now=timezone.now())
            return redirect("certificates:bundle", job.ref)
        form.add_error("numbers", "这些编号一份也不能打包：" + _told(wanted.left_out))
    return render(request, "certificates/numbers.html", {"form": form}, status=400 if form.errors else 200)


def _told(left_out: list[tuple[int, str, str]]) -> str:
    shown = [f"第 {place} 行{why}" for place, _, why in left_out[:5]]
    return "；".join(shown) + ("……" if len(left_out) > len(shown) else "。")
