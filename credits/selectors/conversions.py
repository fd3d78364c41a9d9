"""What a declaration's activity converts to, what its declarant's unit asks beside, and what it all comes to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import Organization
from accounts.selectors.people import employer_of
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE
from credits.models import Activity, Conversion, Declaration, UnitStandard
from credits.models.declarations import COUNTS_OR_MAY
from credits.rules import conversion as rules
from credits.rules.artefacts import Keys, artefact_keys
from credits.rules.claiming import Worked, work_out
from credits.rules.conversion import Learnt, Standard, conversion_for
from credits.rules.declaring import EDITABLE, Limits, days_of
from credits.rules.details import in_words
from credits.selectors.planned import plan_facts


def as_conversion(row: Conversion) -> rules.Conversion:
    """A row as the rules see it."""
    return rules.Conversion(
        code=row.code,
        name=row.name,
        activity=row.activity_id,
        area_code=row.area_code,
        trade=row.trade,
        year_from=row.year_from,
        year_to=row.year_to,
        level=row.level,
        role=row.role,
        length=row.length,
        basis=row.basis,
        unit=row.unit,
        amount=row.amount,
        by_rank=tuple(Decimal(amount) for amount in row.by_rank.split()),
        beyond=row.beyond,
        addition=row.addition,
        yearly_cap=row.yearly_cap,
        author_limit=row.author_limit,
        exclusions=tuple(row.exclusions),
        subject=row.subject,
        evidence=tuple(row.evidence),
        is_once=row.is_once,
        note=row.note,
        source=row.source,
        clause=row.clause,
        status=row.status,
    )


def as_standard(row: UnitStandard) -> Standard:
    return Standard(
        unit_name=row.organization.name,
        valid_from=row.valid_from,
        amount=row.amount,
        yearly_cap=row.yearly_cap,
        evidence=tuple(row.evidence),
        wording=row.wording,
    )


def conversions_at(places: tuple[str, ...], year: int, activity: Activity | None = None) -> list[rules.Conversion]:
    """Every conversion that holds in a place and year, for all trades; of one activity or of all."""
    rows = Conversion.objects.filter(area_code__in=(EVERYWHERE, COUNTRY, *places), year_from__lte=year)
    rows = rows.filter(Q(year_to__isnull=True) | Q(year_to__gte=year))
    return [as_conversion(row) for row in (rows.filter(activity=activity) if activity else rows)]


def standard_at(unit: Organization | None, activity: Activity | None, day: date) -> UnitStandard | None:
    """What a unit's own people go by for what began on `day`; None where the unit asks nothing of its own."""
    if unit is None or activity is None:
        return None
    rows = UnitStandard.objects.filter(organization=unit, activity=activity, valid_from__lte=day)
    row = rows.select_related("organization").order_by("-valid_from", "-number").first()
    return None if row is None or row.is_lifted else row


def standards_of(unit: Organization, day: date) -> dict[str, UnitStandard]:
    """The standards of a unit in force on `day`, by the activity's code."""
    rows = UnitStandard.objects.filter(organization=unit, valid_from__lte=day).order_by("valid_from", "number")
    newest = {row.activity_id: row for row in rows}
    return {code: row for code, row in newest.items() if not row.is_lifted}


def conversion_of(declaration: Declaration, limits: Limits | None) -> tuple[rules.Conversion | None, tuple[str, ...]]:
    """The conversion its hours go by, and what must still be told to know it.

    Once handed in it keeps the one it was handed in under.
    """
    if _is_handed_in(declaration):
        return (as_conversion(declaration.conversion) if declaration.conversion else None), ()
    activity, year = declaration.activity, declaration.year
    if activity is None or limits is None:
        return None, ()
    places = (EVERYWHERE, COUNTRY, *declaration.professional.area.codes)
    year = year or limits.year
    rows = conversions_at(tuple(places), year, activity)
    return conversion_for(rows, places=places, year=year, trade=limits.trade, details=declaration.details)


def hours_used(declaration: Declaration) -> Decimal:
    """What the person's other declarations of this activity count, or may yet count, in its year."""
    others = Declaration.objects.filter(
        COUNTS_OR_MAY,
        professional=declaration.professional_id,
        activity=declaration.activity_id,
        year=declaration.year,
    ).exclude(pk=declaration.pk)
    total = others.aggregate(total=Sum(Coalesce("hours_recognised", "hours_claimed")))["total"]
    return total or Decimal(0)


