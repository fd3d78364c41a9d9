"""What somebody who inspects a declaration, or answers an appeal about it, has not been served of it (S2-07, A22)."""

from accounts.models import User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from credits.models import Declaration
from reviews.models import Appeal, Inspection, Opening
from reviews.selectors.desk import files_of

PAGE_LABEL, ANSWER_LABEL, APPEAL_LABEL = "本页内容", "补充材料", "申诉材料"


def unseen_of_inspection(inspection: Inspection, inspector: User) -> list[str]:
    """The page, the evidence, and what was handed in when asked."""
    steps = inspection.steps.filter(file__isnull=False).select_related("file")
    return _unseen(inspection.declaration, inspector, [(ANSWER_LABEL, step.file) for step in steps if step.file])


def unseen_of_appeal(asked: Appeal, reader: User) -> list[str]:
    """The page, the evidence of what is appealed, and the paper of the appeal."""
    return _unseen(asked.appealed, reader, [(APPEAL_LABEL, asked.document)])


def _unseen(declaration: Declaration, reader: User, besides: list[tuple[str, StoredFile]]) -> list[str]:
    """By label, each file once; what bears a virus nobody can open, and nobody is asked to."""
    rows = Opening.objects.filter(declaration=declaration, version=declaration.version, reviewer=reader)
    opened = set(rows.values_list("file_digest", flat=True))
    files = [(each.label or each.file.name, each.file) for each in files_of(declaration)]
    missing = {"": PAGE_LABEL}
    for label, file in [*files, *besides]:
        if file.state != FileState.INFECTED:
            missing.setdefault(file.digest, label)
    return [label for digest, label in missing.items() if digest not in opened]
