"""Who may enter platforms by the portal's sign-in, through which keys, and whom a platform means by its names."""

from collections.abc import Iterable
from uuid import UUID

from accounts.enums import UnitState
from accounts.models import ApiClient, EntrySubject, Organization, Professional, User
from accounts.selectors.clients import is_in_force, is_suspended
from accounts.selectors.people import goes_on


def learner_of(user: User) -> Professional | None:
    """The approved person who signed in; who has left learns nowhere any more."""
    people = Professional.objects.filter(user=user.pk, approved_at__isnull=False, left_at__isnull=True)
    return people.select_related("area").first()


def is_open(client: ApiClient | None) -> bool:
    """Whether people may come through this key now."""
    return client is not None and client.is_entry and is_in_force(client) and not is_suspended(client)


def entries_of(organizations: Iterable[int]) -> dict[int, str]:
    """Where the entry of each platform that has one begins; the latest key counts."""
    keys = ApiClient.objects.filter(
        organization__in=list(organizations), organization__state=UnitState.ACTIVE, revoked_at__isnull=True,
        released_at__isnull=False, authorization_grant_type=ApiClient.GRANT_AUTHORIZATION_CODE,
    )  # fmt: skip
    return dict(keys.order_by("pk").values_list("organization", "entry_url"))


def people_by_subject(organization: Organization, subjects: Iterable[str]) -> dict[str, Professional]:
    """Whom a platform means: one query; a name of another platform leads to nobody."""
    asked = {text: ref for text in subjects if (ref := _as_ref(text))}
    rows = EntrySubject.objects.filter(organization=organization, subject__in=asked.values())
    people = {row.subject: goes_on(row.professional) for row in rows.select_related("professional__merged_into")}
    return {text: people[ref] for text, ref in asked.items() if ref in people}


def _as_ref(text: str) -> UUID | None:
    """As it was given out, and in no other spelling."""
    try:
        ref = UUID(text)
    except ValueError:
        return None
    return ref if str(ref) == text else None
