"""Why a year stands as it does: to its person by their session, to title-review systems by number and name (S3-09)."""

import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.fields import id_indexes
from accounts.models import Professional
from accounts.rules.privacy import LOOKED_UP
from accounts.selectors.people import approved_people, goes_on
from accounts.web.machines import JsonAlone, MachineView
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.problems import Problem, json_answer
from credits.rules.checking import faults_of_person, who, year_of
from credits.rules.telling import told_why
from credits.selectors.explaining import explanation_of


class OwnExplanation(APIView):
    """The signed-in person's own year, as the page tells it."""

    authentication_classes = (SessionAuthentication,)
    content_negotiation_class = JsonAlone

    def get(self, request: Request, year: str) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            raise Problem(401, "unauthorized", "请先登录。", headers={"WWW-Authenticate": 'Session realm="portal"'})
        people = Professional.objects.select_related("area", "title_series")
        person = people.filter(user=user.pk).first()
        if person is None or person.approved_at is None:
            raise Problem(403, "no_professional", "只有注册已核准的专业技术人员可以查看本人的学时。")
        now, asked = timezone.now(), year_in(year)
        if asked is None or asked > timezone.localdate(now).year:
            raise Http404
        return json_answer(
            told_why(explanation_of(person, asked, now=now), is_own=True), headers={"Cache-Control": "no-store"}
        )


class Explanations(MachineView):
    """`{"id_number": …, "name": …, "year": …}`: 404 unless both match somebody registered, whatever was wrong."""

    scopes: ClassVar = {"POST": "eligibility:read"}

    def post(self, request: Request) -> HttpResponse:
        self.refuse_rehearsal()
        asked, raw = self.body(request)
        year = _year(asked.get("year")) if isinstance(asked, dict) else None
        faults = list(_faults(asked))
        if faults or year is None:
            raise Problem(400, faults[0].code, faults[0].message, errors=faults)
        self.spend("checks", settings.API_CHECK_RATE)
        number, name = who(asked)
        person = next((each for each in approved_people(id_indexes(number)) if each.name == name), None)
        client, digest = {"client": self.client.client_id}, hashlib.sha256(raw).hexdigest()
        tried = client | {"asked": 1, "matched": int(person is not None), "digest": digest}
        record("eligibility.check", self.organization, by=self.caller, now=timezone.now(), after=tried)
        if person is None:
            raise Problem(404, "no_match", "没有证件号码和姓名都相符的人员。")
        with transaction.atomic():
            after = client | {"years": [year]}
            record(LOOKED_UP, goes_on(person), by=self.caller, now=timezone.now(), after=after)
        return json_answer(told_why(explanation_of(goes_on(person), year, now=timezone.now()), is_own=False))


def _faults(asked: Any) -> Iterator[Refusal]:
    yield from faults_of_person(asked, more=frozenset({"year"}))
    if isinstance(asked, dict) and _year(asked.get("year")) is None:
        yield Refusal("year", f"year 应为四位数字的年度，不晚于 {timezone.localdate().year}。", field="/year")


def _year(value: Any) -> int | None:
    """No year to come."""
    year = year_of(value)
    return year if year is not None and year <= timezone.localdate().year else None
