"""What the page of a draft tells: what is there, what is missing, how many hours the dates allow."""

from dataclasses import dataclass, field
from datetime import date

from bases.models import TrainingPlanItem
from ceportal.kernel.rules.refusal import Refusal
from credits.models import Declaration, Evidence
from credits.rules.claiming import Worked
from credits.rules.declaring import Limits, days_of, reasons_not_to_submit, year_note
from credits.rules.details import lacking_words
from credits.rules.evidence import labels_to_choose, missing_labels
from credits.rules.window import in_words
from credits.selectors.beside import reasons_to_look_at_the_day
from credits.selectors.conversions import evidence_asked, worked_out
from credits.selectors.declarations import facts_of, first_office_of, limits_of
from credits.selectors.known_classes import reasons_of_a_base_that_is_gone
from credits.selectors.planned import plan_items_for
from credits.selectors.window import opening_for


@dataclass(frozen=True)
class EvidenceRow:
    """One kind of evidence and the files that show it. `number` names its fields in the form."""

    number: int
    label: str
    is_asked: bool
    files: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True)
class EditSheet:
    """`reasons` against handing it in now, `advice` that forbids nothing, `worked` what the hours come to and why.

    `lacking` are the labels of what must still be told to work them out.
    """

    office_name: str
    limits: Limits | None
    reasons: list[Refusal]
    advice: list[str]
    rows: list[EvidenceRow]
    worked: Worked
    lacking: list[str]
    days: int | None
    year_note: str
    window: str

    @property
    def asks_kind(self) -> bool:
        return self.limits is not None and self.limits.asks_compulsory


def edit_sheet(declaration: Declaration, *, today: date) -> EditSheet:
    """Everything but the form itself. The promise is not asked for before the button."""
    limits, year = limits_for(declaration, today=today), year_for(declaration, today=today)
    opening = opening_for(declaration, limits, today=today)
    office = first_office_of(declaration.professional)
    files = list(declaration.evidence.select_related("file"))
    worked = worked_out(declaration, limits)
    facts = facts_of(declaration, worked=worked)
    asked = evidence_asked(declaration, worked)
    reasons = reasons_not_to_submit(facts, today=today, limits=limits, opening=opening)
    return EditSheet(
        office_name=office.name if office else "",
        limits=limits,
        reasons=[*reasons, *reasons_of_a_base_that_is_gone(declaration)],
        window=in_words(year, today=today, limits=limits, opening=opening),
        advice=[*_advice(declaration, files, asked), *_of_the_day(declaration, limits)],
        rows=_rows(files, asked),
        worked=worked,
        lacking=[lacking_words(name, facts.labels) for name in worked.lacking],
        days=_days(declaration),
        year_note=year_note(declaration.started_on, declaration.ended_on),
    )


def limits_for(declaration: Declaration, *, today: date) -> Limits | None:
    """What the year of a declaration asks of it: of the running one as long as it has no end date."""
    return limits_of(declaration.professional, year_for(declaration, today=today), today=today)


def year_for(declaration: Declaration, *, today: date) -> int:
    """The year of the end date; before there is one, that for which it was begun (A7)."""
    return declaration.ended_on.year if declaration.ended_on else declaration.asked_year or today.year


def plan_choices(declaration: Declaration, *, today: date) -> list[TrainingPlanItem]:
    """What can be named as planned, of this year, the last one and the declared one; and what was chosen before."""
    years = {today.year, today.year - 1, year_for(declaration, today=today)}
    found = plan_items_for(declaration.professional, years)
    chosen = declaration.plan_item
    return found if chosen is None or chosen in found else [chosen, *found]


def _rows(files: list[Evidence], asked: list[str]) -> list[EvidenceRow]:
    """A row for each kind that is asked for, for each other kind that is there, and for anything else."""
    others = [evidence.label for evidence in files if evidence.label not in labels_to_choose(asked)]
    labels = dict.fromkeys([*asked, *others, *labels_to_choose([])])
    return [
        EvidenceRow(number, label, label in asked, [evidence for evidence in files if evidence.label == label])
        for number, label in enumerate(labels, start=1)
    ]


def _advice(declaration: Declaration, files: list[Evidence], asked: list[str]) -> list[str]:
    missing = missing_labels(asked, [evidence.label for evidence in files])
    advice = [f"还没有上传{'、'.join(missing)}。材料不全可能被退回补正。"] if missing and files else []
    elsewhere = (
        Evidence.objects.filter(
            file__in=[evidence.file_id for evidence in files],
            declaration__professional=declaration.professional_id,
            declaration__first_submitted_at__isnull=False,
        )
        .exclude(declaration__in=[declaration.pk, declaration.previous_id or declaration.pk])
        .select_related("declaration")
    )
    titles = dict.fromkeys(evidence.declaration.title for evidence in elsewhere)
    return advice + [f"有材料在另一项申报《{title}》中用过。同一份证书只能申报一次。" for title in titles]


def _of_the_day(declaration: Declaration, limits: Limits | None) -> list[str]:
    return [reason.message for reason in reasons_to_look_at_the_day(declaration, limits)] if limits else []


def _days(declaration: Declaration) -> int | None:
    """The days of attendance; none for what is not attended."""
    start, end, activity = declaration.started_on, declaration.ended_on, declaration.activity
    return days_of(start, end) if start and end and activity and activity.is_attended else None
