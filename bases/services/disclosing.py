"""What an institution lets everybody know, kept by its own people (S0-16, S1-14, S4-16)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Organization, User
from bases.models import Disclosure
from bases.rules.directory import DISCLOSED, reasons_not_to_disclose
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def disclose(unit: Organization, said: Mapping[str, str], *, by: User, now: datetime) -> Disclosure:
    """All of it, in place of what stood there; what stood there is in the trail."""
    refuse_if_any(reasons_not_to_disclose(said))
    before = Disclosure.objects.select_for_update().filter(organization=unit).values(*DISCLOSED).first()
    content = {name: said[name].strip() for name in DISCLOSED}
    kept, _ = Disclosure.objects.update_or_create(organization=unit, defaults=content | {"changed_at": now})
    record("institution.disclose", unit, by=by, now=now, before=before or {}, after=content)
    return kept
