"""Attaching what has arrived in pieces (docs/api/uploads.md): named by its ref, checked and stored here."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.models import PartialUpload
from ceportal.kernel.rules.files import UPLOAD_LOST
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.receiving import finish, uploads_of
from ceportal.kernel.web.serving import status_of
from credits.models import Declaration
from credits.rules.evidence import OTHER
from credits.services.declaring import add_evidence
from credits.views.intake import Intake


def take_arrived(request: HttpRequest, declaration: Declaration, intake: Intake) -> None:
    """Store and attach every upload that is named, under the label that came along; tell of each that was not kept."""
    by, now = cast(User, request.user), timezone.now()
    label = request.POST.get("label", "").strip() or OTHER
    for text in request.POST.getlist("uploaded"):
        name = ""
        try:
            upload = _own_upload(by, text)
            name = upload.name
            stored = finish(upload, owner=by, now=now)
            add_evidence(declaration, stored=stored, label=label, by=by, now=now)
        except Refused as refused:
            first = refused.reasons[0]
            intake.problems.append(replace(first, message=f"{name}：{first.message}" if name else first.message))
            intake.status = max(intake.status, status_of(first.code)) if intake.is_clean else intake.status


def _own_upload(owner: User, text: str) -> PartialUpload:
    """One's own, else the refusal for one that is gone."""
    try:
        found = uploads_of(owner, now=timezone.now()).filter(ref=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused([UPLOAD_LOST])
    return found
