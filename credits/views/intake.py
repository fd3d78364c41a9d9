"""Taking in what the page of a draft sends: its content, its files, or both, whichever button was pressed."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.models import User
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.services.files import store
from ceportal.kernel.web.serving import status_of
from credits.forms.declarations import DeclarationForm, initial_of
from credits.models import Declaration
from credits.rules.declaring import OF_THE_MOMENT, reasons_not_to_edit
from credits.rules.evidence import OTHER
from credits.selectors.declarations import declarations_of
from credits.selectors.editing import edit_sheet, limits_for, plan_choices
from credits.services.declaring import add_evidence, save_draft

CHANGED_ELSEWHERE = Refusal(
    "changed_elsewhere",
    "这份申报刚刚在另一个页面改动过。您填写的内容还在下面；再次保存或提交，将以本页的内容为准。",
)


NOTHING_CAME = Refusal("file_missing", "没有收到文件，请重新选择。", field="files")


@dataclass
class Intake:
    """What came in: the bound form when content was sent, and why files or content were not kept."""

    form: DeclarationForm | None = None
    problems: list[Refusal] = field(default_factory=list)
    status: int = 200

    @property
    def is_clean(self) -> bool:
        return self.status < 400


def own_declaration(request: HttpRequest, ref: UUID) -> Declaration:
    """The declaration, when it is the reader's own; else the same 404 as for one that does not exist."""
    professional = cast(PersonRequest, request).professional
    found = get_object_or_404(declarations_of(professional), ref=ref)
    found.professional = professional
    return found


def own_draft(request: HttpRequest, ref: UUID) -> Declaration:
    """The same, provided its content may still be changed; otherwise `Refused` (409)."""
    declaration = own_declaration(request, ref)
    refuse_if_any(reasons_not_to_edit(declaration.state))
    return declaration


def take_in(request: HttpRequest, declaration: Declaration) -> Intake:
    """Keep the files that were sent and, when it can all be read, the content."""
    intake = Intake()
    is_stale, content = _is_stale(request, declaration), initial_of(declaration)
    take_files(request, declaration, intake)
    if "title" not in request.POST:
        return intake
    intake.form = bound_form(request, declaration)
    # Attaching a file reads the declaration anew: what another page changed meanwhile is not overwritten either.
    is_stale = is_stale or initial_of(declaration) != content
    if is_stale and not _says_the_same(intake.form, declaration):
        intake.problems.append(CHANGED_ELSEWHERE)
        intake.status = 409
    elif not intake.form.is_valid():
        intake.status = 422
    else:
        by = cast(User, request.user)
        save_draft(declaration, changes=intake.form.cleaned_data, by=by, now=timezone.now())
    return intake


def take_readable(request: HttpRequest, declaration: Declaration) -> Intake:
    """Keep what of the content can be read, and leave the rest to be mended on the page."""
    form = bound_form(request, declaration)
    intake = Intake(form=form)
    if _is_stale(request, declaration) and not _says_the_same(form, declaration):
        intake.problems.append(CHANGED_ELSEWHERE)
        intake.status = 409
        return intake
    if not form.is_valid():
        intake.status = 422
    save_draft(declaration, changes=form.readable(), by=cast(User, request.user), now=timezone.now())
    return intake


def take_files(request: HttpRequest, declaration: Declaration, intake: Intake) -> None:
    """Store and attach every file that was sent, under the label of its row; tell of each that was not kept."""
    for name in request.FILES:
        suffix = name.removeprefix("files")
        label = request.POST.get(f"label{suffix}", "").strip() or OTHER
        for upload in request.FILES.getlist(name):
            try:
                _attach(request, declaration, upload, label)
            except Refused as refused:
                first = refused.reasons[0]
                intake.problems.append(replace(first, message=f"{_short(upload.name)}：{first.message}"))
                intake.status = max(intake.status, status_of(first.code)) if intake.is_clean else intake.status


def bound_form(request: HttpRequest, declaration: Declaration) -> DeclarationForm:
    limits = limits_for(declaration, today=timezone.localdate())
    planned = partial(plan_choices, declaration, today=timezone.localdate())
    return DeclarationForm(request.POST, activity=declaration.activity, limits=limits, planned=planned)


def edit_page(
    request: HttpRequest,
    declaration: Declaration,
    *,
    form: DeclarationForm | None = None,
    problems: list[Refusal] | None = None,
    is_summed_up: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page of a draft, with the form as it was sent or as it is kept.

    `is_summed_up`: the problems already tell all that stands beside the fields.
    """
    sheet = edit_sheet(declaration, today=timezone.localdate())
    form = form or DeclarationForm(
        initial=initial_of(declaration), activity=declaration.activity, limits=sheet.limits,
        planned=partial(plan_choices, declaration, today=timezone.localdate()),
    )  # fmt: skip
    form.fields["hours_claimed"].label = sheet.worked.unit
    context = {
        "declaration": declaration,
        "form": form,
        "sheet": sheet,
        "problems": problems or [],
        "is_summed_up": is_summed_up,
    }
    return render(request, "credits/edit_declaration.html", context, status=status)


def refused_page(
    request: HttpRequest, declaration: Declaration, form: DeclarationForm | None, refused: Refused
) -> HttpResponse:
    """The page of a draft that was not handed in: every reason in one list, and beside the field it is about.

    409 when a reason is about the moment (a closed year), 422 when all are about what was filled in.
    """
    limits = limits_for(declaration, today=timezone.localdate())
    planned = partial(plan_choices, declaration, today=timezone.localdate())
    form = form or DeclarationForm(initial_of(declaration), limits=limits, planned=planned)
    form.full_clean()
    for reason in refused:
        if reason.field in form.fields:
            form.add_error(reason.field, reason.message)
    is_late = any(reason.code in OF_THE_MOMENT for reason in refused)
    return edit_page(
        request,
        declaration,
        form=form,
        problems=refused.reasons,
        is_summed_up=True,
        status=409 if is_late else 422,
    )


def _attach(request: HttpRequest, declaration: Declaration, upload: UploadedFile, label: str) -> None:
    by, now = cast(User, request.user), timezone.now()
    stored = store(upload, owner=by, now=now)
    add_evidence(declaration, stored=stored, label=label, by=by, now=now)


def _is_stale(request: HttpRequest, declaration: Declaration) -> bool:
    """Whether the page was drawn from another version than is kept. A sender that names none means the present one."""
    seen = request.POST.get("version", "")
    return bool(seen) and seen != str(declaration.version)


def _says_the_same(form: DeclarationForm, declaration: Declaration) -> bool:
    """Whether the form holds what is kept already: another page then changed nothing but the files."""
    return form.is_valid() and all(getattr(declaration, name) == value for name, value in form.cleaned_data.items())


def _short(name: str | None) -> str:
    name = (name or "文件").replace("\n", " ")
    return name if len(name) <= 30 else f"{name[:18]}…{name[-10:]}"
