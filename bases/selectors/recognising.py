"""Applications for recognition: whose they are, who decides, which wait to be announced."""

from itertools import groupby

from django.db.models import Q, QuerySet

from accounts.enums import Duty, RequestState, UnitState
from accounts.models import Area, Organization, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import below, in_charge, place_of, second_reviewer_of, units_for
from accounts.selectors.requests import requests_seen_by, requests_waiting_for
from bases.enums import AbsenceKind, RecognitionKind, RecognitionStage
from bases.models import Absence, Recognition, RecognitionRequest
from bases.rules.recognising import first_stage
from bases.selectors.desks import listing_bureaus, places_kept_by

_TOLD = ("organization__area", "area", "waiting_on", "document", "asked_by", "recommended_by")


def applying_units(user: User) -> QuerySet[Organization]:
    """For which `user` applies: their own, and as an authority those under it."""
    own = units_for(user, Act.APPLY_FOR_RECOGNITION).order_by().values("pk")
    below = Organization.objects.filter(supervisor__in=units_for(user, Act.RECOMMEND_BASES).values("pk"))
    either = own.union(below.order_by().values("pk"))
    found = Organization.objects.filter(pk__in=either, state=UnitState.ACTIVE, is_bureau=False)
    return found.select_related("area", "supervisor__area", "answers_to").order_by("name_key")


def recommending(user: User, unit: Organization) -> Organization | None:
    """The authority in whose name `user` applies for a unit that is not their own."""
    if units_for(user, Act.APPLY_FOR_RECOGNITION).filter(pk=unit.pk).exists():
        return None
    return units_for(user, Act.RECOMMEND_BASES).filter(pk=unit.supervisor_id or 0).first()


def list_area(kind: str, unit: Organization) -> Area:
    """Of whose list it is: the province's, or that of the unit's city."""
    codes = unit.area.codes
    depth = 0 if kind == RecognitionKind.PROVINCIAL_BASE else min(1, len(codes) - 1)
    return Area.objects.get(pk=codes[depth])


def office_for(
    kind: str, unit: Organization, *, recommended_by: Organization | None, by: User
) -> tuple[Organization | None, RecognitionStage]:
    """With whom it waits first: the authority over the unit, if somebody there can act; else the bureau of the list."""
    above = second_reviewer_of(unit)
    authority = above if above and above.is_authority and not above.is_bureau else None
    stage = first_stage(has_authority=authority is not None, is_recommended=recommended_by is not None)
    if stage is RecognitionStage.BUREAU:
        return bureau_for_list(kind, unit, by=by), stage
    to = in_charge(Duty.REVIEW_HOURS, place_of(unit), first=authority, but_not=[by])
    if to == authority:
        return to, stage
    return bureau_for_list(kind, unit, by=by), RecognitionStage.BUREAU


def bureau_for_list(kind: str, unit: Organization, *, by: User) -> Organization | None:
    return in_charge(Duty.REGULATE, list_area(kind, unit), but_not=[by])


def is_listed(unit: Organization, *, kind: str, year: int, site_name: str) -> bool:
    rows = Recognition.objects.filter(organization=unit, kind=kind, year=year, ended_on__isnull=True)
    return rows.filter(site_name=site_name).exists() if kind == RecognitionKind.PLATFORM else rows.exists()


def was_removed(unit: Organization, *, kind: str) -> bool:
    rows = Absence.objects.filter(organization=unit, list_kind=kind, kind=AbsenceKind.EXITED)
    return rows.filter(until_on__isnull=True).exists()


def recognition_requests_seen_by(user: User) -> QuerySet[RecognitionRequest]:
    """One's own and one's unit's, what waits or waited with one, and for who keeps a list all of its place."""
    rows = RecognitionRequest.objects.all()
    duties = duties_for(Act.APPLY_FOR_RECOGNITION, Act.RULE_ON_RECOGNITIONS)
    seen = Q(pk__in=requests_seen_by(user, rows, duties=duties).values("pk"))
    for bureau in listing_bureaus(user):
        seen |= Q(**below(bureau.area))
    return rows.filter(seen).select_related(*_TOLD)


def recognition_requests_waiting_for(user: User) -> QuerySet[RecognitionRequest]:
    return requests_waiting_for(user, RecognitionRequest.objects.all()).select_related(*_TOLD)


def to_announce(user: User) -> QuerySet[RecognitionRequest]:
    """Granted and on no list yet, of the places whose lists `user` keeps."""
    places = places_kept_by(user).values("pk")
    rows = RecognitionRequest.objects.filter(state=RequestState.GRANTED, recognition__isnull=True, area__in=places)
    return rows.select_related("organization", "area").order_by("year", "kind", "area", "id")


def lists_to_announce(user: User) -> list[tuple[tuple[int, str, Area], list[RecognitionRequest]]]:
    """By year, kind and place: each is one list."""
    groups = groupby(to_announce(user), key=lambda row: (row.year, row.kind, row.area))
    return [(key, list(rows)) for key, rows in groups]


def announced_lists() -> list[dict[str, object]]:
    """Every document by which somebody stands on a list, the latest year first, with how many it names."""
    found: dict[tuple[int, str, str, str], set[int]] = {}
    rows = Recognition.objects.order_by("-year", "kind", "area_id")
    for year, kind, area, document, unit in rows.values_list("year", "kind", "area__name", "document", "organization"):
        found.setdefault((year, kind, area, document), set()).add(unit)
    kinds = dict(RecognitionKind.choices)
    return [
        {"year": year, "kind": kinds[kind], "area": area, "document": document, "count": len(units)}
        for (year, kind, area, document), units in found.items()
    ]
