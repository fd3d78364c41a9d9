"""The register a unit keeps of its people's learning: kind, content, time, result of the assessment (S3-07, S4-15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Professional, User
from ceportal.office.rules.staff import Asked
from ceportal.office.selectors.staff import staff_of
from credits.enums import ClaimState, Door
from credits.models import Claim

_BY_DOOR = {
    Door.PLATFORM: "平台记录完成",
    Door.ROSTER: "合格（基地名单）",
    Door.UNIT: "合格（单位名单）",
    Door.OUTSIDE: "外省认定",
    Door.IMPORTED: "原系统认定",
}


@dataclass(frozen=True)
class Learned:
    """One line of the register."""

    person: Professional
    kind: str
    subject: str
    title: str
    started_on: date
    ended_on: date
    hours: Decimal
    result: str


def registered(user: User, asked: Asked) -> QuerySet[Claim]:
    """What counts in the year of the people asked for."""
    return Claim.objects.filter(
        year=asked.year, state=ClaimState.LIVE, professional__in=staff_of(user, asked).order_by().values("pk")
    )


def learned_by(people: Iterable[Professional], year: int) -> list[Learned]:
    """Everything that counts of these people's year, person by person in their order, by day: one query."""
    everybody = {person.pk: person for person in people}
    claims = Claim.objects.filter(professional__in=everybody, year=year, state=ClaimState.LIVE)
    found = claims.select_related("declaration__activity").order_by("started_on", "ended_on", "pk")
    by_person: dict[int, list[Learned]] = {pk: [] for pk in everybody}
    for claim in found:
        if claim.professional_id is not None:
            by_person[claim.professional_id].append(_line(everybody[claim.professional_id], claim))
    return [line for lines in by_person.values() for line in lines]


def _line(person: Professional, claim: Claim) -> Learned:
    return Learned(
        person=person,
        kind=_kind(claim),
        subject=claim.get_subject_display(),
        title=claim.title,
        started_on=claim.started_on,
        ended_on=claim.ended_on,
        hours=claim.hours,
        result=_result(claim),
    )


def _kind(claim: Claim) -> str:
    declared = claim.declaration
    if declared is not None and declared.activity is not None:
        return declared.activity.name
    return claim.get_door_display()


def _result(claim: Claim) -> str:
    if claim.declaration is None:
        return _BY_DOOR.get(Door(claim.door), "已认定")
    return "考核合格" if claim.declaration.was_passed else "审核认定"
