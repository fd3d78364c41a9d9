"""期满清除: the bureau's page of those whose term is over; one officer puts them forward, another confirms."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.forms.erasing import MOST, ErasureForm
from accounts.rules.policy import Act
from accounts.selectors.erasing import erasing_bureaus, erasures_to_confirm, people_to_put_forward
from accounts.services import erasures
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page

_ACTS = {
    "ask": (erasures.put_forward, "已提出 {} 人，等另一位经办人确认。"),
    "confirm": (erasures.confirm, "已确认 {} 人，几分钟内清除。"),
    "keep": (erasures.take_off, "{} 人暂不清除。"),
}


@never_cache
@only_who_may(Act.ERASE_PEOPLE)
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def show_erasures(request: PersonRequest) -> HttpResponse:
    if not erasing_bureaus(request.user).exists():
        raise PermissionDenied("这一页供人社部门使用。")
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _done(request, form):
        return redirect("accounts:erasures")
    now = timezone.now()
    people = people_to_put_forward(request.user, now=now)
    context = {
        "form": form,
        "faults": [str(fault) for faults in form.errors.values() for fault in faults],
        "page": keyset_page(people, order=("id",), cursor=request.GET.get("after", "")),
        "asked": erasures_to_confirm(request.user)[:MOST],
        "years": settings.RETENTION_YEARS,
    }
    return render(request, "accounts/erasures.html", context, status=422 if request.method == "POST" else 200)


def _done(request: PersonRequest, form: ErasureForm) -> bool:
    act, said = _ACTS[form.cleaned_data["act"]]
    try:
        count = act(form.cleaned_data["person"], by=request.user, now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        form.add_error(None, [reason.message for reason in refused])
        return False
    messages.success(request, said.format(count))
    return True
