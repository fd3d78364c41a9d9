"""What the page of a draft tells: what is there, what is missing, how many hours the dates allow."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.models import Declaration, Evidence
from credits.rules.declaring import Limits, ceiling, days_of, reasons_not_to_submit, year_note
from credits.rules.evidence import labels_to_choose, missing_labels
from credits.selectors.declarations import facts_of, first_office_of, limits_of


@dataclass(frozen=True)
class EvidenceRow:
    """One kind of evidence and the files that show it. `number` names its fields in the form."""

    number: int
    label: str
    is_asked: bool
    files: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True)
class Span:
    """What the dates allow an attended training (A17)."""

    days: int
    per_day: Decimal
    most: Decimal
    clause: str


@dataclass(frozen=True)
class EditSheet:
    """`reasons` against handing it in now, `advice` that forbids nothing."""

    office_name: str
    limits: Limits | None
    reasons: list[Refusal]
    advice: list[str]
    rows: list[EvidenceRow]
    span: Span | None
    year_note: str

    @property
    def asks_kind(self) -> bool:
        return self.limits is not None and self.limits.asks_compulsory


def edit_sheet(declaration: Declaration, *, today: date) -> EditSheet:
    """Everything but the form itself. The promise is not asked for before the button."""
    limits = limits_for(declaration, today=today)
    office = first_office_of(declaration.professional)
    files = list(declaration.evidence.select_related("file"))
    return EditSheet(
        office_name=office.name if office else "",
        limits=limits,
        reasons=list(reasons_not_to_submit(facts_of(declaration), today=today, limits=limits)),
        advice=_advice(declaration, files),
        rows=_rows(declaration, files),
        span=_span(declaration, limits),
        year_note=year_note(declaration.started_on, declaration.ended_on),
    )


def limits_for(declaration: Declaration, *, today: date) -> Limits | None:
    """What the year of a declaration asks of it: of the running one as long as it has no end date."""
    year = declaration.ended_on.year if declaration.ended_on else today.year
    return limits_of(declaration.professional, year)


def _rows(declaration: Declaration, files: list[Evidence]) -> list[EvidenceRow]:
    """A row for each kind the activity asks for, for each other kind that is there, and for anything else."""
    asked = _asked(declaration)
    others = [evidence.label for evidence in files if evidence.label not in labels_to_choose(asked)]
    labels = dict.fromkeys([*asked, *others, *labels_to_choose([])])
    return [
        EvidenceRow(number, label, label in asked, [evidence for evidence in files if evidence.label == label])
        for number, label in enumerate(labels, start=1)
    ]


def _advice(declaration: Declaration, files: list[Evidence]) -> list[str]:
    missing = missing_labels(_asked(declaration), [evidence.label for evidence in files])
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


def _span(declaration: Declaration, limits: Limits | None) -> Span | None:
    start, end = declaration.started_on, declaration.ended_on
    if not (limits and start and end and declaration.activity and declaration.activity.is_attended):
        return None
    return Span(days_of(start, end), limits.per_day, ceiling(start, end, limits), limits.per_day_clause)


def _asked(declaration: Declaration) -> list[str]:
    return list(declaration.activity.evidence) if declaration.activity else []
