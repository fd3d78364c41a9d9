"""The notice of how data are handled, agreeing to it, and looking at a number in full."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.forms.privacy import UnmaskForm
from accounts.models import Professional
from accounts.rules.policy import Act
from accounts.selectors.privacy import has_agreed, notice_now, people_within_reach
from accounts.services.privacy import agree, unmask
from ceportal.kernel.rules.refusal import Refused, refuse
from ceportal.kernel.web.limits import take

UNMASKED = "30 per hour"


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """For everybody, signed in or not."""
    return render(request, "accounts/privacy.html", {"notice": notice_now()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        agree(request.user, now=timezone.now())
        messages.success(request, "已记录您的同意。")
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"notice": notice_now(), "is_agreed": has_agreed(request.user)}
    return render(request, "accounts/consent.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.UNMASK)
@sensitive_variables("numbers")
def unmask_person(request: PersonRequest, ref: UUID) -> HttpResponse:
    """The numbers stand in the answer to the question alone, and nowhere else."""
    person = get_object_or_404(people_within_reach(request.user), ref=ref)
    form = UnmaskForm(request.POST if request.method == "POST" else None)
    numbers = None
    if request.method == "POST" and form.is_valid():
        numbers = _numbers(request, person, form)
    context = {"person": person, "form": form, "numbers": numbers}
    status = 422 if request.method == "POST" and numbers is None else 200
    return render(request, "accounts/unmask.html", context, status=status)


def _numbers(request: PersonRequest, person: Professional, form: UnmaskForm) -> tuple[str, str] | None:
    if not take(UNMASKED, "unmask", str(request.user.ref)).is_granted:
        raise refuse("too_often", "一小时内查看完整号码的次数太多，请稍后再试。")
    said = form.cleaned_data
    try:
        return unmask(person, purpose=said["purpose"], why=said["why"], by=request.user, now=timezone.now())
    except Refused as refused:
        form.show(refused)
        return None
