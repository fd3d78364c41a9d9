"""What a reviewer of a unit's training has looked at, and what was registered of the same line before (S3-06, A22)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.enums import RequestState
from accounts.models import User
from ceportal.kernel.models import StoredFile
from credits.models import TrainingOpening, UnitTraining, UnitTrainingPaper
from credits.rules.limits import limits_in
from credits.rules.looking import MOST_DWELL, seconds_still_to_look
from credits.selectors.regulation import requirements

PAGE_LABEL, NOTICE_LABEL = "登记内容页", "培训通知"
_EARLIER = 10


@dataclass(frozen=True)
class Paper:
    """A file of a training: `ref` is that of its address, `opened_at` when this reviewer was first served it."""

    label: str
    ref: UUID
    file: StoredFile
    opened_at: datetime | None = None


@dataclass(frozen=True)
class TrainingLook:
    """What a reviewer was served of the current round: the page, and each paper."""

    is_page_opened: bool
    papers: Sequence[Paper]

    @property
    def unseen(self) -> list[str]:
        page = [] if self.is_page_opened else [PAGE_LABEL]
        return page + [paper.label for paper in self.unseen_papers]

    @property
    def unseen_papers(self) -> list[Paper]:
        return [paper for paper in self.papers if paper.opened_at is None]


def papers_of(training: UnitTraining, *, opened: dict[str, datetime] | None = None) -> list[Paper]:
    """The notice, then what was kept; those of a kind numbered where there are several."""
    found, at = [], opened or {}
    if training.document is not None:
        found.append(Paper(NOTICE_LABEL, training.ref, training.document, at.get(training.document.digest)))
    kept = list(training.papers.select_related("file"))
    for label, paper in _labelled(kept):
        found.append(Paper(label, paper.ref, paper.file, at.get(paper.file.digest)))
    return found


def look_at_training(training: UnitTraining, reviewer: User) -> TrainingLook:
    """Of the *current* round: what was opened of an earlier one is not what was handed in now. Two queries."""
    rows = TrainingOpening.objects.filter(training=training, round=training.round, reviewer=reviewer)
    opened = dict(rows.values_list("file_digest", "opened_at"))
    return TrainingLook("" in opened, papers_of(training, opened=opened))


def seconds_left_of_training(training: UnitTraining, look: TrainingLook, *, now: datetime) -> int:
    """For how many seconds more the papers have to be open, by the rules of its place and year."""
    opened = list({paper.file.digest: paper.opened_at for paper in look.papers if paper.opened_at}.values())
    moments = [at for at in opened if at is not None]
    if not seconds_still_to_look(moments, least=MOST_DWELL, now=now):
        return 0
    asked = requirements(training.organization.area, training.roster.ended_on.year, "")
    return seconds_still_to_look(moments, least=limits_in(asked).dwell_seconds if asked else 0, now=now)


def earlier_of_line(training: UnitTraining) -> list[UnitTraining]:
    """What the unit handed in under the same line of its plan besides, whatever became of it; the latest first."""
    rows = UnitTraining.objects.filter(plan_item__line=training.plan_item.line, submitted_at__isnull=False)
    rows = rows.exclude(pk=training.pk).exclude(state=RequestState.WITHDRAWN)
    return list(rows.select_related("roster").order_by("-id")[:_EARLIER])


def _labelled(kept: Sequence[UnitTrainingPaper]) -> Iterable[tuple[str, UnitTrainingPaper]]:
    kinds = [paper.kind for paper in kept]
    for place, paper in enumerate(kept):
        number = kinds[: place + 1].count(paper.kind)
        yield f"{paper}{number}" if kinds.count(paper.kind) > 1 else str(paper), paper
