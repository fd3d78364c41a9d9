"""A base's own side of its classes: the yearly plan, the paper, the desk of one class (S0-16, S4-05)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from bases.forms.classes import CancelForm, MoveForm, PlanItemForm, TrainingClassForm, class_initial
from bases.models import TrainingClass
from bases.rules.classes import SUBJECTS, reasons_not_to_open
from bases.selectors.classes import enrolled, facts_to_open, own_classes, plan_items, plan_of, teaching_units
from bases.services.classes import cancel_class, edit_class, move_class, open_class, plan, start_class, unplan
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page

teachers_only = only_who_may(Act.TEACH)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_plan(request: HttpRequest) -> HttpResponse:
    """The yearly plan, a line more, a line less."""
    units, this_year = list(teaching_units(_user(request))), timezone.localdate().year
    year = year_in(request.GET.get("year", "")) or this_year
    is_sent, drops = request.method == "POST", "drop" in request.POST
    form = PlanItemForm(request.POST if is_sent and not drops else None, units=units)
    problems: list[str] = []
    if drops:
        try:
            unplan(get_object_or_404(plan_of(units, year), ref=_ref(request)), by=_user(request), now=timezone.now())
        except Refused as refused:
            problems = [reason.message for reason in refused]
        else:
            return redirect(f"{request.path}?year={year}")
    elif is_sent and form.is_valid():
        said = dict(form.cleaned_data)
        plan(said.pop("organization"), year=year, **said, by=_user(request), now=timezone.now())
        messages.success(request, "已列入年度计划。")
        return redirect(f"{request.path}?year={year}")
    context = {
        "form": form, "units": units, "items": plan_of(units, year), "year": year, "problems": problems,
        "years": (this_year + 1, this_year, this_year - 1), "subjects": SUBJECTS,
    }  # fmt: skip
    return render(request, "bases/plan.html", context, status=422 if is_sent else 200)


@teachers_only
@never_cache
@require_safe
def show_own_classes(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    page = keyset_page(own_classes(user), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "bases/own_classes.html", {"page": page, "units": list(teaching_units(user))})


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_class(request: HttpRequest) -> HttpResponse:
    """Everything that everybody will read, under a line of the yearly plan."""
    return _paper(request, None)


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: UUID) -> HttpResponse:
    training_class = get_object_or_404(own_classes(_user(request)), ref=ref)
    if training_class.state != "draft":
        return redirect("bases:class_desk", training_class.ref)
    return _paper(request, training_class)


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_desk(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One class: what is next, who is in it; open, move or cancel it."""
    training_class = get_object_or_404(own_classes(_user(request)), ref=ref)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    moving = MoveForm(
        request.POST if act == "move" else None, auto_id="move_%s",
        initial={name: getattr(training_class, name) for name in ("started_on", "ended_on", "place")},
    )  # fmt: skip
    cancelling = CancelForm(request.POST if act == "cancel" else None, auto_id="cancel_%s")
    form = {"move": moving, "cancel": cancelling}.get(act)
    problems: list[str] = []
    if act == "open" or (form is not None and form.is_valid()):
        try:
            _do(act, training_class, form, _user(request))
        except MovedOn:
            raise
        except Refused as refused:
            if form is None:
                problems = [reason.message for reason in refused]
            else:
                form.show(refused)
        else:
            messages.success(request, _DONE[act])
            return redirect("bases:class_desk", training_class.ref)
    context = {
        "training_class": training_class, "subject": SUBJECTS[training_class.subject], "problems": problems,
        "moving": moving, "cancelling": cancelling, "form": form, "today": timezone.localdate(),
        "against": _against(training_class), "consent": training_class.consents.order_by("-id").first(),
        "page": keyset_page(enrolled(training_class), order=("id",), cursor=request.GET.get("after", "")),
    }  # fmt: skip
    return render(request, "bases/class_desk.html", context, status=422 if request.method == "POST" else 200)


_DONE = {
    "open": "培训班已公布，任何人都可以看到和报名。",
    "move": "已调整，报名的人员会收到消息。",
    "cancel": "已取消，报名的人员会收到消息。",
}


def _do(act: str, training_class: TrainingClass, form: Any, by: User) -> None:
    said: dict[str, Any] = {"by": by, "now": timezone.now()}
    if act == "open":
        open_class(training_class, **said)
    elif act == "move":
        move_class(training_class, **form.cleaned_data, **said)
    else:
        cancel_class(training_class, **form.cleaned_data, **said)


def _against(training_class: TrainingClass) -> list[Any]:
    """Why it cannot be opened now, before the button is pressed."""
    if training_class.state not in {"draft", "asked"}:
        return []
    return list(
        reasons_not_to_open(
            training_class.state, subject=training_class.subject, started_on=training_class.started_on,
            ended_on=training_class.ended_on, today=timezone.localdate(), **facts_to_open(training_class),
        )
    )  # fmt: skip


def _paper(request: HttpRequest, training_class: TrainingClass | None) -> HttpResponse:
    units, year = list(teaching_units(_user(request))), timezone.localdate().year
    own = [training_class.organization] if training_class else units
    items = plan_items(own, (year, year + 1))
    initial = class_initial(training_class) if training_class else None
    form = TrainingClassForm(request.POST if request.method == "POST" else None, items=items, initial=initial)
    if form.is_bound and form.is_valid():
        item = form.cleaned_data["plan_item"]
        by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
        try:
            if training_class is None:
                training_class = start_class(item, form.content(), form.said(), **by)
            else:
                edit_class(training_class, item, form.content(), form.said(), **by)
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
        else:
            return redirect("bases:class_desk", training_class.ref)
    context = {"form": form, "training_class": training_class, "has_plan": items.exists()}
    return render(request, "bases/class_form.html", context, status=422 if form.is_bound else 200)


def _ref(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("drop", ""))
    except ValueError:
        return UUID(int=0)
