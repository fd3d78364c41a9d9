"""Of statistics and help: the declarant's year as it is counted, the city's report; a guide; what it announces."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Area, Organization, Professional, User
from ceportal.office.enums import By
from ceportal.office.models import FixedReport
from ceportal.office.selectors.statistics import Asked, scope_of
from ceportal.office.services.counting import count_years
from ceportal.office.services.reports import fix_report, publish_report, report_of
from tests.matrix import desk_things, office_things


def begin(unit: Organization, officer: User, *, now: datetime) -> None:
    """One report that still can be published, and one that is."""
    desk_things.begin(unit, officer, now=now)
    declarant = Professional.objects.filter(name="申报人甲").earliest("pk")
    office_things.begin(declarant, unit, officer, now=now)
    count_years(now=now)
    asked = Asked(now.year, Area.objects.get(pk=unit.area_id))
    content = report_of(scope_of(officer), asked, By.AREA, unit=unit, now=now)
    fix_report(content, asked=asked, unit=unit, by=officer, now=now)
    publish_report(fix_report(content, asked=asked, unit=unit, by=officer, now=now), by=officer, now=now)


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    return {
        "office:counted_person": lambda town: {
            "ref": Professional.objects.get(user=town.people["declarant"]).ref, "year": 2026
        },
        "office:fixed_report": lambda _: {"ref": _report(is_published=False).ref},
        "office:fixed_paper": lambda _: {"ref": _report(is_published=False).ref},
        "office:publish_report": lambda _: {"ref": _report(is_published=False).ref},
        "office:published_report": lambda _: {"ref": _report(is_published=True).ref},
        "office:evaluate": lambda town: {"ref": town.submitted.organization.ref},
        "office:guide": lambda _: {"key": "person"},
    } | desk_things.given() | office_things.given()  # fmt: skip


def _report(*, is_published: bool) -> FixedReport:
    return FixedReport.objects.get(published_at__isnull=not is_published)
