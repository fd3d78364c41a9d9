"""The signed-in entry to platforms: a key of its own, and the name by which each platform knows somebody (S0-07)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import ApiClient, EntrySubject, Organization, Professional, User
from accounts.rules import clients as rules
from accounts.selectors.clients import facts_of_keys
from accounts.services.clients import make_client
from ceportal.kernel.rules.refusal import refuse_if_any


@transaction.atomic
def begin_entry(
    organization: Organization, *, entry_url: str, back_url: str, by: User, now: datetime
) -> tuple[ApiClient, str]:
    """A platform's key for people who come through the portal's sign-in: in force at once for whom a bureau knows."""
    Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    refuse_if_any(
        [
            *rules.reasons_not_to_lead(entry_url, field="entry_url"),
            *rules.reasons_not_to_lead(back_url, field="back_url"),
            *rules.reasons_not_to_open_entry(facts_of_keys(organization), in_sandbox=settings.SANDBOX),
        ]
    )
    return make_client(
        organization, name="学习入口", scopes=rules.ENTRY_SCOPES, by=by, now=now, released_at=now,
        grant=ApiClient.GRANT_AUTHORIZATION_CODE, algorithm=ApiClient.RS256_ALGORITHM,
        entry_url=entry_url.strip(), redirect_uris=back_url.strip(),
    )  # fmt: skip


def subject_of(person: Professional, organization: Organization, *, now: datetime) -> UUID:
    """By what this platform alone knows the person; the same at every visit, and nothing of it can be worked out."""
    found, _ = EntrySubject.objects.get_or_create(
        professional=person, organization=organization, defaults={"made_at": now}
    )
    return found.subject
