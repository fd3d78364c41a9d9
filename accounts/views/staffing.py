"""邀请人员: a unit's list read and sent, who has answered, and the answer of each of them."""

from datetime import datetime
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, View, only_who_may, recently_proved
from accounts.enums import StaffRowState, StaffState, TransferKind
from accounts.forms.staffing import StaffListForm
from accounts.models import StaffInvitation, StaffList, User
from accounts.resources import StaffResource
from accounts.rules import staffing as rules
from accounts.rules.policy import Act
from accounts.selectors import staffing as found
from accounts.services import staffing as acts
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse
from ceportal.kernel.web.exports import csv_file
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.limits import count_one, is_used_up
from ceportal.kernel.web.serving import status_of
from ceportal.kernel.web.sheets import XLSX, read_batches, workbook_bytes

# Lists a person may send in a day: enough for the largest unit in parts, not for a sweep over numbers.
LISTS_RATE = "30 per day"
_ROW_TONES = {
    StaffRowState.WRONG: "bad", StaffRowState.NEW: "ok", StaffRowState.ASKED: "idle", StaffRowState.HERE: "idle",
}  # fmt: skip
_ROW_ASIDES = {
    StaffRowState.WRONG: "改正后重新上传",
    StaffRowState.NEW: "发出后由本人答复",
    StaffRowState.ASKED: "正在等本人答复",
    StaffRowState.HERE: "已是本单位人员，或正在申请",
}
_TONES = {
    StaffState.WAITING: "wait", StaffState.ACCEPTED: "ok", StaffState.DECLINED: "bad", StaffState.LAPSED: "warn",
    StaffState.WITHDRAWN: "idle",
}  # fmt: skip


