"""“我的学时没到”: a person asks, the platform answers."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may, professionals_only
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from credits.forms.missing import AnswerForm, MissingForm
from credits.selectors.missing import arrived_of, asked_by, asked_of, open_of, platforms_to_ask, waiting_at
from credits.services.missing import answer as answer_question
from credits.services.missing import ask, withdraw

keepers_only = only_who_may(Act.ANSWER_MISSING)
inbox_readers = only_who_may(Act.ANSWER_MISSING, Act.OVERSEE_MISSING)


@professionals_only
@never_cache
@require_safe
def show_missing(request: HttpRequest) -> HttpResponse:
    """What the reader has asked, and the answers."""
    person = cast(PersonRequest, request).professional
    page = keyset_page(asked_by(person), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "credits/hours_not_come.html", {"page": page})


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_missing(request: HttpRequest) -> HttpResponse:
    person = cast(PersonRequest, request).professional
    platforms = platforms_to_ask(person)
    form = MissingForm(request.POST if request.method == "POST" else None, platforms=platforms)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            question = ask(
                person, data["platform"], title=data["title"], learned_on=data["learned_on"], note=data["note"],
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, f"已转给{question.platform.name}，答复后会通知您。")
            return redirect("credits:missing")
    context = {"form": form, "has_platforms": platforms.exists()}
    return render(request, "credits/missing_form.html", context, status=422 if form.is_bound else 200)


@professionals_only
@never_cache
@require_POST
def withdraw_missing(request: HttpRequest, ref: UUID) -> HttpResponse:
    person = cast(PersonRequest, request).professional
    withdraw(get_object_or_404(open_of(person), ref=ref), by=person.user, now=timezone.now())
    messages.success(request, "已撤回。")
    return redirect("credits:missing")


@inbox_readers
@never_cache
@require_safe
def show_inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's platforms; `?done=yes` shows what was answered. A bureau has a desk for it."""
    user, is_done = cast(User, request.user), request.GET.get("done") == "yes"
    if not units_for(user, Act.ANSWER_MISSING) and units_for(user, Act.OVERSEE_MISSING):
        return redirect("admin:credits_missinghours_changelist")
    rows = asked_of(user).filter(waiting_on__isnull=True) if is_done else waiting_at(user)
    order = ("-id",) if is_done else ("due_at", "id")
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""))
    return render(request, "credits/missing_inbox.html", {"page": page, "is_done": is_done})


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_missing(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One of them, what has arrived near that day, and the platform's word."""
    user = cast(User, request.user)
    question = get_object_or_404(asked_of(user), ref=ref)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            answer_question(question, **form.cleaned_data, by=user, now=timezone.now())
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, f"已答复{question.professional.name}。")
            return redirect("credits:missing_inbox")
    context = {"question": question, "form": form, "arrived": arrived_of(question)}
    return render(request, "credits/missing_answer.html", context, status=422 if form.is_bound else 200)
