"""接收历史数据: templates, the file that comes in, every row as it was found, confirmation by a second person."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import only_who_may, recently_proved
from accounts.models import Organization, User
from accounts.rules.policy import Act
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse
from ceportal.kernel.services.claims import MAX_ATTEMPTS
from ceportal.kernel.web.exports import csv_file
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import status_of
from ceportal.kernel.web.sheets import XLSX, read_batches, workbook_bytes
from ceportal.office.enums import TakenKind, TakenState, TakeOverState
from ceportal.office.forms.taking_over import TakeOverForm
from ceportal.office.models import TakeOver
from ceportal.office.resources import TakeOverResource
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules import taking_over_guide as guide
from ceportal.office.rules.exporting import seconds_left
from ceportal.office.rules.taking_over import Around
from ceportal.office.selectors import taking_over as found
from ceportal.office.services import taking_over as services

let_in = only_who_may(Act.TAKE_OVER)
# What has to be mended stands first.
_IN_ORDER = (
    TakenState.WRONG, TakenState.REFUSED, TakenState.KEPT, TakenState.NEW, TakenState.TAKEN, TakenState.DOUBTED,
    TakenState.HELD, TakenState.KNOWN, TakenState.UNDONE,
)  # fmt: skip
_TONES = {
    TakenState.WRONG: "bad",
    TakenState.REFUSED: "bad",
    TakenState.KEPT: "warn",
    TakenState.NEW: "ok",
    TakenState.TAKEN: "ok",
    TakenState.DOUBTED: "warn",
    TakenState.HELD: "warn",
    TakenState.KNOWN: "idle",
    TakenState.UNDONE: "idle",
}
_ASIDE = {
    TakenState.WRONG: "改正后重新上传",
    TakenState.REFUSED: "核对以后有了变化，没有接收",
    TakenState.KEPT: "已在使用，没有撤销",
    TakenState.NEW: "确认后写入平台",
    TakenState.TAKEN: "已写入平台",
    TakenState.DOUBTED: "接收后由人社部门核实再计入",
    TakenState.HELD: "在“待核实学时”里核实",
    TakenState.KNOWN: "不会重复，也不改动",
    TakenState.UNDONE: "已经收回",
}
_STATE_TONES = {
    TakeOverState.CHECKED: "warn",
    TakeOverState.ASKED: "wait",
    TakeOverState.TAKING: "wait",
    TakeOverState.DONE: "ok",
    TakeOverState.UNDOING: "wait",
    TakeOverState.UNDONE: "bad",
    TakeOverState.DROPPED: "idle",
}
_AT_WORK = (TakeOverState.TAKING, TakeOverState.UNDOING)


@never_cache
@let_in
@require_safe
def show_take_overs(request: HttpRequest) -> HttpResponse:
    """The four kinds with their templates, and the files so far, the latest first."""
    page = keyset_page(found.take_overs_of(_user(request)), order=("-id",), cursor=request.GET.get("after", ""))
    kinds = [(kind, kind.label, guide.about(kind)) for kind in TakenKind]
    files = [(one, _STATE_TONES[TakeOverState(one.state)]) for one in page.items]
    return render(request, "office/take_overs.html", {"page": page, "files": files, "kinds": kinds})


@never_cache
@let_in
@require_safe
def take_over_template(request: HttpRequest, kind: str) -> HttpResponse:
    """Headings, columns formatted as text, and a sheet that says how to fill them in."""
    asked = TakenKind(kind)
    lines: list[list[str]] = [["填写说明"], *([line] for line in guide.guide(asked, series=found.series_by_name()))]
    sheets = [(guide.SHEET, [list(rules.COLUMNS[asked])], guide.widths(asked)), (guide.GUIDE, lines, [110])]
    response = HttpResponse(workbook_bytes(sheets), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{asked.value}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@let_in
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def new_take_over(request: HttpRequest) -> HttpResponse:
    """Reads the file and shows what it says. Nothing is taken over, and the file itself is not kept."""
    kind = request.GET.get("kind", "")
    initial = {"kind": kind if kind in TakenKind.values else TakenKind.UNITS}
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TakeOverForm(*bound, bureaus=found.bureaus_taking_over(_user(request)), initial=initial)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                return redirect("office:take_over", _kept(form, by=_user(request), now=timezone.now()).ref)
            except Refused as refused:
                form.show(refused)
                status = status_of(refused.reasons[0].code)
    kinds = [(each, each.label, guide.how(each)) for each in TakenKind]
    return render(request, "office/take_over_new.html", {"form": form, "kinds": kinds}, status=status)


@never_cache
@let_in
@require_safe
def show_take_over(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _page(request, _one(request, ref))


@never_cache
@let_in
@require_safe
def take_over_progress(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The part of the page that moves, for the script that asks for it again and again."""
    return render(request, "office/take_over_progress.html", _progress(_one(request, ref), timezone.now()))


