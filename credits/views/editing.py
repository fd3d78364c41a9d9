"""Filling in a draft and handing it in. The page keeps itself; what cannot be read stays on it to be mended."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import professionals_only
from accounts.models import User
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused
from credits.enums import DeclarationState
from credits.forms.declarations import DeclarationForm
from credits.models import Declaration
from credits.rules.declaring import EDITABLE
from credits.selectors.editing import edit_sheet
from credits.services.declaring import submit_declaration
from credits.views.intake import Intake, edit_page, own_declaration, own_draft, refused_page, take_in, take_readable


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_declaration(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The page of a draft or a returned declaration; POST keeps it all or, with a word beside the field, nothing."""
    if request.method != "POST":
        declaration = own_declaration(request, ref)
        if declaration.state not in EDITABLE:
            return redirect("credits:declaration", declaration.ref)
        return edit_page(request, declaration)
    declaration = own_draft(request, ref)
    intake = take_in(request, declaration)
    if not intake.is_clean:
        return edit_page(request, declaration, form=intake.form, problems=intake.problems, status=intake.status)
    messages.success(request, "已保存，还没有提交。")
    return redirect("credits:edit_declaration", declaration.ref)


@professionals_only
@require_POST
def autosave(request: HttpRequest, ref: UUID) -> JsonResponse:
    """Keep what can be read of a page that is still being filled in; answer what is missing now."""
    declaration = own_draft(request, ref)
    intake = take_readable(request, declaration)
    form = cast(DeclarationForm, intake.form)
    errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()} if intake.form else {}
    unread = [Refusal("unread", text, field=name) for name, texts in errors.items() for text in texts]
    problems = [problem.message for problem in intake.problems]
    parts = page_parts(request, declaration, unread=unread)
    return JsonResponse(parts | {"errors": errors, "problems": problems}, status=intake.status)


@professionals_only
@require_POST
def submit(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Keep what the page holds, then hand it in; every reason against it is shown on the page."""
    declaration = own_declaration(request, ref)
    intake = Intake()
    if declaration.state in EDITABLE:
        intake = take_in(request, declaration)
        if not intake.is_clean:
            return edit_page(request, declaration, form=intake.form, problems=intake.problems, status=intake.status)
    is_promised = request.POST.get("promise") == "on"
    try:
        submit_declaration(declaration, by=cast(User, request.user), now=timezone.now(), is_promised=is_promised)
    except MovedOn:
        raise
    except Refused as refused:
        if declaration.state not in EDITABLE:
            raise
        return refused_page(request, declaration, intake.form, refused)
    messages.success(request, _submitted(declaration))
    return redirect("credits:declaration", declaration.ref)


def page_parts(request: HttpRequest, declaration: Declaration, *, unread: Sequence[Refusal] = ()) -> dict[str, object]:
    """What a page that stays open puts in place of its own after saving. `unread` could not be kept."""
    sheet = edit_sheet(declaration, today=timezone.localdate())
    sheet = replace(sheet, reasons=[*unread, *sheet.reasons])
    context = {"declaration": declaration, "sheet": sheet}
    return {
        "version": declaration.version,
        "saved_at": f"{timezone.localtime():%H:%M}",
        "evidence": render_to_string("credits/evidence_rows.html", context, request),
        "missing": render_to_string("credits/missing.html", context, request),
        "reckoning": render_to_string("credits/reckoning.html", context, request),
    }


def _submitted(declaration: Declaration) -> str:
    who = declaration.waiting_on.name if declaration.waiting_on else ""
    if declaration.state == DeclarationState.AT_AUTHORITY:
        return f"已提交。您本人是单位唯一的审核人，按回避要求直接由{who}审核。"
    return f"已提交给{who}审核。审核结果会在“消息”中告诉您。"
