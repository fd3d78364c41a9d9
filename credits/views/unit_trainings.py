"""Trainings that units ran: the list, one of them, filling it in and deciding on it (S2-05, S3-04, S3-07)."""

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
from accounts.web.requests import sent_to, take_document
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve
from credits.forms.unit_trainings import KeepPaperForm, KeptForm, NewTrainingForm, SendTrainingForm, TrainingRulingForm
from credits.models import UnitTraining
from credits.rules.looking import HASTY, UNSEEN
from credits.selectors import unit_trainings as found
from credits.selectors.planned import plan_words
from credits.selectors.rosters import rows_of
from credits.selectors.training_looks import (
    earlier_of_line,
    look_at_training,
    papers_of,
    seconds_left_of_training,
)
from credits.services.training_openings import record_training_opening
from credits.services.unit_trainings import (
    approve_training,
    drop_training,
    keep_paper,
    send_training,
    start_training,
    turn_down_training,
    withdraw_training,
)

runners_only = only_who_may(Act.RUN_TRAININGS)
both_sides = only_who_may(Act.RUN_TRAININGS, Act.RULE_ON_TRAININGS)
EDITABLE = ("draft", "returned")
_NO_FILE = Refusal("document_missing", "请选择要上传的文件。", field="document")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@both_sides
@never_cache
@require_safe
def show_trainings(request: HttpRequest) -> HttpResponse:
    """`?view=` own or waiting: for who decides too, first what waits."""
    user = _user(request)
    runs = found.running_units(user).exists()
    decides = units_for(user, Act.RULE_ON_TRAININGS).exists()
    view = request.GET.get("view", "") or ("own" if runs and not decides else "waiting")
    rows = found.own_trainings(user) if view == "own" else found.trainings_waiting_for(user)
    order = ("-id",) if view == "own" else ("due_at", "id")
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""))
    context = {"page": page, "view": view, "runs": runs, "decides": decides}
    return render(request, "credits/unit_trainings.html", context)


@runners_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_training(request: HttpRequest) -> HttpResponse:
    """Which line of the plan, and when it was really held."""
    units, year = list(found.running_units(_user(request))), timezone.localdate().year
    items = found.items_to_run(units, (year - 1, year))
    form = NewTrainingForm(*sent_to(request)[:1], items=items)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = start_training(form.unit(), said.pop("plan_item"), **said, by=_user(request), now=timezone.now())
        except Refused as refused:
            form.tell(refused)
        else:
            return redirect("credits:unit_training", made.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "credits/unit_training_new.html", {"form": form, "has_items": items.exists()}, status=status)


@both_sides
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_training(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One training as either side sees it; POST decides, takes it back, or throws away what was never sent."""
    user = _user(request)
    training = get_object_or_404(found.trainings_seen_by(user), ref=ref)
    form = TrainingRulingForm(initial={"round": training.round})
    _note_opening(request, training)
    unseen = False
    if request.method == "POST" and "withdraw" in request.POST:
        withdraw_training(training, by=user, now=timezone.now())
        messages.success(request, "已撤回。改好后可以重新登记。")
        return redirect("credits:unit_training", training.ref)
    if request.method == "POST" and "drop" in request.POST:
        drop_training(_own(request, ref), by=user, now=timezone.now())
        messages.success(request, "已删除，没有登记任何学时。")
        return redirect("credits:unit_trainings")
    if request.method == "POST":
        form = TrainingRulingForm(request.POST)
        try:
            if form.is_valid():
                return _decided(request, training, form)
        except MovedOn:
            raise
        except Refused as refused:
            form.tell(refused)
            unseen = any(reason.code in {UNSEEN, HASTY} for reason in refused)
    status = (409 if unseen else 422) if request.method == "POST" else 200
    return render(request, "credits/unit_training.html", {"form": form, **_context(request, training)}, status=status)


@runners_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One more paper to be kept."""
    training = _own(request, ref)
    form = KeepPaperForm(*sent_to(request))
    if request.method == "POST":
        is_readable, stored = form.is_valid(), _stored(request, form)
        if stored is None and "document" not in form.errors:
            form.tell([_NO_FILE])
        if is_readable and stored is not None and not form.errors:
            try:
                keep_paper(training, form.cleaned_data["kind"], stored, by=_user(request), now=timezone.now())
            except MovedOn:
                raise
            except Refused as refused:
                form.tell(refused)
            else:
                return redirect("credits:unit_training", training.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "credits/unit_training_keep.html", {"form": form, "training": training}, status=status)


@runners_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, ref: UUID) -> HttpResponse:
    training = _own(request, ref)
    form = SendTrainingForm(*sent_to(request), initial={"reason": training.reason})
    if request.method == "POST":
        is_readable, stored = form.is_valid(), _stored(request, form)
        if is_readable and not form.errors:
            said = {"reason": form.cleaned_data["reason"], "document": stored}
            try:
                made = send_training(training, **said, by=_user(request), now=timezone.now())
            except MovedOn:
                raise
            except Refused as refused:
                form.tell(refused)
            else:
                messages.success(request, f"已提交，由{made.waiting_on}审核。")
                return redirect("credits:unit_training", training.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "credits/unit_training_send.html", {"form": form, "training": training}, status=status)


