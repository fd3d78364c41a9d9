"""What of a year's requirements bears on declaring and reporting."""

from datetime import date

from credits.rules.declaring import Limits
from credits.rules.requirements import Requirements


def limits_in(requirements: Requirements) -> Limits:
    """What of a year's requirements bears on declaring; our default where the regulation is silent."""
    figures, settings, plain = requirements.figures, requirements.settings, Limits()
    person_day = figures.get("ceiling_person_day")
    per_day, compulsory = figures.get("ceiling_per_day"), requirements.public_compulsory
    deadline, back_years = settings.get("deadline"), settings.get("back_years")
    closed_from, grace = settings.get("back_years_closed_from"), figures.get("correction_grace_days")
    act, clock = settings.get("ceiling_per_day_act"), settings.get("authority_clock_start")
    employer_days, authority_days = figures.get("review_days_employer"), figures.get("review_days_authority")
    return Limits(
        per_day=per_day.value if per_day else plain.per_day,
        per_day_clause=per_day.clause if per_day else plain.per_day_clause,
        per_day_refuses=act is None or act.value == "refuse",
        person_day=person_day.value if person_day else plain.person_day,
        deadline=date.fromisoformat(deadline.value) if deadline else None,
        deadline_clause=deadline.clause if deadline else plain.deadline_clause,
        asks_compulsory=compulsory is not None,
        asks_elective=requirements.elective is not None,
        compulsory_clause=compulsory.clause if compulsory else "",
        back_year_clause=back_years.clause if back_years else plain.back_year_clause,
        has_exception=back_years is None or back_years.value == "exception",
        closed_from=date.fromisoformat(closed_from.value) if closed_from else None,
        grace_days=int(grace.value) if grace else plain.grace_days,
        employer_days=int(employer_days.value) if employer_days else plain.employer_days,
        authority_days=int(authority_days.value) if authority_days else plain.authority_days,
        authority_days_clause=authority_days.clause if authority_days else plain.authority_days_clause,
        authority_starts_at_declaration=clock is not None and clock.value == "declaration",
        year=requirements.year,
        trade=requirements.trade,
    )
