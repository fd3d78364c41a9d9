"""Deciding: what it does, what is refused, and that exactly one hand wins."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from accounts.services.routing import settle
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.circumstances import acting_as
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.trail import record
from credits.enums import DeclarationState
from credits.models import Claim, Declaration, HourEntry
from reviews.models import Decision
from reviews.selectors.desk import inbox
from reviews.services.decisions import decide
from reviews.services.openings import record_opening
from tests import factories as make
from tests.reviews.factories import MONDAY, approved, open_all, resubmitted, submitted, turned_down

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(hours=1)


def approve(declaration: Declaration, by: User, hours: object = "24.0", **changes: object) -> Decision:
    recognised = Decimal(hours) if isinstance(hours, str) else hours
    said = {"version": declaration.version, "move": "approve", "hours": recognised, "now": NOW} | changes
    return decide(declaration, by=by, **said)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def assert_nothing_changed(declaration: Declaration) -> None:
    before = (declaration.state, declaration.stage, declaration.round, declaration.version, declaration.due_at)
    declaration.refresh_from_db()
    now = (declaration.state, declaration.stage, declaration.round, declaration.version, declaration.due_at)
    assert now == before
    assert not Decision.objects.exists()
    assert not HourEntry.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not Notice.objects.exists()


def test_the_employer_passes_it_on_with_a_new_clock(
    declarant: Professional, employer: Organization, authority: Organization, employer_reviewer: User
) -> None:
    declaration = submitted(declarant)
    due_at = declaration.due_at
    open_all(declaration, employer_reviewer)
    decision = approve(declaration, employer_reviewer)
    declaration.refresh_from_db()
    assert declaration.state == DeclarationState.AT_AUTHORITY
    assert declaration.waiting_on == authority
    assert (decision.stage, decision.round, decision.version, decision.organization) == (1, 1, 1, employer)
    assert (decision.hours_recognised, decision.was_due_at, decision.at) == (Decimal("24.0"), due_at, NOW)
    assert not Claim.objects.exists()


def test_the_authority_counts_the_hours(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    declaration = approved(submitted(declarant), employer_reviewer, authority_reviewer)
    assert declaration.state == DeclarationState.APPROVED
    assert HourEntry.objects.get().hours == Decimal("24.0")
    assert Decision.objects.count() == 2


def test_fewer_hours_with_a_reason_that_the_declarant_reads(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    with pytest.raises(Refused) as refused:
        approve(declaration, employer_reviewer, "16.0")
    assert codes(refused) == ["reason_blank"]
    approve(declaration, employer_reviewer, "16.0", reason="第三天未参加")
    declaration.refresh_from_db()
    step = declaration.steps.last()
    assert step is not None
    assert step.reason == "第三天未参加"
    open_all(declaration, authority_reviewer)
    approve(declaration, authority_reviewer, "16.0")
    assert HourEntry.objects.get().hours == Decimal("16.0")


def test_returned_with_words_and_seen_again_from_the_start(declarant: Professional, employer_reviewer: User) -> None:
    declaration = turned_down(submitted(declarant), employer_reviewer)
    assert declaration.state == DeclarationState.RETURNED
    assert declaration.state_reason == "佐证材料不全：缺少结业证书"
    assert Notice.objects.filter(to=declarant.user, event=NoticeEvent.DECLARATION_DECIDED).count() == 1
    again = resubmitted(declaration, now=MONDAY + timedelta(days=7))
    assert (again.round, again.version) == (2, 2)
    with pytest.raises(Refused) as refused:
        approve(again, employer_reviewer)
    assert codes(refused) == ["unseen"]


def test_rejected_for_good(declarant: Professional, employer_reviewer: User) -> None:
    declaration = turned_down(submitted(declarant), employer_reviewer, move=Move.REJECT)
    assert declaration.state == DeclarationState.REJECTED
    assert declaration.waiting_on is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"hours": Decimal("24.5")}, ["hours_too_many", "reason_blank"]),
        ({"hours": Decimal("0")}, ["hours_positive", "reason_blank"]),
        ({"hours": None}, ["hours_blank"]),
        ({"hours": Decimal("8.3"), "reason": "理由"}, ["hours_step"]),
        ({"move": "return", "reason_code": "other", "reason": " "}, ["reason_blank"]),
        ({"move": "reject", "reason_code": "other", "reason": "字" * 10_000}, ["reason_too_long"]),
        ({"move": "return", "reason_code": "", "reason": "缺"}, ["reason_code"]),
        ({"move": "withdraw"}, ["move"]),
    ],
)
def test_refused_with_every_reason_and_nothing_changed(
    declarant: Professional, employer_reviewer: User, said: dict[str, object], expected: list[str]
) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    with pytest.raises(Refused) as refused:
        approve(declaration, employer_reviewer, **said)
    assert codes(refused) == expected
    assert_nothing_changed(declaration)


def test_unseen_is_refused_with_the_list(declarant: Professional, employer_reviewer: User, colleague: User) -> None:
    declaration = submitted(declarant, files=50)
    open_all(declaration, colleague)
    record_opening(declaration, reviewer=employer_reviewer, now=NOW)
    for evidence in list(declaration.evidence.all())[:49]:
        record_opening(declaration, reviewer=employer_reviewer, file_digest=evidence.file.digest, now=NOW)
    with pytest.raises(Refused) as refused:
        approve(declaration, employer_reviewer)
    assert codes(refused) == ["unseen"]
    assert "培训照片49" in str(refused.value)
    assert_nothing_changed(declaration)


def test_an_older_version_on_the_screen_is_not_decided_on(declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    Declaration.objects.filter(pk=declaration.pk).update(version=2)
    with pytest.raises(MovedOn):
        approve(declaration, employer_reviewer, version=1)
    with pytest.raises(Refused) as refused:
        approve(declaration, employer_reviewer, version=2)
    assert codes(refused) == ["unseen"]


def test_a_form_of_the_first_stage_does_not_decide_the_second(
    declarant: Professional, employer_reviewer: User, employer: Organization, authority: Organization
) -> None:
    both = make.give(make.user("两处任职"), employer, Duty.REVIEW_HOURS)
    make.give(both, authority, Duty.REVIEW_HOURS)
    declaration = submitted(declarant)
    open_all(declaration, both)
    approved(Declaration.objects.get(pk=declaration.pk), employer_reviewer)
    with pytest.raises(MovedOn):
        approve(declaration, both)
    assert Decision.objects.count() == 1


def test_twice_and_the_winner_is_named(declarant: Professional, employer_reviewer: User, colleague: User) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    open_all(declaration, colleague)
    approve(declaration, employer_reviewer)
    for hand in (employer_reviewer, colleague):
        with pytest.raises(MovedOn) as lost:
            approve(Declaration.objects.get(pk=declaration.pk), hand, stage=1)
        assert "单位审核员已于 11月16日 10:00" in str(lost.value)
    assert Decision.objects.count() == 1


def test_after_a_withdrawal(declarant: Professional, employer_reviewer: User) -> None:
    declaration = submitted(declarant)
    open_all(declaration, employer_reviewer)
    settle(Declaration.objects.filter(pk=declaration.pk), state=DeclarationState.WITHDRAWN)
    with pytest.raises(MovedOn):
        approve(declaration, employer_reviewer)
    assert not Decision.objects.exists()


def test_the_database_itself_refuses_a_second_decision_and_ones_own(
    declarant: Professional, employer_reviewer: User, colleague: User
) -> None:
    declaration = approved(submitted(declarant), employer_reviewer)
    first = Decision.objects.get()
    facts = {
        "subject": declaration, "stage": 1, "round": 1, "version": 1, "move": "approve", "at": NOW,
        "hours_recognised": Decimal(1), "organization": first.organization, "declarant": declarant.user,
        "was_due_at": NOW,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=r"one_a_stage_and_round|UNIQUE"), transaction.atomic():
        Decision.objects.create(**facts, by=colleague)
    with pytest.raises(IntegrityError, match="by_another_than_the_declarant"), transaction.atomic():
        Decision.objects.create(**(facts | {"round": 9}), by=declarant.user)
    with pytest.raises(IntegrityError, match="says_why_not"), transaction.atomic():
        Decision.objects.create(**(facts | {"round": 9, "move": "reject"}), by=colleague)
    with pytest.raises(IntegrityError, match="approval_says_how_many_hours"), transaction.atomic():
        Decision.objects.create(**(facts | {"round": 9, "hours_recognised": None}), by=colleague)


class TestPage:
    @pytest.fixture(autouse=True)
    def monday_morning(self) -> object:
        with time_machine.travel(NOW, tick=False):
            yield

    @staticmethod
    def post(client: Client, declaration: Declaration, **said: object) -> object:
        sent = {"move": "approve", "version": declaration.version, "stage": declaration.stage, "hours": "24"} | said
        return client.post(reverse("reviews:decide", args=[declaration.ref]), sent)

    def test_doors(self, client: Client, declarant: Professional, stranger: User, employer_reviewer: User) -> None:
        declaration = submitted(declarant)
        assert self.post(client, declaration).status_code == 302
        for user, expected in ((declarant.user, 403), (stranger, 404)):
            client.force_login(user)
            assert self.post(client, declaration).status_code == expected
        client.force_login(employer_reviewer)
        assert client.get(reverse("reviews:decide", args=[declaration.ref])).status_code == 405
        assert_nothing_changed(declaration)

    def test_decided_and_on_to_the_next_by_itself(
        self, client: Client, declarant: Professional, employer_reviewer: User
    ) -> None:
        first, second = submitted(declarant), submitted(declarant)
        open_all(first, employer_reviewer)
        open_all(second, employer_reviewer)
        client.force_login(employer_reviewer)
        answer = self.post(client, first)
        assert answer["Location"] == reverse("reviews:review", args=[second.ref])
        assert f"已通过：申报教师《{first.title}》" in client.get(answer["Location"]).content.decode()
        answer = self.post(client, second, move="return", reason_code="other", reason="请补照片")
        assert answer["Location"] == reverse("reviews:inbox")
        assert not inbox(employer_reviewer).exists()

    def test_approving_unseen_is_409_with_the_list(
        self, client: Client, declarant: Professional, employer_reviewer: User
    ) -> None:
        declaration = submitted(declarant)
        client.force_login(employer_reviewer)
        answer = self.post(client, declaration)
        assert answer.status_code == 409
        assert "申报内容页、结业证书" in answer.content.decode()
        assert_nothing_changed(declaration)

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"hours": "NaN"}, "请用数字填写学时"),
            ({"hours": "1e1"}, "请用数字填写学时"),
            ({"hours": "٨"}, "请用数字填写学时"),
            ({"hours": ""}, "请填写认定的学时"),
            ({"hours": "25"}, "不能多于申报的 24 学时"),
            ({"hours": "16"}, "请说明理由"),
            ({"move": "return", "reason_code": "other", "reason": ""}, "请写明理由"),
            ({"move": "reject", "reason_code": "nonsense", "reason": "不真实"}, "请从列表中选择原因"),
            ({"move": "reject", "reason_code": "false", "reason": "字" * 10_000}, "理由最多 500 个字"),
            ({"move": "reject", "reason_code": "false", "reason": "\x00"}, ""),
            ({"move": "bulk"}, "请选择通过、退回补正或不予通过"),
            ({"move": ""}, "请选择通过、退回补正或不予通过"),
            ({"version": "many"}, ""),
        ],
    )
    def test_faults_are_shown_beside_the_field(
        self, client: Client, declarant: Professional, employer_reviewer: User, said: dict[str, object], words: str
    ) -> None:
        declaration = submitted(declarant)
        open_all(declaration, employer_reviewer)
        client.force_login(employer_reviewer)
        answer = self.post(client, declaration, **said)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert_nothing_changed(declaration)

    def test_full_width_digits_are_read(self, client: Client, declarant: Professional, employer_reviewer: User) -> None:
        declaration = submitted(declarant)
        open_all(declaration, employer_reviewer)
        client.force_login(employer_reviewer)
        assert self.post(client, declaration, hours="２４").status_code == 302

    def test_what_is_written_is_shown_as_text(
        self, client: Client, declarant: Professional, employer_reviewer: User
    ) -> None:
        declaration = submitted(declarant, title="<script>alert(1)</script>")
        client.force_login(employer_reviewer)
        answer = self.post(client, declaration, move="return", reason_code="", reason='"><img onerror=x>')
        text = answer.content.decode()
        assert "<script>alert" not in text
        assert "<img onerror" not in text

    def test_too_late_is_409_and_says_who(
        self, client: Client, declarant: Professional, employer_reviewer: User, colleague: User
    ) -> None:
        declaration = submitted(declarant)
        open_all(declaration, colleague)
        open_all(declaration, employer_reviewer)
        client.force_login(colleague)
        approve(declaration, employer_reviewer)
        answer = self.post(client, declaration)
        assert answer.status_code == 409
        assert "单位审核员已于" in answer.content.decode()


def test_the_trail_says_in_which_role(
    declarant: Professional, employer_reviewer: User, city_bureau: Organization
) -> None:
    """By the duty that let them in, not by all they hold."""
    make.give(employer_reviewer, city_bureau, Duty.OVERSEE)
    decided = approved(submitted(declarant), employer_reviewer)
    event = AuditEvent.objects.get(subject_ref=decided.ref, action="declaration.approve")
    assert event.role == f"审核学时（{decided.organization}）"
    with acting_as(""):
        whole = record("x.y", employer_reviewer, by=User.objects.get(pk=employer_reviewer.pk), now=MONDAY).role
    assert "查看辖区情况（" in whole
    assert "管理单位信息、审核学时（" in whole
    assert record("x.y", declarant, by=declarant.user, now=MONDAY).role == "本人"


@pytest.mark.parametrize("files", [2, 3, 5])
def test_whichever_file_was_not_opened_is_missed(declarant: Professional, employer_reviewer: User, files: int) -> None:
    """Each in turn, and none is missed when all were opened, at whatever moments."""
    for missing in range(files):
        declaration = submitted(declarant, files=files)
        record_opening(declaration, reviewer=employer_reviewer, now=MONDAY)
        digests = [evidence.file.digest for evidence in declaration.evidence.order_by("position")]
        for number, digest in enumerate(digests):
            if number != missing:
                opened = MONDAY + timedelta(minutes=number)
                record_opening(declaration, reviewer=employer_reviewer, file_digest=digest, now=opened)
        with pytest.raises(Refused, match="还有 1 项没有查看"):
            approve(declaration, employer_reviewer)
        record_opening(declaration, reviewer=employer_reviewer, file_digest=digests[missing], now=MONDAY)
        approve(declaration, employer_reviewer)
