"""Whether a number and a name belong to somebody registered: yes or no, nothing else (design: api)."""

from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from ceportal.kernel.services.trail import record
from ceportal.kernel.web.problems import json_answer
from credits.rules.checking import faults_of_person, who
from credits.services.crediting import find_people
from credits.web.checks import MATCH, NO_MATCH, CheckView, answers


class IdentityChecks(CheckView):
    scopes: ClassVar = {"POST": "identity:check"}

    def post(self, request: Request) -> HttpResponse:
        asked, digest = self.records(request)
        faults = [list(faults_of_person(each)) for each in asked]
        found = find_people(who(each) for each, wrong in zip(asked, faults, strict=True) if not wrong)

        def told(each: Any) -> dict[str, Any]:
            return {"outcome": MATCH if who(each) in found else NO_MATCH}

        items = answers(asked, faults, told)
        matched = sum(item["outcome"] == MATCH for item in items)
        with transaction.atomic():
            after = {"client": self.client.client_id, "asked": len(asked), "matched": matched, "digest": digest}
            record("identity.check", self.organization, by=self.caller, now=timezone.now(), after=after)
        return json_answer({"received": len(asked), "items": items})