@both_sides
@never_cache
@require_safe
def show_paper(request: HttpRequest, ref: UUID, paper: UUID) -> HttpResponse:
    """A kept paper by its ref, the notice by the training's own. That it was served to who reviews is recorded."""
    training = get_object_or_404(found.trainings_seen_by(_user(request)), ref=ref)
    if paper == training.ref:
        if training.document is None:
            raise Http404
        stored = training.document
    else:
        stored = get_object_or_404(training.papers, ref=paper).file
    response = serve(stored)
    _note_opening(request, training, stored.digest)
    return cast(HttpResponse, response)


def _note_opening(request: HttpRequest, training: UnitTraining, file_digest: str = "") -> None:
    """Who asks for the headers alone (HEAD) has seen nothing."""
    if request.method == "GET":
        record_training_opening(training, reviewer=_user(request), file_digest=file_digest, now=timezone.now())


def _context(request: HttpRequest, training: UnitTraining) -> dict[str, Any]:
    user, roster = _user(request), training.roster
    is_own = found.own_trainings(user).filter(pk=training.pk).exists()
    decides = who_can_decide(training).filter(pk=user.pk).exists()
    return {
        "training": training, "roster": roster, "steps": steps_of(training), "is_own": is_own,
        "plan_words": plan_words(training.plan_item), **_looks(training, user, decides=decides),
        "page": keyset_page(rows_of(roster), order=("number",), cursor=request.GET.get("after", "")),
        "is_editable": is_own and training.state in EDITABLE,
        "decides": decides,
        "can_withdraw": user.pk in {training.asked_by_id, training.declarant_id} and training.state == "waiting",
    }  # fmt: skip


def _looks(training: UnitTraining, user: User, *, decides: bool) -> dict[str, Any]:
    """The papers; for who decides what of them they have still to look at, and what was registered before."""
    if not decides:
        return {"papers": papers_of(training)}
    look = look_at_training(training, user)
    left = seconds_left_of_training(training, look, now=timezone.now())
    return {"papers": look.papers, "look": look, "still_to_look": left, "earlier": earlier_of_line(training)}


def _decided(request: HttpRequest, training: UnitTraining, form: TrainingRulingForm) -> HttpResponse:
    data = form.cleaned_data
    seen = {"seen_round": data["round"], "reason": data["reason"], "by": _user(request), "now": timezone.now()}
    if data["move"] == Move.APPROVE:
        approve_training(training, **seen)
    else:
        turn_down_training(training, Move(data["move"]), **seen)
    messages.success(request, f"已处理{training.whose}。")
    return redirect("credits:unit_trainings")


def _own(request: HttpRequest, ref: UUID) -> UnitTraining:
    """A training that the reader's unit is filling in; `MovedOn` when it was handed in meanwhile."""
    training = get_object_or_404(found.own_trainings(_user(request)), ref=ref)
    if training.state not in EDITABLE:
        raise MovedOn([Refusal("not_editable", "这次培训已经提交，内容不能再改。")])
    return training


def _stored(request: HttpRequest, form: KeptForm) -> StoredFile | None:
    stored = take_document(request, form.cleaned_data.get("kept"), form.tell)
    form.keep(stored)
    return stored
