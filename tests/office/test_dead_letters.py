"""What was put aside is seen by the operator, says what went wrong and since when, and is tried again at a click."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, User
from accounts.services.delivery import deliver_notices
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, Attempt, AuditEvent, Job
from ceportal.kernel.rules.refusal import MovedOn
from ceportal.kernel.rules.trail_words import in_words
from ceportal.office.selectors.dead_letters import KINDS, NO_WORD, SHOWN, dead_letters
from ceportal.office.services.dead_letters import retry_dead_letter, retry_dead_letters
from tests import factories as make

pytestmark = pytest.mark.django_db
NOTICES, ATTEMPTS = KINDS[0], KINDS[-1]
BASE, ROOMS = settings.BASE_DIR, ("accounts", "credits", "reviews", "certificates")


def dead_notice(**changes: Any) -> Notice:
    now = timezone.now()
    columns = {
        "event": NoticeEvent.CERTIFICATE_ISSUED, "key": str(uuid4()), "text": "某人的消息", "created_at": now,
        "attempts": MAX_ATTEMPTS, "claimed_until": now - timedelta(hours=1), "last_error": "OSError",
    }  # fmt: skip
    return Notice.objects.create(to=make.user(), **(columns | changes))


def test_the_operator_sees_what_went_wrong_and_since_when(client: Client, operator: User) -> None:
    notice = dead_notice()
    Job.objects.create(kind="roster.credit", created_at=timezone.now(), state=JobState.RUNNING, attempts=MAX_ATTEMPTS)
    client.force_login(operator)
    page = client.get("/operation/").content.decode()
    for words in ("消息：1 项", "OSError", "证书已生成", "后台任务：1 项", "名单的学时计入", NO_WORD):
        assert words in page
    assert str(notice.ref)[:8] in page
    assert notice.text not in page
    assert notice.to.name not in page


def test_nothing_dead_is_said_so(client: Client, operator: User) -> None:
    dead_notice(attempts=MAX_ATTEMPTS - 1)
    dead_notice(sent_at=timezone.now())
    client.force_login(operator)
    assert "没有搁置的事项" in client.get("/operation/").content.decode()


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("overdue:credits.declaration", "审核超期标记"),
        ("certificates.settle_changed_accounts", "年度账户的结算"),
        ("new.job", "new.job"),
    ],
)
def test_rows_without_a_lease_of_their_own_are_told_by_their_job(job: str, words: str) -> None:
    Attempt.objects.create(job=job, row_id=7, begun_at=timezone.now(), attempts=MAX_ATTEMPTS)
    (pile,) = dead_letters()
    assert (pile.kind, [letter.what for letter in pile.letters]) == (ATTEMPTS, [words])


def test_every_job_that_notes_its_attempts_has_a_word() -> None:
    """Those of the clock's jobs that call `one_by_one`: a name nobody understands is no help to an operator."""
    sources = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (BASE / room).rglob("*.py"))
    named = set(re.findall(r'^(?:JOB|SETTLE) = "([a-z_.]+)"$', sources, re.MULTILINE))
    named |= {f"{name}:x" for name in re.findall(r'_job\("([a-z]+)", model\)', sources)}
    assert len(named) >= 7
    for name in named:
        assert ATTEMPTS.tell(Attempt(job=name)) != name


def test_a_click_tries_one_again_and_leaves_a_trace(client: Client, operator: User) -> None:
    notice, other = dead_notice(), dead_notice()
    client.force_login(operator)
    answer = client.post("/operation/retry/", {"kind": "notices", "letter": str(notice.ref)}, follow=True)
    assert "已重新排队：消息 1 项" in answer.content.decode()
    event = AuditEvent.objects.get(action="dead_letter.retry")
    assert (event.subject_ref, event.actor_id, event.before) == (
        notice.ref,
        operator.pk,
        {"attempts": MAX_ATTEMPTS, "error": "OSError"},
    )
    assert in_words(event.action) == "搁置事项：重试"
    assert deliver_notices(now=timezone.now()) == 1
    notice.refresh_from_db()
    other.refresh_from_db()
    assert notice.sent_at
    assert (other.sent_at, other.attempts) == (None, MAX_ATTEMPTS)


def test_a_click_tries_all_of_a_kind_again(client: Client, operator: User) -> None:
    for _ in range(SHOWN + 1):
        dead_notice()
    Attempt.objects.create(job="overdue:x", row_id=1, begun_at=timezone.now(), attempts=MAX_ATTEMPTS)
    client.force_login(operator)
    assert f"搁置最久的 {SHOWN} 项" in client.get("/operation/").content.decode()
    client.post("/operation/retry/", {"kind": "notices"})
    assert not NOTICES.dead().exists()
    assert ATTEMPTS.dead().exists()
    assert AuditEvent.objects.filter(action="dead_letter.retry").count() == SHOWN + 1


def test_what_is_not_dead_is_not_tried_again(operator: User) -> None:
    notice = dead_notice()
    retry_dead_letter(NOTICES, notice.ref, by=operator, now=timezone.now())
    for ref in (notice.ref, uuid4()):
        with pytest.raises(MovedOn):
            retry_dead_letter(NOTICES, ref, by=operator, now=timezone.now())
    assert retry_dead_letters(NOTICES, by=operator, now=timezone.now()) == 0
    assert AuditEvent.objects.filter(action="dead_letter.retry").count() == 1


@pytest.mark.parametrize("fields", [{}, {"kind": "nothing"}, {"kind": "notices", "letter": "１２"}])
def test_a_form_that_says_nothing_known_is_refused(client: Client, operator: User, fields: dict[str, str]) -> None:
    client.force_login(operator)
    assert client.post("/operation/retry/", fields).status_code == 409


@pytest.mark.parametrize("who", ["employer_reviewer", "city_officer", "platform_manager"])
def test_nobody_else_tries_anything_again(client: Client, request: Any, who: str) -> None:
    notice = dead_notice()
    client.force_login(request.getfixturevalue(who))
    assert client.post("/operation/retry/", {"kind": "notices"}).status_code == 403
    assert NOTICES.dead().get() == notice


def test_the_page_costs_the_same_however_many_are_dead(client: Client, operator: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/operation/").status_code == 200
        return len(asked)

    def die(numbers: range) -> None:
        for number in numbers:
            dead_notice()
            Attempt.objects.create(job="overdue:x", row_id=number, begun_at=timezone.now(), attempts=MAX_ATTEMPTS)

    client.force_login(operator)
    die(range(1))
    few = cost()
    die(range(1, SHOWN + 5))
    assert cost() <= few
    assert few <= 43  # a query for each queue's figures (of changed years too), one for what certificates wait for
