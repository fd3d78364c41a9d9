"""Lists of people that leave the portal: asked for, agreed to, made, fetched."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import only_who_may, recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import MovedOn, Refused, refuse
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.sheets import XLSX
from ceportal.office.enums import ExportKind, ExportState
from ceportal.office.forms.listing import ExportForm, asked_in, kind_in
from ceportal.office.models import Export
from ceportal.office.rules import exporting
from ceportal.office.rules.exporting import seconds_left
from ceportal.office.rules.staff import Asked, scope_words
from ceportal.office.selectors.exports import exports_of
from ceportal.office.selectors.listing import LISTS
from ceportal.office.services.exports import ask_to_export, cancel_export, decide_on_export, take_file

REFRESH_SECONDS = 3
let_in = only_who_may(Act.EXPORT_PEOPLE)


@never_cache
@require_safe
@let_in
def show_exports(request: HttpRequest) -> HttpResponse:
    """One's own, the latest first, and those of colleagues to agree to."""
    page = keyset_page(exports_of(_user(request)), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "office/exports.html", {"page": page})


@never_cache
@let_in
@recently_proved
def ask_export(request: HttpRequest) -> HttpResponse:
    """`?kind=` which list, narrowed as the list was; what it is for is asked here."""
    now, said = timezone.now(), request.POST if request.method == "POST" else request.GET
    asked, kind = asked_in(said, today=timezone.localdate(now)), kind_in(said)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = ask_to_export(kind, asked, purpose=form.cleaned_data["purpose"], by=_user(request), now=now)
        except Refused as refused:
            form.show(refused)
        else:
            return redirect("office:export", made.ref)
    rows = LISTS[kind].count(_user(request), asked, exporting.ROWS_FOR_TWO)
    context = {"form": form, "asked": asked, "kind": kind, "rows": rows, "for_two": exporting.ROWS_FOR_TWO}
    return render(request, "office/ask_export.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@let_in
def show_export(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far it is; asks again by itself, without script."""
    export, now = get_object_or_404(exports_of(_user(request)), ref=ref), timezone.now()
    job = export.job
    is_open = job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
    context = {
        "export": export,
        "job": job,
        "is_open": is_open,
        "is_mine": export.asked_by_id == request.user.pk,
        "left": _left(job, now) if job else None,
        "refused": (),
        "reason": "",
        **_contents(export),
    }
    response = render(request, "office/export.html", context)
    if is_open:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@require_POST
@let_in
@recently_proved
def decide_export(request: HttpRequest, ref: UUID) -> HttpResponse:
    """`move`: `grant` or `refuse` by somebody else, with a reason; `cancel` by who asked."""
    export, now = get_object_or_404(exports_of(_user(request)), ref=ref), timezone.now()
    move = request.POST.get("move", "")
    if move == "cancel" and export.asked_by_id == request.user.pk:
        cancel_export(export, by=_user(request), now=now)
        messages.success(request, "已取消导出。")
    elif move in {"grant", "refuse"}:
        reason = request.POST.get("reason", "")
        try:
            decide_on_export(export, grants=move == "grant", reason=reason, by=_user(request), now=now)
        except MovedOn:
            raise
        except Refused as refused:
            context = {"export": export, "is_mine": False, "refused": list(refused), "reason": reason}
            return render(request, "office/export.html", context | _contents(export), status=422)
        messages.success(request, "已核准导出。" if move == "grant" else "已不予核准，原因已告知申请人。")
    else:
        raise refuse("move", "请选择核准、不予核准或取消。")
    return redirect("office:export", export.ref)


@never_cache
@require_safe
@let_in
@recently_proved
def export_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    """To who asked for it alone."""
    mine = exports_of(_user(request)).filter(asked_by=_user(request), state=ExportState.GRANTED)
    place = take_file(get_object_or_404(mine, ref=ref), by=_user(request), now=timezone.now())
    response = FileResponse(place.open("rb"), content_type=XLSX, as_attachment=True, filename="export.xlsx")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return cast(HttpResponse, response)


def _contents(export: Export) -> dict[str, object]:
    """Of whom, and what, as the second person has to know."""
    return {"scope": scope_words(Asked(**export.asked)), "columns": LISTS[ExportKind(export.kind)].heading}


def _left(job: Job, now: datetime) -> str:
    began = job.params.get("began_at")
    left = seconds_left(datetime.fromisoformat(began) if began else None, now, done=job.done, total=job.total)
    if left is None:
        return ""
    return f"大约还要 {left} 秒" if left < 60 else f"大约还要 {round(left / 60)} 分钟"


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
