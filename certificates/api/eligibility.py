"""Who has met which years: for title review, appointment and registration (S3-09, S2-10; design: api)."""

from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Professional
from accounts.rules.privacy import LOOKED_UP
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.problems import json_answer
from certificates.selectors import YearMet, years_met
from credits.rules.checking import faults_of_person, faults_of_years, who, year_of
from credits.services.crediting import find_people
from credits.web.checks import MATCH, NO_MATCH, CheckView, answers

_YEARS = frozenset({"years"})


class EligibilityChecks(CheckView):
    """Number and name must both be somebody's; of anybody else nothing is told, whatever was wrong."""

    scopes: ClassVar = {"POST": "eligibility:read"}

    def post(self, request: Request) -> HttpResponse:
        asked, digest = self.records(request)
        now = timezone.now()
        this_year = timezone.localdate(now).year
        faults = [[*faults_of_person(each, more=_YEARS), *faults_of_years(each, this_year=this_year)] for each in asked]
        sound = [each for each, wrong in zip(asked, faults, strict=True) if not wrong]
        people = find_people(map(who, sound))
        met = years_met(people.values(), {year for each in sound for year in _years(each)}, now=now)

        def told(each: Any) -> dict[str, Any]:
            person = people.get(who(each))
            if person is None:
                return {"outcome": NO_MATCH}
            return {"outcome": MATCH, "years": [_told(met[person.pk, year]) for year in _years(each)]}

        items = answers(asked, faults, told)
        with transaction.atomic():
            client = {"client": self.client.client_id}
            found = {"asked": len(asked), "matched": sum(item["outcome"] == MATCH for item in items), "digest": digest}
            record("eligibility.check", self.organization, by=self.caller, now=now, after=client | found)
            seen = Professional.objects.filter(pk__in=[person.pk for person in people.values()])
            for person in seen:
                record(LOOKED_UP, person, by=self.caller, now=now, after=client)
        return json_answer({"received": len(asked), "items": items})


def _years(asked: Any) -> list[int]:
    return [year for year in map(year_of, asked["years"]) if year is not None]


def _told(met: YearMet) -> dict[str, Any]:
    standing = met.standing
    return {
        "year": met.year,
        "is_met": met.is_met,
        "obligation": met.obligation or None,
        "hours": {
            "total": f"{standing.total:.1f}",
            "public": f"{standing.public:.1f}",
            "professional": f"{standing.professional:.1f}",
            "elective": f"{standing.elective:.1f}",
        },
        "certificate_number": met.certificate or None,
    }
