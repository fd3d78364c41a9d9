"""One message a day of what others have reported, in the evening, once."""

from datetime import timedelta

import pytest

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional
from ceportal.kernel.models import Job
from credits.services.crediting import credit_records
from credits.services.digests import tell_of_credits
from tests.credits.factories import NOW
from tests.credits.platforms import record, speaker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
# NOW is ten in the morning.
EVENING = NOW + timedelta(hours=9)


def messages() -> list[str]:
    return list(Notice.objects.filter(event=NoticeEvent.HOURS_CREDITED).order_by("pk").values_list("text", flat=True))


def test_one_message_a_day(declarant: Professional) -> None:
    said = speaker()
    tell_of_credits(now=EVENING - timedelta(days=1))
    credit_records([record(declarant) for _ in range(3)], speaker=said, now=NOW)
    assert (tell_of_credits(now=NOW), messages()) == (0, [])
    for _ in range(2):
        tell_of_credits(now=EVENING)
    (told,) = messages()
    assert "等 3 项" in told
    assert "4.5 学时" in told
    credit_records([record(declarant, title="次日的课")], speaker=said, now=EVENING)
    tell_of_credits(now=EVENING)
    assert len(messages()) == 1
    tell_of_credits(now=EVENING + timedelta(days=1))
    assert messages()[1].startswith("“次日的课”")
    assert Job.objects.filter(finished_at__isnull=True).count() == 0


def test_the_first_digest_is_silent_about_the_past(declarant: Professional) -> None:
    credit_records([record(declarant)], speaker=speaker(), now=NOW)
    tell_of_credits(now=EVENING)
    assert messages() == []
