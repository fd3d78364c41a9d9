"""Yearly training plans: the list as each side needs it, one plan, what offices decide on it (S3-04)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.enums import Move
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.requests import steps_of, who_can_decide
from accounts.services.requests import withdraw
from bases.enums import PlanStage
from bases.forms.plans import BeginForm, PlanRulingForm
from bases.models import TrainingPlan
from bases.rules.classes import SUBJECTS
from bases.rules.plans import changed_lines
from bases.selectors import plans as found
from bases.services.plans import amend_plan, approve_plan, begin_plan, drop_plan, turn_down_plan
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

filers_only = only_who_may(Act.FILE_PLANS, Act.FILE_PLANS_OF_BASES)
all_sides = only_who_may(Act.FILE_PLANS, Act.FILE_PLANS_OF_BASES, Act.RULE_ON_PLANS, Act.SEE_PLANS)
VIEWS = ("own", "waiting", "filed", "missing")
EDITABLE = ("draft", "returned")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@all_sides
@never_cache
@require_safe
def show_plans(request: HttpRequest) -> HttpResponse:
    """`?view=` own, waiting, filed or missing, for `?year=`; `?look=new`: only what was never inspected."""
    user, this_year = _user(request), timezone.localdate().year
    files, oversees = found.filing_units(user).exists(), units_for(user, Act.SEE_PLANS).exists()
    offered = [view for view in VIEWS if (files if view == "own" else oversees)]
    asked = request.GET.get("view", "")
    view = asked if asked in offered else ("waiting" if "waiting" in offered else offered[0] if offered else "")
    year = year_in(request.GET.get("year", "")) or this_year
    is_narrow = request.GET.get("look", "") == "new"
    rows: dict[str, Any] = {
        "own": found.own_plans(user).filter(year=year), "waiting": found.plans_waiting_for(user),
        "filed": found.filed_plans(user, year, never_inspected=is_narrow),
        "missing": found.units_without_plan(user, year),
    }  # fmt: skip
    order = ("due_at", "id") if view == "waiting" else ("id",) if view == "missing" else ("-id",)
    page = keyset_page(rows.get(view, rows["own"]), order=order, cursor=request.GET.get("after", ""))
    context = {
        "page": page, "view": view, "offered": offered, "year": year,
        "years": (this_year + 1, this_year, this_year - 1),
        "figures": found.year_figures(user, year) if view == "filed" else None, "files": files, "is_narrow": is_narrow,
    }  # fmt: skip
    return render(request, "bases/training_plans.html", context)


@filers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: HttpRequest) -> HttpResponse:
    """For which unit and year; the one under way is taken up again, a filed one is amended."""
    units, this_year = list(found.filing_units(_user(request))), timezone.localdate().year
    form = BeginForm(request.POST or None, units=units, years=(this_year, this_year + 1))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = begin_plan(said["organization"], said["year"], by=_user(request), now=timezone.now())
        return redirect("bases:training_plan", made.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "bases/plan_new.html", {"form": form, "units": units}, status=status)


@all_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_plan(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One plan as its reader may see it; POST decides, takes back, amends or throws away."""
    user = _user(request)
    plan = get_object_or_404(found.plans_seen_by(user), ref=ref)
    form, problems = PlanRulingForm(initial={"round": plan.round}), list[str]()
    if request.method == "POST":
        act = request.POST.get("act", "")
        try:
            if act in _ACTS:
                return _ACTS[act](request, plan)
            form = PlanRulingForm(request.POST)
            if form.is_valid():
                return _decided(request, plan, form)
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused) if form.is_bound else problems.extend(reason.message for reason in refused)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "problems": problems, **_context(user, plan)}
    return render(request, "bases/training_plan.html", context, status=status)


@all_sides
@never_cache
@require_safe
def show_document(request: HttpRequest, ref: UUID) -> HttpResponse:
    plan = get_object_or_404(found.plans_seen_by(_user(request)), ref=ref)
    if plan.document is None:
        raise Http404
    return cast(HttpResponse, serve(plan.document))


@all_sides
@never_cache
@require_safe
def show_paper(request: HttpRequest, ref: UUID, paper: UUID) -> HttpResponse:
    plan = get_object_or_404(found.plans_seen_by(_user(request)), ref=ref)
    return cast(HttpResponse, serve(get_object_or_404(plan.papers, ref=paper).file))


def _context(user: User, plan: TrainingPlan) -> dict[str, Any]:
    is_filer = found.own_plans(user).filter(pk=plan.pk).exists()
    is_current, lines = found.is_in_force(plan), found.lines_of(plan)
    changes = changed_lines(lines, found.lines_of(plan.amends)) if plan.amends else {}
    items = [(item, changes.get(item.line, ""), SUBJECTS.get(item.subject, "")) for item in plan.items.all()]
    dropped = [item for item in plan.amends.items.all() if item.line not in lines] if plan.amends else []
    bureau = found.inspecting_bureau(user, plan)
    return {
        "plan": plan, "items": items, "dropped": dropped, "steps": steps_of(plan), "versions": found.versions_of(plan),
        "papers": plan.papers.select_related("file"), "is_current": is_current, "is_filer": is_filer,
        "inspections": plan.inspections.select_related("organization"),
        "is_editable": is_filer and plan.state in EDITABLE,
        "decides": who_can_decide(plan).filter(pk=user.pk).exists(),
        "passes_on": plan.stage == PlanStage.AUTHORITY,
        "can_withdraw": user.pk in {plan.asked_by_id, plan.declarant_id} and plan.state in {"waiting", "returned"},
        "can_inspect": is_current and bureau is not None and not is_filer,
    }  # fmt: skip


def _decided(request: HttpRequest, plan: TrainingPlan, form: PlanRulingForm) -> HttpResponse:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": _user(request), "now": timezone.now()}
    if data["move"] == Move.APPROVE:
        approve_plan(plan, **seen)
    else:
        turn_down_plan(plan, Move(data["move"]), **seen)
    messages.success(request, f"已处理{plan.whose}的计划。")
    return redirect("bases:training_plans")


def _taken_back(request: HttpRequest, plan: TrainingPlan) -> HttpResponse:
    withdraw(plan, by=_user(request), now=timezone.now())
    messages.success(request, "计划已撤回。需要时可以重新报送。")
    return redirect("bases:training_plan", plan.ref)


def _amended(request: HttpRequest, plan: TrainingPlan) -> HttpResponse:
    own = get_object_or_404(found.own_plans(_user(request)), pk=plan.pk)
    return redirect("bases:training_plan", amend_plan(own, by=_user(request), now=timezone.now()).ref)


def _dropped(request: HttpRequest, plan: TrainingPlan) -> HttpResponse:
    own = get_object_or_404(found.own_plans(_user(request)), pk=plan.pk)
    drop_plan(own, by=_user(request), now=timezone.now())
    messages.success(request, "草稿已删除。")
    return redirect("bases:training_plans")


_ACTS = {"withdraw": _taken_back, "amend": _amended, "drop": _dropped}