def worked_out(declaration: Declaration, limits: Limits | None) -> Worked:
    """What a declaration comes to, and the most that may be claimed."""
    conversion, lacking = conversion_of(declaration, limits)
    standard = standard_for(declaration)
    learnt = _learnt(declaration, limits)
    if any(each and each.yearly_cap is not None for each in (conversion, standard)):
        learnt = replace(learnt, used=hours_used(declaration))
    return work_out(conversion, learnt, standard=standard, lacking=lacking)


def is_open(declaration: Declaration) -> bool:
    """Whether its hours are the reviewer's to set and nobody has set them yet."""
    conversion = declaration.conversion
    return conversion is not None and as_conversion(conversion).is_judged and declaration.hours_recognised is None


def standard_for(declaration: Declaration) -> Standard | None:
    """The standard of the declarant's unit for this declaration: of when it began."""
    row = standard_row_for(declaration)
    return as_standard(row) if row else None


def standard_row_for(declaration: Declaration) -> UnitStandard | None:
    """Its row; what is not yet dated goes by what is in force when it is handed in."""
    began_on = declaration.started_on or declaration.ended_on
    if _is_handed_in(declaration) or began_on is None:
        return declaration.standard
    return standard_at(employer_of(declaration.professional), declaration.activity, began_on)


def evidence_asked(declaration: Declaration, worked: Worked) -> list[str]:
    """The kinds of evidence its activity asks for, its conversion, and the declarant's unit beside them."""
    by_activity = declaration.activity.evidence if declaration.activity else []
    by_rows = [label for row in (worked.conversion, worked.standard) if row for label in row.evidence]
    return list(dict.fromkeys([*by_activity, *by_rows]))


def details_of(declaration: Declaration) -> list[tuple[str, str]]:
    """What its activity asked, label and answer; under which plan it was run."""
    activity = declaration.activity
    asked = in_words(activity.asks, declaration.details, activity.labels) if activity else []
    return [*asked, *plan_facts(declaration)]


def keys_of(declaration: Declaration, conversion: rules.Conversion | None = None) -> Keys:
    """By what the artefact of a declaration is known (A29); nothing where its conversion may be used again."""
    activity = declaration.activity
    if conversion is not None and not conversion.is_once:
        return Keys()
    return artefact_keys(
        activity.artefact if activity else "",
        title=declaration.title,
        organiser=declaration.organiser,
        year=declaration.year,
        certificate_no=declaration.certificate_no,
        details=declaration.details,
    )


def artefact_twins(declaration: Declaration, keys: Keys) -> list[Declaration]:
    """The person's own declarations of the same artefact that count or may yet count, in whatever year."""
    same = _same_artefact(keys)
    if same is None:
        return []
    rows = Declaration.objects.filter(same, COUNTS_OR_MAY, professional=declaration.professional_id)
    return list(rows.exclude(pk=declaration.pk).order_by("pk")[:3])


def same_artefact_of_others(declaration: Declaration) -> list[Declaration]:
    """What other people declared of the same artefact: co-authors, each at a rank of their own."""
    same = _same_artefact(Keys(declaration.artefact_key, declaration.work_key))
    if same is None:
        return []
    rows = Declaration.objects.filter(same, COUNTS_OR_MAY).exclude(professional=declaration.professional_id)
    return list(rows.order_by("pk")[:20])


def _is_handed_in(declaration: Declaration) -> bool:
    return declaration.state not in EDITABLE and declaration.submitted_at is not None


def _same_artefact(keys: Keys) -> Q | None:
    same = [Q(**{column: key}) for column, key in (("artefact_key", keys.number), ("work_key", keys.work)) if key]
    return same[0] | same[-1] if same else None


def _learnt(declaration: Declaration, limits: Limits | None) -> Learnt:
    activity = declaration.activity
    start, end = declaration.started_on, declaration.ended_on
    return Learnt(
        activity_name=activity.name if activity else "",
        details=declaration.details,
        days=days_of(start, end) if start and end else None,
        is_attended=activity.is_attended if activity else False,
        per_day=limits.per_day if limits else None,
        per_day_clause=limits.per_day_clause if limits else "",
        per_day_refuses=limits is not None and limits.per_day_refuses,
        subject=declaration.subject,
        year=declaration.year,
    )
