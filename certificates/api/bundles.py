"""Certificates of many people in one ZIP, for systems of title review: asked for, packed in the background, fetched."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Professional
from accounts.rules.privacy import LOOKED_UP
from accounts.selectors.clients import line_of
from accounts.web.machines import MachineView
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.selectors.jobs import is_put_aside
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.problems import Problem, json_answer
from certificates.enums import Standing
from certificates.models import Certificate
from certificates.rules.checking import faults_of_numbered
from certificates.selectors import published_all, standings_of, years_met
from certificates.services.bundles import ask_for_bundle_of, bundles_of_line, place_of
from certificates.services.suspicions import report_differences
from credits.rules.checking import faults_of_person, faults_of_years, who, year_of
from credits.services.crediting import find_people
from credits.web.checks import MATCH, NO_MATCH, CheckView, answers

_SCOPE = "eligibility:read"
_YEARS = frozenset({"years"})


class Bundles(CheckView):
    """People by number and name, and years; or certificates by number and name. Nothing is told of anybody else."""

    scopes: ClassVar = {"POST": _SCOPE}

    def post(self, request: Request) -> HttpResponse:
        asked, digest = self.records(request)
        now = timezone.now()
        this_year = timezone.localdate(now).year
        faults = [_faults(each, this_year) for each in asked]
        sound = [each for each, wrong in zip(asked, faults, strict=True) if not wrong]
        by_person, by_certificate = _of_people(sound, now), _of_certificates(sound, now)

        def told(each: Any) -> dict[str, Any]:
            return by_certificate.told(each) if _is_numbered(each) else by_person.told(each)

        items = answers(asked, faults, told)
        numbers = {number for item in items for number in item.get("certificate_numbers", ())}
        with transaction.atomic():
            job = self._asked_for(numbers, now)
            client = {"client": self.client.client_id}
            more = {"asked": len(asked), "files": len(numbers), "digest": digest}
            record("eligibility.bundle", self.organization, by=self.caller, now=now, after=client | more)
            for person in Professional.objects.filter(pk__in=by_person.seen | by_certificate.seen):
                record(LOOKED_UP, person, by=self.caller, now=now, after=client)
        answer = {
            "received": len(items),
            "files": len(numbers),
            "bundle": str(job.ref) if job else None,
            "items": items,
        }
        return json_answer(answer, status=202 if job else 200)

    def _asked_for(self, numbers: set[str], now: Any) -> Job | None:
        if not numbers:
            return None
        wanted = Certificate.objects.filter(number__in=numbers)
        return ask_for_bundle_of(wanted, line=line_of(self.client), by=self.caller, now=now)


@dataclass(frozen=True)
class _Found:
    """What is told of a question, and the keys of the people found by all of them."""

    told: Callable[[Any], dict[str, Any]]
    seen: set[int]


def _is_numbered(asked: Any) -> bool:
    return isinstance(asked, dict) and "certificate_number" in asked


def _faults(asked: Any, this_year: int) -> list[Refusal]:
    if _is_numbered(asked):
        return list(faults_of_numbered(asked))
    return [*faults_of_person(asked, more=_YEARS), *faults_of_years(asked, this_year=this_year)]


def _of_people(sound: list[Any], now: datetime) -> _Found:
    asked = [each for each in sound if not _is_numbered(each)]
    people = find_people(map(who, asked))
    met = years_met(people.values(), {year for each in asked for year in _years(each)}, now=now)

    def told(each: Any) -> dict[str, Any]:
        person = people.get(who(each))
        if person is None:
            return {"outcome": NO_MATCH}
        numbers = [met[person.pk, year].certificate for year in _years(each)]
        return {"outcome": MATCH, "certificate_numbers": [number for number in numbers if number]}

    return _Found(told, {person.pk for person in people.values()})


def _of_certificates(sound: list[Any], now: datetime) -> _Found:
    """Found under both, as on the public page; one that is no longer valid is told and not packed."""
    asked = {(each["certificate_number"], each["name"]) for each in sound if _is_numbered(each)}
    pairs = sorted(asked)
    found = {pair: one for pair, one in zip(pairs, published_all(pairs), strict=True) if one is not None}
    standings = standings_of(found.values())
    report_differences([one for one in found.values() if standings[one.pk] == Standing.DISPUTED], now=now)

    def told(each: Any) -> dict[str, Any]:
        one = found.get((each["certificate_number"], each["name"]))
        if one is None:
            return {"outcome": NO_MATCH}
        standing = standings[one.pk]
        numbers = [one.number] if standing == Standing.VALID else []
        return {"outcome": MATCH, "certificate_numbers": numbers, "status": standing.value}

    return _Found(told, {one.professional_id for one in found.values()})


class OneBundle(MachineView):
    scopes: ClassVar = {"GET": _SCOPE}

    def get(self, request: Request, ref: str) -> HttpResponse:
        """How far it is."""
        job = _found(self, ref)
        state = JobState.FAILED if is_put_aside(job, now=timezone.now()) else JobState(job.state)
        return json_answer({"bundle": str(job.ref), "state": state.value, "done": job.done, "files": job.total})


class BundleFile(MachineView):
    scopes: ClassVar = {"GET": _SCOPE}

    def get(self, request: Request, ref: str) -> FileResponse:
        """The ZIP, for a day."""
        job = _found(self, ref)
        try:
            file = place_of(job).open("rb")
        except FileNotFoundError:
            if job.state in {JobState.DONE, JobState.CANCELLED}:
                raise Problem(410, "bundle_gone", "压缩包只保留一天，已经清除，请重新申请。") from None
            if is_put_aside(job, now=timezone.now()):
                raise Problem(
                    409, "bundle_failed", "压缩包多次没有做成，已转运维人员处理；请稍后再查，或重新申请。"
                ) from None
            raise Problem(409, "not_ready", "压缩包还没有准备好，请稍后再取。") from None
        record("certificate.bundle_fetched", job, by=self.caller, now=timezone.now(), after={"files": job.total})
        return FileResponse(file, content_type="application/zip", as_attachment=True, filename="certificates.zip")


def _found(view: MachineView, ref: str) -> Job:
    try:
        return bundles_of_line(line_of(view.client)).get(ref=UUID(ref))
    except (ValueError, Job.DoesNotExist):
        raise Http404 from None


def _years(asked: Any) -> list[int]:
    return [year for year in map(year_of, asked["years"]) if year is not None]
