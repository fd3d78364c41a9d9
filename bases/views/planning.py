"""Filling a plan in and handing it in; the bureau's inspections and the unit's answers (S3-04)."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from accounts.web.requests import sent_to, take_document
from bases.forms.plans import (
    AnswerForm,
    AttachForm,
    InspectForm,
    PaperForm,
    SendPlanForm,
    TrainingForm,
    training_initial,
)
from bases.models import PlanInspection, TrainingPlan, TrainingPlanItem
from bases.selectors.plans import inspecting_bureau, own_plans, plans_seen_by
from bases.services.inspecting import answer_inspection, inspect_plan
from bases.services.plans import attach_paper, file_plan, list_training, unlist_training
from bases.views.plans import EDITABLE, filers_only
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused

inspectors_only = only_who_may(Act.INSPECT_PLANS)
_NO_FILE = Refusal("document_missing", "请选择要上传的文件。", field="document")


@filers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_training(request: HttpRequest, ref: UUID) -> HttpResponse:
    plan = _own(request, ref)
    return _training(request, plan, None)


@filers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_training(request: HttpRequest, ref: UUID, item: UUID) -> HttpResponse:
    """Other words for one training, or its removal."""
    plan = _own(request, ref)
    return _training(request, plan, get_object_or_404(plan.items, ref=item))


@filers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send_plan(request: HttpRequest, ref: UUID) -> HttpResponse:
    plan = _own(request, ref)
    form = SendPlanForm(*sent_to(request), initial={"reason": plan.reason})
    if request.method == "POST":
        is_readable, stored = form.is_valid(), _stored(request, form)
        if is_readable and not form.errors:
            try:
                made = file_plan(
                    plan, reason=form.cleaned_data["reason"], document=stored, by=_user(request), now=timezone.now()
                )
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused)
            else:
                messages.success(request, f"计划已报送，由{made.waiting_on}处理。")
                return redirect("bases:training_plan", plan.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/plan_send.html", {"form": form, "plan": plan}, status=status)


@filers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One more paper that comes with the plan."""
    plan = _own(request, ref)
    form = AttachForm(*sent_to(request))
    if request.method == "POST":
        is_readable, stored = form.is_valid(), _stored(request, form)
        if stored is None and "document" not in form.errors:
            form.show([_NO_FILE])
        if is_readable and stored is not None and not form.errors:
            try:
                attach_paper(plan, form.cleaned_data["label"], stored, by=_user(request), now=timezone.now())
            except MovedOn:
                raise
            except Refused as refused:
                form.show(refused)
            else:
                return redirect("bases:training_plan", plan.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/plan_attach.html", {"form": form, "plan": plan}, status=status)


@inspectors_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inspect(request: HttpRequest, ref: UUID) -> HttpResponse:
    plan = get_object_or_404(plans_seen_by(_user(request)), ref=ref)
    bureau = inspecting_bureau(_user(request), plan)
    if bureau is None:
        raise PermissionDenied("这份计划您可以查看，但由单位所在地的人社部门检查。")
    form = InspectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            inspect_plan(plan, bureau, **form.cleaned_data, by=_user(request), now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "检查情况已登记，报送单位会收到消息。")
            return redirect("bases:training_plan", plan.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/plan_inspect.html", {"form": form, "plan": plan}, status=status)


@filers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What the unit has mended since."""
    rows = PlanInspection.objects.filter(plan__in=own_plans(_user(request)).values("pk"))
    made = get_object_or_404(rows.select_related("plan__organization", "organization"), ref=ref)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_inspection(made, answer=form.cleaned_data["answer"], by=_user(request), now=timezone.now())
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已答复。")
            return redirect("bases:training_plan", made.plan.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/plan_answer.html", {"form": form, "inspection": made}, status=status)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own(request: HttpRequest, ref: UUID) -> TrainingPlan:
    """A plan that the reader's unit is filling in; `MovedOn` when it was handed in meanwhile."""
    plan = get_object_or_404(own_plans(_user(request)), ref=ref)
    if plan.state not in EDITABLE:
        raise MovedOn([Refusal("not_editable", "这份计划已经报送，内容不能再改。")])
    return plan


def _stored(request: HttpRequest, form: PaperForm) -> StoredFile | None:
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    return stored


def _training(request: HttpRequest, plan: TrainingPlan, item: TrainingPlanItem | None) -> HttpResponse:
    is_sent, now, by = request.method == "POST", timezone.now(), _user(request)
    drops = is_sent and item is not None and request.POST.get("act", "") == "drop"
    form = TrainingForm(
        request.POST if is_sent and not drops else None, initial=training_initial(item) if item else None
    )
    problems: list[str] = []
    try:
        if item is not None and drops:
            unlist_training(item, by=by, now=now)
            return redirect("bases:training_plan", plan.ref)
        if is_sent and form.is_valid():
            list_training(plan, form.training(), item=item, by=by, now=now)
            return redirect("bases:training_plan", plan.ref)
    except MovedOn:
        raise
    except Refused as refused:
        problems = [reason.message for reason in refused] if drops else []
        if not drops:
            form.show(refused)
    context = {"form": form, "plan": plan, "item": item, "problems": problems}
    return render(request, "bases/plan_training.html", context, status=422 if is_sent else 200)
