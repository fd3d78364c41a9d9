"""表彰和通报: what everybody reads, and how an office keeps its lists."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.enums import RollKind
from ceportal.office.forms.rolls import NameForm, RollEndForm, RollForm
from ceportal.office.models import Roll
from ceportal.office.selectors import rolls as found
from ceportal.office.selectors.addressees import whom
from ceportal.office.services import rolls as services

keepers_only = only_who_may(Act.KEEP_ROLLS)


@login_not_required
@never_cache
@require_safe
def show_honours(request: HttpRequest) -> HttpResponse:
    """Who was commended, or (`?kind=sanction`) sanctioned, by which decision."""
    kind = RollKind.SANCTION if request.GET.get("kind") == RollKind.SANCTION else RollKind.COMMEND
    rows = found.shown(kind, today=timezone.localdate())
    page = keyset_page(rows, order=("-published_at", "-id"), cursor=request.GET.get("after", ""))
    return render(request, "office/honours.html", {"page": page, "kind": kind, "kinds": RollKind.choices})


@never_cache
@keepers_only
@require_safe
def show_rolls(request: PersonRequest) -> HttpResponse:
    page = keyset_page(found.rolls_of(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "office/rolls.html", {"page": page})


@never_cache
@keepers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_roll(request: PersonRequest) -> HttpResponse:
    form = RollForm(
        request.POST if request.method == "POST" else None, offices=found.offices_with_rolls(request.user),
        initial={"decided_on": timezone.localdate()},
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.write_roll(said["office"], said, by=request.user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已保存。请逐个添加人员或单位，再由另一位经办人公布。")
            return redirect("office:roll", made.ref)
    return render(request, "office/roll_new.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@keepers_only
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def show_roll(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A draft with its names, or what is published; POST does what `act` says."""
    roll = get_object_or_404(found.rolls_of(request.user), ref=ref)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    naming = NameForm(request.POST if act == "name" else None)
    ending = RollEndForm(request.POST if act == "withdraw" else None)
    reasons: list[Refusal] = []
    if request.method == "POST" and (done := _do(request, roll, act, naming, ending, reasons)):
        messages.success(request, done)
        return redirect("office:rolls") if act == "drop" else redirect("office:roll", ref)
    year = timezone.localdate().year
    context = {
        "roll": roll, "names": found.names_on(roll), "naming": naming, "ending": ending, "reasons": reasons,
        "is_draft": roll.published_at is None, "is_own": roll.made_by_id == request.user.pk,
        "well": found.evaluated_well(roll.office, year)[:20] if roll.kind == RollKind.COMMEND else [],
        "year": year,
    }  # fmt: skip
    return render(request, "office/roll.html", context, status=422 if request.method == "POST" else 200)


def _do(
    request: PersonRequest, roll: Roll, act: str, naming: NameForm, ending: RollEndForm, reasons: list[Refusal]
) -> str:
    """What was done, in words; empty with `reasons` or faults beside the fields."""
    by: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    form = {"name": naming, "withdraw": ending}.get(act)
    if form is not None and not form.is_valid():
        return ""
    try:
        if act == "name":
            said = naming.cleaned_data
            services.add_name(roll, whom(said["to"], roll.office), reason=said["reason"], **by)
            return "已添加。"
        if act.startswith("off:"):
            for name in found.names_on(roll):
                if str(name.ref) == act.removeprefix("off:"):
                    services.take_name_off(roll, name, **by)
            return "已移除。"
        if act == "publish":
            services.publish_roll(roll, **by)
            return "已公布，名单上的人员和单位会收到消息。"
        if act == "withdraw":
            services.withdraw_roll(roll, reason=ending.cleaned_data["reason"], **by)
            return "已撤下。"
        if act == "drop":
            services.drop_roll(roll, **by)
            return "草稿已删除。"
        raise refuse("act", "请选择要做的事。")
    except MovedOn:
        raise
    except Refused as refused:
        if form is not None:
            form.show(refused)
        else:
            reasons.extend(refused.reasons)
    return ""
