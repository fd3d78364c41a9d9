"""Who has left long ago is no longer kept by name (个人信息保护法 19, 47); what is a record stays, and says so.

What the notice calls records (`accounts.rules.privacy.terms`) is left as it is: hours, decisions, filings,
certificates, the trail, which goes on without the name. Everything by which somebody is told, reached or let in goes,
in one transaction a person.
"""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F

from accounts.enums import CorrectionKind
from accounts.fields import id_columns
from accounts.models import (
    Correction,
    KnownDevice,
    MailAddress,
    Notice,
    OneTimeCode,
    OutsideIdentity,
    PasswordRecord,
    Professional,
    RecoveryCode,
    SecondFactor,
    SignedIn,
    TextMessage,
    User,
)
from accounts.rules.privacy import ERASED
from accounts.selectors.erasing import people_over_term
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import forget_name, record

JOB = "office.erase_people"
A_ROUND = 50
_REACHED_BY = (
    MailAddress, KnownDevice, SignedIn, RecoveryCode, SecondFactor, OutsideIdentity, OneTimeCode, PasswordRecord,
)  # fmt: skip


def erase_people(*, now: datetime) -> int:
    """Those whose term is over, and for whom two officers agreed, some a round; gives how many."""
    agreed = people_over_term(now=now).filter(erasure__confirmed_at__isnull=False)
    return one_by_one(JOB, agreed, partial(_erase, now=now), now=now, limit=A_ROUND)


def _erase(person: Professional, *, now: datetime) -> bool:
    user = person.user
    nobody = id_columns(f"ERASED{user.ref.int}", ref=person.ref) | {"name": ERASED, "id_mask": ERASED}
    Professional.objects.filter(pk=person.pk).update(**nobody)
    User.objects.filter(pk=user.pk).update(
        name=ERASED, phone_sealed=None, phone_mask="", phone_index=None, phone_index_before=None, is_active=False,
        password=make_password(None), session_epoch=F("session_epoch") + 1, erased_at=now,
    )  # fmt: skip
    for model in _REACHED_BY:
        model._default_manager.filter(user=user).delete()
    for told in (TextMessage, Notice):
        told._default_manager.filter(to=user).delete()
    asked = Correction.objects.filter(professional=person)
    asked.filter(what=CorrectionKind.NAME).update(name=ERASED)
    asked.exclude(what=CorrectionKind.NAME).update(number_sealed=None, number_mask="", number_index=ERASED)
    forget_name(user.pk)
    record("person.erase", person, by=None, now=now, after={"years": settings.RETENTION_YEARS})
    return True