@never_cache
@let_in
@require_safe
@recently_proved
def take_over_problems(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Every row that was not taken over, with column and reason, made as it is fetched; numbers are masked."""
    take_over = _one(request, ref)
    states = [TakenState.WRONG, TakenState.REFUSED, TakenState.KEPT]
    rows = found.rows_of(take_over).filter(state__in=states).order_by("number").iterator(chunk_size=2000)
    lines = (
        (row.number, row.label, row.mask, column, message)
        for row in rows
        for column, _, message in (row.problems or [["", "", row.reason]])
    )
    heading = ("行号", "名称", "号码", "列", "原因")
    return cast(HttpResponse, csv_file(f"problems-{take_over.ref.hex[:8]}.csv", heading, lines))


@let_in
@require_POST
@recently_proved
def act_on_take_over(request: HttpRequest, ref: UUID) -> HttpResponse:
    """`act`: submit, confirm, return, undo (with a reason), drop. Who comes second is told."""
    take_over, act = _one(request, ref), request.POST.get("act", "")
    by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
    try:
        if act == "submit":
            services.submit(take_over, skips_wrong=request.POST.get("skip") == "yes", **by)
        elif act == "confirm":
            services.confirm(take_over, **by)
        elif act == "return":
            services.send_back(take_over, **by)
        elif act == "undo":
            services.undo(take_over, reason=request.POST.get("reason", ""), **by)
        elif act == "drop":
            services.drop(take_over, **by)
        else:
            raise refuse("act", "请选择要做的事。")
    except MovedOn as moved:
        return _page(request, _one(request, ref), problems=moved.reasons, status=409)
    except Refused as refused:
        return _page(request, take_over, problems=refused.reasons, status=422)
    messages.success(request, _DONE[act])
    return redirect("office:take_overs") if act == "drop" else redirect("office:take_over", ref)


_DONE = {
    "submit": "已提交，等另一位经办人核对确认。",
    "confirm": "已确认，正在后台接收。",
    "return": "已退回。",
    "undo": "正在后台撤销。",
    "drop": "已作废，读取的内容已删除。",
}


def _kept(form: TakeOverForm, *, by: User, now: datetime) -> TakeOver:
    said, kind = form.cleaned_data, TakenKind(form.cleaned_data["kind"])
    bureau: Organization = said["bureau"]
    around = Around(timezone.localdate(now), found.places_below(bureau), found.series_by_name())
    resource = TakeOverResource(kind, around)
    lines = resource.read(read_batches(said["file"], sheet=guide.SHEET, skipped=(guide.GUIDE,)))
    return services.keep_file(
        kind, lines, bureau=bureau, source=said["source"], remarks=resource.remarks, by=by, now=now
    )


def _page(
    request: HttpRequest, take_over: TakeOver, *, problems: list[Refusal] | None = None, status: int = 200
) -> HttpResponse:
    shown = _shown(request, take_over)
    rows = found.rows_of(take_over)
    rows = rows.filter(state=shown) if shown else rows
    counts = take_over.counts
    page = keyset_page(rows, order=("number",), cursor=request.GET.get("after", ""))
    context = {
        "problems": problems or [],
        "page": page,
        "rows": [(row, _TONES[TakenState(row.state)]) for row in page.items],
        "tone": _STATE_TONES[TakeOverState(take_over.state)],
        "shown": shown,
        "shown_label": TakenState(shown).label if shown else "",
        "kinds": [
            (state.value, state.label, counts[state], _TONES[state], _ASIDE[state])
            for state in _IN_ORDER
            if counts.get(state)
        ],
        "wrong": counts.get(TakenState.WRONG, 0),
        "not_taken": sum(counts.get(state, 0) for state in (TakenState.WRONG, TakenState.REFUSED, TakenState.KEPT)),
        "to_take": sum(counts.get(state, 0) for state in services.TO_TAKE),
        "is_mine": take_over.made_by_id == request.user.pk,
        **_progress(take_over, timezone.now()),
    }
    return render(request, "office/take_over.html", context, status=status)


def _progress(take_over: TakeOver, now: datetime) -> dict[str, Any]:
    job = take_over.job if take_over.state in _AT_WORK else None
    is_stuck = job is not None and job.attempts >= MAX_ATTEMPTS
    return {"take_over": take_over, "job": job, "left": _left(job, now) if job else "", "is_stuck": is_stuck}


def _left(job: Job, now: datetime) -> str:
    began = job.params.get("began_at")
    left = seconds_left(datetime.fromisoformat(began) if began else None, now, done=job.done, total=job.total)
    if left is None:
        return "马上开始"
    return f"大约还要 {left} 秒" if left < 60 else f"大约还要 {round(left / 60)} 分钟"


def _shown(request: HttpRequest, take_over: TakeOver) -> str:
    """Which rows: those asked for, where there are any; else the wrong ones first, else all."""
    asked = request.GET.get("show", "")
    if asked in TakenState.values and take_over.counts.get(asked):
        return asked
    # Who confirms looks at what would be taken over, who mends at what is wrong.
    order = services.TO_TAKE if take_over.state == TakeOverState.ASKED else _IN_ORDER[:3]
    first = next((state.value for state in order if take_over.counts.get(state)), "")
    return "" if asked == "all" else first


def _one(request: HttpRequest, ref: UUID) -> TakeOver:
    return get_object_or_404(found.take_overs_of(_user(request)), ref=ref)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
