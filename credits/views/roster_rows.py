"""Single rows of a roster: typed on the page, taken from who enrolled, corrected once they are registered."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from ceportal.kernel.rules.refusal import MovedOn, Refused, refuse, refuse_if_any
from credits.enums import RowState
from credits.forms.roster_rows import MORE_ROWS, OTHER_HOURS, CorrectRowForm, TypedSheet, rows_in
from credits.models import Roster
from credits.resources import RosterResource
from credits.rules.roster_rows import CORRECTABLE, MOST_TYPED, typed_rows
from credits.rules.rosters import RosterLine, reasons_not_to_edit
from credits.selectors.enrolled import assessed_and_not, lines_of_enrolled
from credits.selectors.rosters import facts_of, rows_of
from credits.services.roster_checks import keep_rows
from credits.services.roster_preview import preview
from credits.services.roster_rows import change_row_hours, start_another, take_row_back
from credits.views.rosters import keepers_only, own_roster, roster_page, teachers_only


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def type_rows(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A small class without a file: the same questions and answers, beside each field. Nothing is credited yet."""
    roster = own_roster(request, ref)
    refuse_if_any(reasons_not_to_edit(roster.state))
    count = rows_in(request.POST.get("rows", ""))
    if request.method != "POST" or "more" in request.POST:
        is_more = request.method == "POST"
        shown = min(count + MORE_ROWS, MOST_TYPED) if is_more else count
        return _sheet_page(request, roster, TypedSheet(request.POST if is_more else None, shown))
    sheet = TypedSheet(request.POST, count)
    try:
        lines = _lines(roster, sheet)
    except Refused as refused:
        return _sheet_page(request, roster, sheet, problems=[each.message for each in refused], status=422)
    states = _told(roster, lines, sheet)
    if RowState.WRONG in states or (RowState.UNKNOWN in states and "anyway" not in request.POST):
        return _sheet_page(request, roster, sheet, asks=RowState.WRONG not in states, status=422)
    keep_rows(roster, [lines], remarks=[], by=_user(request), now=timezone.now())
    return redirect("credits:roster", roster.ref)


@teachers_only
@require_POST
def take_enrolled(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who enrolled and was assessed, in place of a file; how often they signed in stands beside each."""
    roster = own_roster(request, ref)
    refuse_if_any(reasons_not_to_edit(roster.state))
    found = assessed_and_not(roster.training_class) if roster.training_class else (0, 0)
    if roster.training_class is None or not found[0]:
        problem = refuse("nobody", "这个班还没有登记考核结果的报名人员。请先登记考核结果，或者上传名单。")
        return roster_page(request, roster, problems=problem.reasons, status=409)
    remarks = [f"另有 {found[1]} 人报名后没有考核结果，没有列入。"] if found[1] else []
    lines = lines_of_enrolled(roster.training_class)
    keep_rows(roster, lines, remarks=remarks, by=_user(request), now=timezone.now())
    return redirect("credits:roster", roster.ref)


@keepers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct_row(request: HttpRequest, ref: UUID, number: int) -> HttpResponse:
    """One registered row: other hours, or taken back. Both by reversal, with a reason the person is told."""
    roster = own_roster(request, ref)
    row = get_object_or_404(rows_of(roster), number=number)
    form = CorrectRowForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said: dict[str, Any] = {"reason": form.cleaned_data["reason"], "by": _user(request), "now": timezone.now()}
        try:
            if form.cleaned_data["act"] == OTHER_HOURS:
                row = change_row_hours(row, form.cleaned_data["hours"], **said)
            else:
                row = take_row_back(row, **said)
        except MovedOn:
            raise
        except Refused as refused:
            form.tell(refused)
        else:
            messages.success(request, f"第 {row.number} 行已更正，现在是“{row.get_state_display()}”。")
            return redirect("credits:roster", roster.ref)
    context = {
        "roster": roster, "row": row, "form": form, "is_open": row.state in CORRECTABLE and roster.state == "done",
    }  # fmt: skip
    return render(request, "credits/roster_row.html", context, status=422 if form.is_bound else 200)


@teachers_only
@require_POST
def start_more(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A further roster of the same class, for who was left out."""
    made = start_another(own_roster(request, ref), by=_user(request), now=timezone.now())
    return redirect("credits:roster", made.ref)


def _lines(roster: Roster, sheet: TypedSheet) -> list[RosterLine]:
    resource = RosterResource(facts_of(roster), today=timezone.localdate())
    batches = resource.read(iter([typed_rows(sheet.typed())]))
    return [line for batch in batches for line in batch]


def _told(roster: Roster, lines: list[RosterLine], sheet: TypedSheet) -> set[RowState]:
    """What would become of each, put beside it."""
    found = preview(roster, lines, now=timezone.now())
    for line in lines:
        form = sheet.forms[line.number - 1]
        form.state, form.why = found[line.number]
        form.tell(line)
    return {state for state, _ in found.values()}


def _sheet_page(
    request: HttpRequest, roster: Roster, sheet: TypedSheet, *, problems: list[str] | None = None, asks: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "roster": roster, "forms": sheet.forms, "problems": problems or [], "asks": asks,
        "wrong": sum(bool(form.errors) or form.state == RowState.WRONG for form in sheet.forms if status == 422),
        "can_have_more": len(sheet.forms) < MOST_TYPED, "most": MOST_TYPED,
    }  # fmt: skip
    return render(request, "credits/roster_typed.html", context, status=status)
