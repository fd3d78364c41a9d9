"""The files of a roster: the template that goes out, the filled one that comes in, the list of what to mend."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import recently_proved
from accounts.models import User
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from ceportal.kernel.web.exports import csv_file
from ceportal.kernel.web.serving import status_of
from ceportal.kernel.web.sheets import XLSX, read_batches, workbook_bytes
from credits.enums import RowState
from credits.resources import RosterResource
from credits.rules import rosters as rules
from credits.selectors.rosters import facts_of, rows_of
from credits.services.roster_checks import keep_rows
from credits.views.rosters import keepers_only, own_roster, roster_page

NO_FILE = Refusal("file_empty", "请先选择要上传的名单文件。", field=rules.FIELD)


@keepers_only
@never_cache
@require_safe
def download_template(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Headings, columns formatted as text, and a sheet that says how to fill them in."""
    roster = own_roster(request, ref)
    guide = [["填写说明"], *([line] for line in rules.guide(facts_of(roster)))]
    content = workbook_bytes([(rules.SHEET, [rules.COLUMNS], (24, 14, 10, 12, 30)), (rules.GUIDE, guide, (90,))])
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="roster-{roster.ref.hex[:8]}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@keepers_only
@require_POST
def take_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Reads the file and shows what it says. Nothing is credited, and the file itself is not kept."""
    roster, upload = own_roster(request, ref), request.FILES.get(rules.FIELD)
    if upload is None:
        return roster_page(request, roster, problems=[NO_FILE], status=422)
    resource = RosterResource(facts_of(roster), today=timezone.localdate())
    try:
        lines = resource.read(read_batches(upload, sheet=rules.SHEET, skipped=(rules.GUIDE,)))
        keep_rows(roster, lines, remarks=resource.remarks, by=cast(User, request.user), now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        code = refused.reasons[0].code
        status = 409 if code == "not_open" else status_of(code)
        return roster_page(request, own_roster(request, ref), problems=refused.reasons, status=status)
    return redirect("credits:roster", roster.ref)


@keepers_only
@never_cache
@require_safe
@recently_proved
def download_problems(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Every wrong row with column and reason, made as it is fetched; numbers are masked."""
    roster = own_roster(request, ref)
    rows = rows_of(roster).filter(state=RowState.WRONG).order_by("number").iterator(chunk_size=2000)
    lines = (
        (row.number, row.id_mask, row.name, column, message) for row in rows for column, _, message in row.problems
    )
    heading = ("行号", rules.ID_NUMBER, rules.NAME, "列", "原因")
    return cast(HttpResponse, csv_file(f"problems-{roster.ref.hex[:8]}.csv", heading, lines))
