"""Complaints: anybody signed in writes them, the bureau of the place answers (S0-04, S1-14, S4-18)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.services.requests import withdraw
from accounts.web.requests import sent_to, take_document
from bases.forms.complaints import ComplaintAnswerForm, ComplaintForm, MoreForm
from bases.models import Complaint
from bases.rules.complaints import CLAUSES, LIMIT_DAYS
from bases.selectors import complaints as found
from bases.selectors.directory import cities
from bases.services.complaining import answer, complain, complete
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@never_cache
@require_safe
def show_complaints(request: HttpRequest) -> HttpResponse:
    """One's own; for those who answer `?view=waiting` and `?view=all`, of their places."""
    user = _user(request)
    answers = may(user, Act.RULE_ON_COMPLAINTS)
    asked = request.GET.get("view", "")
    view = asked if answers and asked in {"own", "all"} else "waiting" if answers else "own"
    rows = {"own": found.own_complaints, "waiting": found.complaints_waiting_for, "all": found.complaints_seen_by}
    order = ("due_at", "id") if view == "waiting" else ("-id",)
    page = keyset_page(rows[view](user), order=order, cursor=request.GET.get("after", ""))
    return render(request, "bases/complaints.html", {"page": page, "view": view, "answers": answers})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_complaint(request: HttpRequest) -> HttpResponse:
    """`?unit=` chooses the institution beforehand."""
    near, units = found.units_to_name(_user(request))
    asked = request.GET.get("unit", "")
    chosen = next((unit for unit in [*near, *units] if str(unit.ref) == asked), None)
    form = ComplaintForm(
        *sent_to(request), near=near, units=units, places=cities(), initial={"about": chosen.pk if chosen else None}
    )
    if request.method == "POST" and (made := _sent(request, form, None)):
        messages.success(request, f"投诉已提交，由{made.waiting_on}处理，{LIMIT_DAYS} 个工作日内答复。")
        return redirect("bases:complaint", made.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/complaint_new.html", {"form": form, "limit": LIMIT_DAYS}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complete_complaint(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The bureau asked for more."""
    complaint = get_object_or_404(found.own_complaints(_user(request)), ref=ref)
    if complaint.state != "returned":
        raise MovedOn([Refusal("moved_on", "这件投诉现在不用补充。")])
    form = MoreForm(*sent_to(request), initial={"reason": complaint.reason})
    if request.method == "POST" and _sent(request, form, complaint):
        messages.success(request, "已补充并重新提交。")
        return redirect("bases:complaint", ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/complaint_more.html", {"form": form, "complaint": complaint}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_complaint(request: HttpRequest, ref: UUID) -> HttpResponse:
    """As either side sees it; POST answers, or takes it back."""
    user = _user(request)
    complaint = get_object_or_404(found.complaints_seen_by(user), ref=ref)
    is_sent, is_own = request.method == "POST", user.pk == complaint.asked_by_id
    if is_sent and "withdraw" in request.POST:
        withdraw(complaint, by=user, now=timezone.now())
        messages.success(request, "投诉已撤回。")
        return redirect("bases:complaint", ref)
    form = ComplaintAnswerForm(request.POST if is_sent else None, initial={"round": complaint.round})
    if is_sent and form.is_valid() and _answered(complaint, form, user):
        messages.success(request, f"已答复{complaint.whose}的投诉。")
        return redirect("bases:complaints")
    context: dict[str, Any] = {
        "complaint": complaint, "form": form, "steps": steps_of(complaint), "is_own": is_own,
        "clause_id": CLAUSES[complaint.kind], "decides": who_can_decide(complaint).filter(pk=user.pk).exists(),
        "can_withdraw": is_own and complaint.state in {"waiting", "returned"},
    }  # fmt: skip
    return render(request, "bases/complaint.html", context, status=422 if is_sent else 200)


@never_cache
@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    complaint = get_object_or_404(found.complaints_seen_by(_user(request)), ref=ref)
    if complaint.document is None:
        raise Http404
    return cast(HttpResponse, serve(complaint.document))


def _sent(request: HttpRequest, form: MoreForm, complaint: Complaint | None) -> Complaint | None:
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        return None
    sender: dict[str, Any] = {"document": stored, "by": _user(request), "now": timezone.now()}
    try:
        if complaint is not None:
            return complete(complaint, reason=form.cleaned_data["reason"], **sender)
        return complain(**cast(ComplaintForm, form).said(), **sender)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return None


def _answered(complaint: Complaint, form: ComplaintAnswerForm, by: User) -> bool:
    said = {name: form.cleaned_data[name] for name in ("move", "reason", "public_words")}
    try:
        answer(complaint, **said, seen_round=form.cleaned_data["round"], by=by, now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
