"""What an appeal brings about: the same content goes to the level above, as a declaration of its own (A25)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.enums import Duty, Move
from accounts.models import Organization, User
from accounts.services.routing import send_on
from ceportal.kernel.rules.refusal import refuse
from credits.enums import STAGE_AUTHORITY, DeclarationState
from credits.models import Declaration, Evidence
from credits.services.declaring import CONTENT, tell_reviewers
from credits.services.steps import leave_step

_BESIDE = ("year", "conversion", "standard", "artefact_key", "work_key", "organization", "first_submitted_at")


@transaction.atomic
def reopen(declaration: Declaration, *, to: Organization, reason: str, by: User, now: datetime) -> Declaration:
    """A copy of `declaration`, with its evidence, that waits with `to` alone. What was decided stays as it is.

    Refused where the same work counts already through another declaration.
    """
    content = {name: getattr(declaration, name) for name in (*CONTENT, *_BESIDE)}
    try:
        with transaction.atomic():
            made = Declaration.objects.create(
                professional=declaration.professional, declarant=declaration.declarant, previous=declaration,
                created_at=now, changed_at=now, **content,
            )  # fmt: skip
            _copy_evidence(declaration, made, now)
            send_on(
                Declaration.objects.filter(pk=made.pk), state=DeclarationState.AT_AUTHORITY, stage=STAGE_AUTHORITY,
                to=to, duty=Duty.REVIEW_HOURS, now=now, new_round=True, submitted_at=now, version=F("version"),
                into=made,
            )  # fmt: skip
    except IntegrityError as error:
        raise refuse("counted_elsewhere", "同一成果已有另一项申报，不能再审。", clause="A29") from error
    leave_step(made, Move.SUBMIT, by=by, now=now, was=DeclarationState.DRAFT, organization=to, reason=reason)
    tell_reviewers(made, now=now)
    return made


def _copy_evidence(old: Declaration, new: Declaration, now: datetime) -> None:
    Evidence.objects.bulk_create(
        Evidence(declaration=new, file_id=each.file_id, label=each.label, position=each.position, added_at=now)
        for each in old.evidence.all()
    )
