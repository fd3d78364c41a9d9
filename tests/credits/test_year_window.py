"""The year of what was learnt and the moment its window shuts, at every door, whatever zone the server stands in."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Professional, User
from ceportal.kernel.rules.refusal import Refused
from credits.enums import ClaimState, DeclarationState
from credits.models import Claim, Declaration
from credits.rules.ruleset import reasons_not_to_load
from credits.selectors.regulation import rule_book
from credits.selectors.window import years_to_declare
from credits.services.corrections import replace_record
from credits.services.crediting import credit_records
from credits.services.declaring import submit_declaration
from credits.services.ruling import send_back
from tests.credits import drafts, platforms
from tests.credits import factories as make
from tests.credits.factories import NOW, SHANGHAI

pytestmark = pytest.mark.django_db
LAST_SECOND = datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=SHANGHAI)
DECEMBER = {"started_on": date(2026, 12, 30), "ended_on": date(2026, 12, 31), "hours_claimed": Decimal(16)}
ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Shanghai")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The server's clock stands in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    make.rule_set("henan", year_to=2026)
    make.rule_set("later", year_from=2027)


def at(moment: datetime) -> time_machine.travel:
    """A bare number: time-machine would take the server to the zone of a moment that knows its own."""
    return time_machine.travel(moment.timestamp(), tick=False)


def refused(declaration: Declaration, now: datetime) -> list[str]:
    with pytest.raises(Refused) as caught:
        submit_declaration(declaration, by=declaration.declarant, now=now)
    return [reason.code for reason in caught.value]


@pytest.mark.clause("S0-12", "A9")
def test_the_window_shuts_at_midnight_in_shanghai(client: Client, declarant: Professional, zone: str) -> None:
    with at(LAST_SECOND):
        client.force_login(declarant.user)
        made = drafts.draft(declarant, now=LAST_SECOND, **DECEMBER)
        late = drafts.draft(declarant, now=LAST_SECOND, title="迟到的培训", **DECEMBER)
        typed = {"started_on": "2026-12-30", "ended_on": "2026-12-31", "hours_claimed": "16", "promise": "on"}
        assert drafts.post(client, "submit", made, **typed).status_code == 302
    with at(NEW_YEAR):
        assert os.environ["TZ"] == zone, "the clock took its zone along"
        client.force_login(declarant.user)
        answer = drafts.post(client, "submit", late, title="迟到的培训", **typed)
        assert answer.status_code == 409
        assert "2026 年度的申报已于 2026年12月31日截止" in drafts.text_of(answer)
    assert list(Declaration.objects.order_by("id").values_list("year", "state")) == [
        (2026, DeclarationState.AT_EMPLOYER), (2026, DeclarationState.DRAFT),
    ]  # fmt: skip


@pytest.mark.clause("A7", "A9")
def test_what_ends_today_in_shanghai_can_be_declared_though_london_is_a_day_behind(
    declarant: Professional, zone: str
) -> None:
    early = datetime(2027, 1, 1, 0, 30, tzinfo=SHANGHAI).astimezone(UTC)
    made = drafts.draft(declarant, now=early, started_on=date(2026, 12, 31), ended_on=date(2027, 1, 1),
                        hours_claimed=Decimal(16))  # fmt: skip
    assert submit_declaration(made, by=declarant.user, now=early).year == 2027


@pytest.mark.clause("A7")
def test_a_leap_day_is_a_day_of_its_year(declarant: Professional) -> None:
    day = datetime(2028, 2, 29, 20, tzinfo=SHANGHAI)
    made = drafts.draft(declarant, now=day, started_on=day.date(), ended_on=day.date(), hours_claimed=Decimal(8))
    assert submit_declaration(made, by=declarant.user, now=day).year == 2028


@pytest.mark.clause("A7", "A8", "S0-14")
def test_at_the_platforms_door_the_year_is_that_of_the_last_day(declarant: Professional, zone: str) -> None:
    speaker = platforms.speaker()
    said = {"started_on": date(2026, 12, 20), "ended_on": date(2026, 12, 31)}
    (in_time,) = credit_records([platforms.record(declarant, **said)], speaker=speaker, now=LAST_SECOND)
    (late,) = credit_records([platforms.record(declarant, **said)], speaker=speaker, now=NEW_YEAR)
    assert (in_time.year, in_time.reasons) == (2026, [])
    assert (late.year, [reason.code for reason in late.reasons]) == (2026, ["year_closed"])


@pytest.mark.clause("A7")
def test_a_correction_moves_the_hours_to_the_year_of_the_new_last_day(declarant: Professional) -> None:
    speaker = platforms.speaker()
    record = platforms.record(declarant)
    credit_records([record], speaker=speaker, now=NOW)
    posted = {
        "record_id": record.external_id, "id_number": record.id_number, "name": record.name, "hours": "1.5",
        "subject": "professional", "title": record.title, "started_on": "2025-12-31", "completed_on": "2025-12-31",
    }  # fmt: skip
    corrected = replace_record(posted, reason="日期有误", speaker=speaker, now=NOW)
    assert (corrected.claim.year, corrected.claim.state) == (2025, ClaimState.HELD)
    assert Claim.objects.get(revision=0).state == ClaimState.WITHDRAWN


@pytest.mark.clause("S4-10")
def test_a_deadline_of_the_next_year_keeps_the_year_open_until_then(declarant: Professional) -> None:
    make.rule_set("longer", area_code="410203", year_to=2026, figures={"deadline": "次年01-31"}, clause="S4-10")
    last = datetime(2027, 1, 31, 23, 59, 59, tzinfo=SHANGHAI)
    assert years_to_declare(declarant, now=last) == [2027, 2026]
    made = drafts.draft(declarant, **DECEMBER)
    late = drafts.draft(declarant, title="另一次", **DECEMBER)
    assert submit_declaration(made, by=declarant.user, now=last).year == 2026
    assert refused(late, last + timedelta(seconds=1)) == ["year_closed"]
    assert years_to_declare(declarant, now=last + timedelta(seconds=1)) == [2027]


@pytest.mark.parametrize(
    ("deadline", "is_read"),
    [
        ("12-31", True),
        ("次年02-28", True),
        ("次年02-30", False),
        ("02-29", False),
        ("次年", False),
        ("次年次年01-31", False),
    ],
)
def test_a_deadline_is_a_day_that_every_year_has(deadline: str, is_read: bool) -> None:
    make.rule_set("odd", area_code="410203", figures={"deadline": deadline})
    found = [reason.field for reason in reasons_not_to_load(rule_book())]
    assert found == ([] if is_read else ["deadline"])


@pytest.fixture
def grace(db: None) -> None:
    """Five working days, and the holidays of the turn of the year (none are known here but the weekends)."""
    make.rule_set("grace", area_code="410203", year_to=2026, figures={"correction_grace_days": "5"}, clause="A6")


def returned(person: Professional, reviewer: User, *, on: datetime, filed: datetime = NOW, **said: Any) -> Declaration:
    made = drafts.handed_in(person, now=filed, **said)
    return send_back(made, version=made.version, by=reviewer, now=on, reason="补材料")


@pytest.mark.clause("A6")
def test_what_was_filed_in_time_and_returned_may_be_mended_for_some_working_days(
    grace: None, declarant: Professional, employer_reviewer: User
) -> None:
    wednesday = datetime(2026, 12, 30, 15, tzinfo=SHANGHAI)
    last = datetime(2027, 1, 6, 23, 59, 59, tzinfo=SHANGHAI)  # 31, 1, 4, 5, 6
    made = returned(declarant, employer_reviewer, on=wednesday)
    assert submit_declaration(made, by=declarant.user, now=last).round == 2
    late = returned(declarant, employer_reviewer, on=wednesday, title="另一次")
    assert refused(late, last + timedelta(seconds=1)) == ["year_closed"]


@pytest.mark.clause("A6")
def test_returned_long_before_the_end_the_year_is_open_to_its_last_day_all_the_same(
    grace: None, declarant: Professional, employer_reviewer: User
) -> None:
    made = returned(declarant, employer_reviewer, on=NOW)
    assert submit_declaration(made, by=declarant.user, now=LAST_SECOND).round == 2
    late = returned(declarant, employer_reviewer, on=NOW, title="另一次")
    assert refused(late, NEW_YEAR) == ["year_closed"]


@pytest.mark.clause("A6")
def test_a_draft_that_was_never_filed_has_no_grace(grace: None, declarant: Professional) -> None:
    assert refused(drafts.draft(declarant), NEW_YEAR) == ["year_closed"]


@pytest.mark.clause("A6")
def test_the_page_of_a_returned_one_says_until_when_it_may_be_mended(
    client: Client, grace: None, declarant: Professional, employer_reviewer: User
) -> None:
    made = returned(declarant, employer_reviewer, on=datetime(2026, 12, 30, 15, tzinfo=SHANGHAI))
    with time_machine.travel(datetime(2027, 1, 4, 9, tzinfo=SHANGHAI), tick=False):
        client.force_login(declarant.user)
        page = drafts.text_of(client.get(drafts.at("edit_declaration", made)))
    assert "这项申报是按时提交后退回的，可在 2027年1月6日前补正后重新提交" in page