def let_in(view: View) -> View:
    """For who approves people at an employer; a bureau, which approves people too, asks nobody to belong to it."""

    @wraps(view)
    def entered(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not found.units_inviting(request.user).exists():
            raise PermissionDenied("这一页供用人单位中核准人员注册的人使用。")
        return view(request, *args, **kwargs)

    return only_who_may(Act.INVITE_PEOPLE)(entered)


@never_cache
@require_safe
@let_in
def staff_invitations(request: PersonRequest) -> HttpResponse:
    """`?show=` a state: whoever waits for an answer unless another is asked for."""
    now = timezone.now()
    asked = request.GET.get("show", "")
    shown = StaffState(asked) if asked in StaffState.values else StaffState.WAITING
    rows = found.in_state(found.invitations_by(request.user), shown, now=now)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    counts = found.how_many(request.user, now=now)
    context = {
        "page": page,
        "rows": [(row, _until(row, now)) for row in page.items],
        "shown": shown,
        "tone": _TONES[shown],
        "states": [(state.value, state.label, counts[state]) for state in StaffState],
        "has_any": any(counts.values()),
        "lists": found.lists_of(request.user)[:10],
        "many": found.units_inviting(request.user).count() > 1,
    }
    return render(request, "accounts/staff_invitations.html", context)


@require_safe
@let_in
def staff_template(request: PersonRequest) -> HttpResponse:
    """Headings, columns formatted as text, and a sheet that says how to fill them in."""
    lines = [["填写说明"], *([line] for line in rules.guide(list(found.series_by_name())))]
    sheets = [(rules.SHEET, [list(rules.COLUMNS)], rules.WIDTHS), (rules.GUIDE, lines, [110])]
    response = HttpResponse(workbook_bytes(sheets), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="staff.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@let_in
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def new_staff_list(request: PersonRequest) -> HttpResponse:
    """Reads the file and shows what it says. Nobody is asked, and the file itself is not kept."""
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = StaffListForm(*bound, units=found.units_inviting(request.user))
    status = 422 if form.is_bound else 200
    if form.is_bound and is_used_up(LISTS_RATE, "staff_list", str(request.user.pk)):
        form.add_error(None, "今天上传的名单太多了，请明天再试。")
        status = 429
    elif form.is_bound and form.is_valid():
        count_one(LISTS_RATE, "staff_list", str(request.user.pk))
        try:
            return redirect("accounts:staff_list", _kept(form, by=request.user, now=timezone.now()).ref)
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused)
            status = status_of(refused.reasons[0].code)
    context = {"form": form, "columns": [(name, name in rules.REQUIRED, words) for name, words in rules.HOW.items()]}
    return render(request, "accounts/staff_list_new.html", context, status=status)


@never_cache
@require_safe
@let_in
def staff_list(request: PersonRequest, ref: UUID) -> HttpResponse:
    return _list_page(request, _list(request, ref))


@never_cache
@require_safe
@let_in
@recently_proved
def staff_list_problems(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Every row that nobody would be asked by, with column and reason, made as it is fetched."""
    one = _list(request, ref)
    rows = found.rows_of(one).filter(state=StaffRowState.WRONG).iterator(chunk_size=1000)
    lines = ((row.number, row.name, column, message) for row in rows for column, _, message in row.problems)
    return cast(HttpResponse, csv_file(f"problems-{one.ref.hex[:8]}.csv", ("行号", "姓名", "列", "原因"), lines))


@require_POST
@let_in
@recently_proved
def act_on_staff_list(request: PersonRequest, ref: UUID) -> HttpResponse:
    """`act`: send (with `skip`, without its wrong rows) or drop."""
    one, act, now = _list(request, ref), request.POST.get("act", ""), timezone.now()
    try:
        if act == "send":
            asked = acts.send(one, skips_wrong=request.POST.get("skip") == "yes", by=request.user, now=now)
            messages.success(
                request, f"已邀请 {asked} 人，{rules.LASTS.days} 天内有效。请告诉他们登录后在“邀请”里答复。"
            )
        elif act == "drop":
            acts.drop(one, by=request.user, now=now)
            messages.success(request, "已放弃这份名单，没有邀请任何人。")
        else:
            raise refuse("act", "请选择要做的事。")
    except MovedOn:
        raise
    except Refused as refused:
        return _list_page(request, one, problems=refused.reasons, status=422)
    return redirect("accounts:staff_invitations")


@require_POST
@let_in
@recently_proved
def act_on_staff_invitation(request: PersonRequest, ref: UUID) -> HttpResponse:
    """`act`: withdraw, or again (one that was not taken up)."""
    one = get_object_or_404(found.invitations_by(request.user), ref=ref)
    act, now = request.POST.get("act", ""), timezone.now()
    try:
        if act == "withdraw":
            acts.withdraw(one, by=request.user, now=now)
            messages.success(request, f"已收回给{one.name}的邀请。")
        elif act == "again":
            acts.ask_again(one, by=request.user, now=now)
            messages.success(request, f"已重新邀请{one.name}，{rules.LASTS.days} 天内有效。")
        else:
            messages.error(request, "请选择要做的事。")
    except MovedOn:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("accounts:staff_invitations")


@require_POST
def answer_staff_invitation(request: PersonRequest, ref: UUID) -> HttpResponse:
    """`answer`: move (instead of the unit so far), join (beside it) or decline."""
    now, answer = timezone.now(), request.POST.get("answer", "")
    one = next((each for each in found.invitations_for(request.user, now=now) if each.ref == ref), None)
    if one is None:
        raise Http404
    if answer not in {"move", "join", "decline"}:
        messages.error(request, "请选择接受或者谢绝。")
        return redirect("accounts:invitations")
    if answer == "decline":
        acts.decline(one, by=request.user, now=now)
        messages.success(request, f"已谢绝{one.organization.name}的邀请。")
        return redirect("accounts:invitations")
    try:
        acts.join(one, TransferKind(answer), by=request.user, now=now)
    except MovedOn:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:invitations")
    messages.success(request, f"您已加入{one.organization.name}。")
    return redirect(settings.LOGIN_REDIRECT_URL)


def _kept(form: StaffListForm, *, by: User, now: datetime) -> StaffList:
    said = form.cleaned_data
    resource = StaffResource(found.series_by_name(), timezone.localdate(now))
    lines = resource.read(read_batches(said["file"], sheet=rules.SHEET, skipped=(rules.GUIDE,)))
    return acts.keep_list(said["unit"], lines, remarks=resource.remarks, by=by, now=now)


def _list_page(
    request: PersonRequest, one: StaffList, *, problems: list[Refusal] | None = None, status: int = 200
) -> HttpResponse:
    asked, counts = request.GET.get("show", ""), one.counts
    first = next((state.value for state in _ROW_TONES if counts.get(state)), "")
    shown = asked if asked in StaffRowState.values and counts.get(asked) else first
    rows = found.rows_of(one).filter(state=shown)
    page = keyset_page(rows, order=("number",), cursor=request.GET.get("after", ""))
    context: dict[str, Any] = {
        "one": one,
        "page": page,
        "problems": problems or [],
        "shown": shown,
        "shown_label": StaffRowState(shown).label,
        "tone": _ROW_TONES[StaffRowState(shown)],
        "kinds": [
            (state.value, state.label, counts[state], tone, _ROW_ASIDES[state])
            for state, tone in _ROW_TONES.items()
            if counts.get(state)
        ],
        "total": sum(counts.values()),
        "to_ask": counts.get(StaffRowState.NEW, 0),
        "wrong": counts.get(StaffRowState.WRONG, 0),
        "days": rules.LASTS.days,
    }
    return render(request, "accounts/staff_list.html", context, status=status)


def _list(request: PersonRequest, ref: UUID) -> StaffList:
    return get_object_or_404(found.lists_of(request.user), ref=ref)


def _until(row: StaffInvitation, now: datetime) -> str:
    return rules.lasts_words(timezone.localtime(row.expires_at), timezone.localtime(now))
