"""A bureau says no while the platform withdraws: who is first is kept, and nothing is answered that was not asked."""

from datetime import date, timedelta

import pytest

from accounts.models import Professional
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn
from credits.enums import CorrectionAction, Door
from credits.models import ClosedMonth, Correction
from credits.selectors.reconciliation import mismatches
from credits.services.batches import post_batch
from credits.services.corrections import decline_correction, replace_record, withdraw_record
from credits.services.weighing import Speaker
from tests import factories as people
from tests.credits import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import posted
from tests.credits.platforms import platform
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS, NO = 12, "证书上写的就是 1 学时"
LATER = NOW + timedelta(minutes=5)


def test_each_no_is_kept_or_refused(declarant: Professional) -> None:
    make.rule_set()
    unit, officer, bureau = platform(), people.user("经办人"), people.bureau("410200")
    names = [f"r-{number}" for number in range(RECORDS)]
    speaker = Speaker(Door.PLATFORM, unit, None)
    post_batch([posted(declarant, name, hours="1.0") for name in names], speaker=speaker, digest="0" * 64, now=NOW)
    ClosedMonth.objects.create(
        area_id="410200", month=date(2026, 11, 1), reference="410200-202611", closed_at=NOW.replace(hour=23)
    )
    for name in names:
        replace_record(posted(declarant, name, hours="1.5"), reason="报少了", speaker=speaker, now=NOW)
    seen = list(Correction.objects.order_by("pk"))

    def decline() -> int:
        kept = 0
        for each in seen:
            try:
                decline_correction(each, reason=NO, unit=bureau, by=officer, now=LATER)
            except MovedOn:
                continue
            kept += 1
        return kept

    def withdraw() -> int:
        return sum(withdraw_record(name, reason="退课", speaker=speaker, now=LATER).is_pending for name in names[::-1])

    declined, withdrawn = at_once([decline, withdraw])
    assert withdrawn == RECORDS
    assert Correction.objects.filter(action=CorrectionAction.REPLACE, declined_because=NO).count() == declined
    assert AuditEvent.objects.filter(action="claim.decline_correction").count() == declined
    assert not Correction.objects.filter(action=CorrectionAction.REPLACE, done_at=None).exists()
    waiting = Correction.objects.filter(action=CorrectionAction.WITHDRAW, done_at=None, declined_because="")
    assert waiting.count() == RECORDS, "no answer to what was asked after it"
    assert list(mismatches()) == []
