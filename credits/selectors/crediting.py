"""What has to be known to settle many claims at once: each question one statement, however many claims there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.fields import id_indexes
from credits.enums import ClaimState
from credits.models import Claim, ClaimSession
from credits.rules.plausibility import Known, Standing
from credits.rules.records import Record, digest_of


def known_claims(source: str, external_ids: Collection[str]) -> dict[str, list[Claim]]:
    """Every revision of these things of one source, the first one first."""
    found: dict[str, list[Claim]] = defaultdict(list)
    rows = Claim.objects.filter(source=source, external_id__in=external_ids).order_by("external_id", "revision")
    for claim in rows.select_related("professional", "unmatched").prefetch_related("entries"):
        found[claim.external_id].append(claim)
    return found


def is_same(claim: Claim, record: Record) -> bool:
    """Whether `record` says what the claim was made of, of the same person. Of a claim whose person was forgotten the
    content alone is compared.
    """
    if claim.content_digest != digest_of(record):
        return False
    named: Any = claim.professional or getattr(claim, "unmatched", None)
    return named is None or named.id_index in id_indexes(record.id_number)


def what_counts(claims: Iterable[Claim], sittings: Iterable[tuple[datetime, datetime]]) -> dict[int, Known]:
    """What counts already of the people of `claims`, as far as it can bear on those claims, by person."""
    asked = list(claims)
    people = {claim.professional_id for claim in asked}
    known: dict[int, Known] = defaultdict(Known)
    for person, training in _trainings(asked, people):
        known[person].trainings.append(training)
    stretches = list(sittings)
    if stretches:
        _add_sittings(known, people, min(start for start, _ in stretches), max(end for _, end in stretches))
    return known


def _trainings(asked: list[Claim], people: set[int | None]) -> Iterable[tuple[int, Standing]]:
    """Those of the same years (the same training counts once a year) and those on the same days."""
    if not asked:
        return
    first, last = min(claim.started_on for claim in asked), max(claim.ended_on for claim in asked)
    of_years = Q(year__in={claim.year for claim in asked})
    on_days = Q(year__gte=first.year, ended_on__gte=first, started_on__lte=last)
    rows = Claim.objects.filter(of_years | on_days, professional__in=people, state=ClaimState.LIVE)
    columns = ("professional", "pk", "source", "door", "title", "started_on", "ended_on", "hours")
    for person, number, source, door, title, start, end, hours, *keys in rows.values_list(
        *columns, "activity_key", "course_key"
    ):
        yield person, Standing(number, source, door, title, (start, end), hours, *keys)


def _add_sittings(known: dict[int, Known], people: set[int | None], first: datetime, last: datetime) -> None:
    rows = ClaimSession.objects.filter(
        professional__in=people, ended_at__gt=first, started_at__lt=last, claim__state=ClaimState.LIVE
    )
    stretches: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for person, start, end in rows.values_list("professional", "started_at", "ended_at"):
        stretches[person].append((start, end))
    for person, sittings in stretches.items():
        known[person].sit(sittings)
