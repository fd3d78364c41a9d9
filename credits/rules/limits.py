"""What of a year's requirements bears on declaring and reporting."""

from datetime import date

from credits.rules.declaring import Limits
from credits.rules.doubts import Thresholds
from credits.rules.requirements import Requirements

_COUNTS = {
    "minutes": "minutes",
    "overlap": "overlap_minutes",
    "sat_percent": "sat_percent",
    "gone_days": "gone_days",
    "client_hour": "burst_client_hour",
    "address_hour": "burst_address_hour",
    "course_day": "burst_course_day",
}


def thresholds_in(requirements: Requirements) -> Thresholds:
    """From what on hours that are reported wait for a look."""
    figures, filing = requirements.figures, requirements.settings.get("unfiled_course")
    said = {name: int(figures[at].value) for name, at in _COUNTS.items() if at in figures}
    return Thresholds(**said, asks_filing=filing is not None and filing.value == "hold")


def limits_in(requirements: Requirements) -> Limits:
    """What of a year's requirements bears on declaring; our default where the regulation is silent."""
    figures, settings, plain = requirements.figures, requirements.settings, Limits()
    person_day = figures.get("ceiling_person_day")
    per_day, compulsory = figures.get("ceiling_per_day"), requirements.public_compulsory
    deadline, back_years = settings.get("deadline"), settings.get("back_years")
    closed_from, grace = settings.get("back_years_closed_from"), figures.get("correction_grace_days")
    act, clock = settings.get("ceiling_per_day_act"), settings.get("authority_clock_start")
    dwell = figures.get("dwell_seconds")
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
        doubts=thresholds_in(requirements),
        dwell_seconds=int(dwell.value) if dwell else plain.dwell_seconds,
        year=requirements.year,
        trade=requirements.trade,
    )
