"""Attaching files to a draft, taking them off, and looking at one's own."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import professionals_only
from accounts.models import User
from ceportal.kernel.web.serving import serve, status_of
from ceportal.kernel.web.throttles import limited
from credits.selectors.declarations import evidence_of
from credits.services.declaring import remove_evidence
from credits.views.arrivals import take_arrived
from credits.views.editing import page_parts
from credits.views.intake import NOTHING_CAME, Intake, edit_page, own_draft, take_files, take_readable


@professionals_only
@limited("uploads", "UPLOAD_RATE")
@require_POST
def add(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Attach what was sent. Content that came along is kept as far as it can be read. No file at all is told."""
    declaration = own_draft(request, ref)
    intake = take_readable(request, declaration) if "title" in request.POST else Intake()
    form = intake.form if not intake.is_clean else None
    take_files(request, declaration, intake)
    take_arrived(request, declaration, intake)
    if not request.FILES and "uploaded" not in request.POST:
        intake.problems.append(NOTHING_CAME)
        intake.status = intake.status if not intake.is_clean else status_of(NOTHING_CAME.code)
    if request.accepts("text/html"):
        if intake.is_clean:
            return redirect(f"{reverse('credits:edit_declaration', args=[declaration.ref])}#evidence")
        return edit_page(request, declaration, form=form, problems=intake.problems, status=intake.status)
    problems = [problem.message for problem in intake.problems]
    return JsonResponse(page_parts(request, declaration) | {"problems": problems}, status=intake.status)


@professionals_only
@require_POST
def remove(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take a file off. Content that came along is kept as far as it can be read."""
    evidence = get_object_or_404(evidence_of(cast(User, request.user)), ref=ref)
    declaration = own_draft(request, evidence.declaration.ref)
    intake = take_readable(request, declaration) if "title" in request.POST else Intake()
    evidence.declaration = declaration
    remove_evidence(evidence, by=cast(User, request.user), now=timezone.now())
    if not request.accepts("text/html"):
        return JsonResponse(page_parts(request, declaration) | {"problems": []})
    if not intake.is_clean:
        return edit_page(request, declaration, form=intake.form, problems=intake.problems, status=intake.status)
    return redirect(f"{reverse('credits:edit_declaration', args=[declaration.ref])}#evidence")


@professionals_only
@require_safe
def show_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One of one's own files, as reviewers see it."""
    evidence = get_object_or_404(evidence_of(cast(User, request.user)), ref=ref)
    return cast(HttpResponse, serve(evidence.file))
