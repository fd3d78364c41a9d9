"""Claims for people nobody knew, who are registered by now.

While keys change, one of the two indexes is the same for the same number (kernel.fields.index_columns).
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Professional
from accounts.selectors.people import goes_on
from credits.enums import ClaimState
from credits.models import UnmatchedPerson


def ready_to_match() -> QuerySet[UnmatchedPerson]:
    """Those whose person is approved now, with both the number and the name, the oldest first."""
    registered = Professional.objects.filter(name=OuterRef("name"), approved_at__isnull=False)
    now = Exists(registered.filter(id_index=OuterRef("id_index")))
    before = Exists(registered.filter(id_index_before=OuterRef("id_index_before")))
    rows = UnmatchedPerson.objects.filter(now | before, claim__state=ClaimState.UNMATCHED)
    return rows.select_related("claim").order_by("pk")


def person_of(one: UnmatchedPerson) -> Professional | None:
    """Who is meant, if they are registered and approved by now."""
    people = Professional.objects.filter(_same_number(one), name=one.name, approved_at__isnull=False)
    found = people.select_related("area", "title_series", "merged_into__area", "merged_into__title_series").first()
    return goes_on(found) if found else None


def waiting_beside(one: UnmatchedPerson) -> QuerySet[UnmatchedPerson]:
    """Everything one source still keeps for the same person, the one itself included."""
    same = UnmatchedPerson.objects.filter(_same_number(one), name=one.name, claim__source=one.claim.source)
    rows = same.filter(claim__state=ClaimState.UNMATCHED).select_related("claim")
    return rows.prefetch_related("claim__sessions").order_by("claim__external_id")


def _same_number(one: UnmatchedPerson) -> Q:
    return Q(id_index=one.id_index) | Q(id_index_before=one.id_index_before)
