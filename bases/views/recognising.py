"""认定申请: units apply or are recommended, authorities and bureaus decide, bureaus announce the list of the year."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.enums import Move
from accounts.models import User
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import units_for
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.services.requests import withdraw
from accounts.web.requests import sent_to, take_document
from bases.forms.recognising import AnnounceForm, ApplicationForm, RecognitionRulingForm
from bases.models import RecognitionRequest
from bases.rules.classes import SUBJECTS
from bases.selectors import recognising as found
from bases.services.recognising import announce, apply, apply_again, approve, turn_down
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

applicants_only = only_who_may(Act.APPLY_FOR_RECOGNITION, Act.RECOMMEND_BASES)
all_sides = only_who_may(Act.APPLY_FOR_RECOGNITION, Act.RULE_ON_RECOGNITIONS)
keepers_only = only_who_may(Act.KEEP_LISTS)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_not_required
@require_safe
def show_lists(request: HttpRequest) -> HttpResponse:
    """Every announced list, year by year, by its document."""
    return render(request, "bases/announced_lists.html", {"lists": found.announced_lists()})


@all_sides
@never_cache
@require_safe
def show_requests(request: HttpRequest) -> HttpResponse:
    """What waits for the reader; `?view=all`, and for who decides on nothing: whatever they may see."""
    user, view = _user(request), request.GET.get("view", "")
    decides = units_for(user, Act.RULE_ON_RECOGNITIONS).exists()
    shows_all = view == "all" or not decides
    waiting = found.recognition_requests_waiting_for(user)
    rows = found.recognition_requests_seen_by(user) if shows_all else waiting
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    context = {
        "page": page, "shows_all": shows_all, "decides": decides, "applies": found.applying_units(user).exists(),
        "to_announce": found.to_announce(user).count(),
    }  # fmt: skip
    return render(request, "bases/recognition_requests.html", context)


@applicants_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: HttpRequest) -> HttpResponse:
    return _paper(request, None)


@all_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mend_request(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What came back, by whoever sent it."""
    user = _user(request)
    asked = get_object_or_404(found.recognition_requests_seen_by(user), ref=ref, asked_by=user)
    if asked.state != "returned":
        return redirect("bases:recognition_request", ref)
    return _paper(request, asked)


@all_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_request(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One application as each side sees it; POST decides, or takes it back."""
    user = _user(request)
    asked = get_object_or_404(found.recognition_requests_seen_by(user), ref=ref)
    is_sent, is_back = request.method == "POST", "withdraw" in request.POST
    form = RecognitionRulingForm(request.POST if is_sent and not is_back else None, initial={"round": asked.round})
    if is_back:
        withdraw(asked, by=user, now=timezone.now())
        messages.success(request, "申请已撤回。")
        return redirect("bases:recognition_request", ref)
    if is_sent and form.is_valid() and _decided(asked, form, user):
        messages.success(request, f"已处理{asked.whose}的申请。")
        return redirect("bases:recognition_requests")
    own = user.pk == asked.asked_by_id
    context = {
        "asked": asked, "form": form, "steps": steps_of(asked), "subjects": [SUBJECTS[each] for each in asked.subjects],
        "decides": who_can_decide(asked).filter(pk=user.pk).exists(),
        "can_mend": own and asked.state == "returned",
        "can_withdraw": own and asked.state in {"waiting", "returned"},
        "announces": found.to_announce(user).filter(pk=asked.pk).exists(),
    }  # fmt: skip
    return render(request, "bases/recognition_request.html", context, status=422 if is_sent else 200)


@all_sides
@never_cache
@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    asked = get_object_or_404(found.recognition_requests_seen_by(_user(request)), ref=ref)
    return cast(HttpResponse, serve(asked.document))


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def announce_lists(request: HttpRequest) -> HttpResponse:
    """The lists that wait for their document, one form each."""
    user = _user(request)
    lists, chosen = found.lists_to_announce(user), request.POST.get("list", "")
    shown: list[Any] = []
    for (year, kind, area), rows in lists:
        key = f"{year}-{kind}-{area.pk}"
        form = AnnounceForm(request.POST if key == chosen else None, auto_id=f"{key}-%s")
        if form.is_bound and form.is_valid():
            said: dict[str, Any] = {"by": user, "now": timezone.now()}
            try:
                count = announce(year=year, kind=kind, area=area, document=form.cleaned_data["document"], **said)
            except Refused as refused:
                form.show(refused)
            else:
                messages.success(request, f"已公布，{count} 家单位列入名单。")
                return redirect("bases:announce_lists")
        shown.append((key, year, rows[0].get_kind_display(), area, rows, form))
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/announce_lists.html", {"lists": shown}, status=status)


def _paper(request: HttpRequest, asked: RecognitionRequest | None) -> HttpResponse:
    units = None if asked else list(found.applying_units(_user(request))[:500])
    names = ("kind", "year", "subjects", "trade", "site_name", "url", "reason")
    initial = {name: getattr(asked, name) for name in names} if asked else {"year": timezone.localdate().year}
    form = ApplicationForm(*sent_to(request), units=units, this_year=timezone.localdate().year, initial=initial)
    if request.method == "POST" and (made := _sent(request, form, asked)):
        messages.success(request, f"申请已提交，由{made.waiting_on}处理。")
        return redirect("bases:recognition_request", made.ref)
    context = {"form": form, "asked": asked, "units": units}
    return render(request, "bases/recognition_apply.html", context, status=422 if request.method == "POST" else 200)


def _sent(request: HttpRequest, form: ApplicationForm, asked: RecognitionRequest | None) -> RecognitionRequest | None:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        has_document = stored is not None or asked is not None
        form.show(reasons_not_to_ask(form.cleaned_data.get("reason", ""), has_document=has_document))
        return None
    said: dict[str, Any] = {"reason": form.cleaned_data["reason"], "document": stored}
    by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
    try:
        if asked is None:
            return apply(form.cleaned_data["organization"], form.said(), **said, **by)
        apply_again(asked, form.said(), **said, **by)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None
    return asked


def _decided(asked: RecognitionRequest, form: RecognitionRulingForm, by: User) -> bool:
    data = form.cleaned_data
    seen: dict[str, Any] = {"seen_round": data["round"], "reason": data["reason"], "by": by, "now": timezone.now()}
    try:
        if data["move"] == Move.APPROVE:
            approve(asked, **seen)
        else:
            turn_down(asked, Move(data["move"]), **seen)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
