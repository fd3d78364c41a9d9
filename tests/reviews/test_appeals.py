"""Appeals: once, to the next level, answered within thirty days with reasons; a grant is reviewed anew."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from accounts.services.request_clock import mark_overdue_requests, redate_requests, remind_requests
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.calendar import import_notice
from credits.enums import DeclarationState
from credits.models import Declaration, HourEntry
from credits.services.declaring import start_declaration
from reviews.models import Appeal, CreditedHours
from reviews.rules.appealing import reasons_not_to_appeal
from reviews.selectors.appeals import appealable, appeals_seen_by, appeals_waiting_for, may_answer
from reviews.selectors.desk import inbox, reviewers_of
from reviews.services.appeals import answer, appeal
from reviews.services.reversing import reverse_hours
from tests import factories as make
from tests.kernel import zoo
from tests.reviews.factories import MONDAY, approved, kept_file, look_into, submitted, turned_down

pytestmark = pytest.mark.django_db
WHY = "证书第二页有考核结果，原审核没有看到。"


@pytest.fixture
def rejected(declarant: Professional, employer_reviewer: User) -> Declaration:
    return turned_down(submitted(declarant), employer_reviewer, move=Move.REJECT)


@pytest.mark.parametrize(
    ("state", "facts", "code"),
    [
        ("approved", {}, "not_appealable"),
        ("rejected", {"is_appealed": True}, "appealed_once"),
        ("reversed", {"is_renewed": True}, "renewed"),
        ("rejected", {"has_next_level": False}, "no_next_level"),
    ],
)
def test_what_cannot_be_appealed(state: str, facts: dict[str, bool], code: str) -> None:
    plain = {"is_appealed": False, "is_renewed": False, "has_next_level": True}
    assert [reason.code for reason in reasons_not_to_appeal(state, **plain | facts)] == [code]
    assert not list(reasons_not_to_appeal("rejected", **plain))


@pytest.mark.clause("A25")
def test_appealed_once_answered_and_reviewed_anew_by_the_next_level(
    rejected: Declaration, declarant: Professional, authority: Organization, authority_reviewer: User,
    employer_reviewer: User,
) -> None:  # fmt: skip
    assert list(appealable(declarant.user)) == [rejected]
    made = appeal(rejected, reason=WHY, document=None, by=declarant.user, now=MONDAY)
    assert (made.waiting_on, made.against) == (authority, rejected.organization)
    assert made.due_at == MONDAY.replace(hour=0) + timedelta(days=31)
    assert list(appeals_waiting_for(authority_reviewer)) == [made]
    assert not appealable(declarant.user).exists()
    for by in (employer_reviewer, declarant.user):
        assert not may_answer(by, made)
        with pytest.raises(Refused):
            answer(made, "approve", seen_round=1, reason="同意", by=by, now=MONDAY)
    for move, reason in (("return", "缺"), ("approve", " "), ("approve", "证书齐全"), ("reject", "维持")):
        with pytest.raises(Refused):
            answer(made, move, seen_round=1, reason=reason, by=authority_reviewer, now=MONDAY)
        assert Declaration.objects.count() == 1
    look_into(made, authority_reviewer)
    answer(made, "approve", seen_round=1, reason="证书齐全，原决定有误", by=authority_reviewer, now=MONDAY)
    make.give(employer_reviewer, authority, Duty.REVIEW_HOURS)
    renewed = Declaration.objects.get(previous=rejected)
    assert (renewed.state, renewed.waiting_on, renewed.first_submitted_at) == (
        DeclarationState.AT_AUTHORITY, authority, rejected.first_submitted_at,
    )  # fmt: skip
    assert [each.file_id for each in renewed.evidence.all()] == [each.file_id for each in rejected.evidence.all()]
    assert not inbox(employer_reviewer).filter(pk=renewed.pk).exists()
    assert list(reviewers_of(renewed)) == [authority_reviewer]
    with pytest.raises(MovedOn):
        approved(renewed, employer_reviewer)
    approved(renewed, authority_reviewer)
    assert HourEntry.objects.get().hours == Decimal("24.0")
    rejected.refresh_from_db()
    assert rejected.state == DeclarationState.REJECTED
    assert "已批准" in Notice.objects.get(to=declarant.user, event=NoticeEvent.REQUEST_DECIDED).text
    with pytest.raises(Refused, match="只能申诉一次"):
        appeal(rejected, reason=WHY, document=None, by=declarant.user, now=MONDAY)
    with pytest.raises(MovedOn):
        answer(made, "reject", seen_round=1, reason="维持", by=authority_reviewer, now=MONDAY)
    with pytest.raises(IntegrityError, match=r"a_declaration_is_appealed_once|UNIQUE"), transaction.atomic():
        Appeal.objects.create(
            professional=declarant, declarant=declarant.user, asked_by=declarant.user, made_at=MONDAY,
            appealed=rejected, against=authority, reason="再", document=made.document,
        )  # fmt: skip


def test_hours_taken_back_are_appealed_to_whoever_stands_above(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User,
    province_bureau: Organization,
) -> None:  # fmt: skip
    declaration = approved(submitted(declarant), employer_reviewer, authority_reviewer)
    claim = CreditedHours.objects.get()
    reverse_hours(claim, reason_code="composed", reason="经鉴定为合成", by=city_officer, now=MONDAY)
    declaration.refresh_from_db()
    above = make.give(make.user("省厅审核员"), province_bureau, Duty.REVIEW_HOURS)
    made = appeal(declaration, reason=WHY, document=None, by=declarant.user, now=MONDAY)
    assert made.waiting_on == province_bureau
    look_into(made, above)
    answer(made, "approve", seen_round=1, reason="鉴定结论已更正", by=above, now=MONDAY)
    approved(inbox(above).get(), above)
    assert sum(entry.hours for entry in HourEntry.objects.all()) == Decimal("24.0")


@pytest.mark.clause("A24")
def test_who_took_the_hours_back_neither_answers_nor_reviews_anew(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User,
    province_bureau: Organization,
) -> None:  # fmt: skip
    declaration = approved(submitted(declarant), employer_reviewer, authority_reviewer)
    reverse_hours(CreditedHours.objects.get(), reason_code="composed", reason="合成", by=city_officer, now=MONDAY)
    declaration.refresh_from_db()
    above = make.give(make.user("省厅审核员"), province_bureau, Duty.REVIEW_HOURS)
    for moved in (city_officer, authority_reviewer):
        make.give(moved, province_bureau, Duty.REVIEW_HOURS)
    made = appeal(declaration, reason=WHY, document=None, by=declarant.user, now=MONDAY)
    for moved in (city_officer, authority_reviewer):
        assert not appeals_waiting_for(moved).exists()
        assert not may_answer(moved, made)
        with pytest.raises(Refused, match="撤销学时的人不能处理"):
            answer(made, "reject", seen_round=1, reason="维持", by=moved, now=MONDAY)
    assert list(appeals_waiting_for(above)) == [made]
    look_into(made, above)
    answer(made, "approve", seen_round=1, reason="鉴定结论已更正", by=above, now=MONDAY)
    renewed = Declaration.objects.get(previous=declaration)
    assert not inbox(city_officer).filter(pk=renewed.pk).exists()
    assert list(reviewers_of(renewed)) == [above]


def test_upheld_it_stands_and_who_decided_never_answers(
    rejected: Declaration, declarant: Professional, authority: Organization, authority_reviewer: User,
    employer_reviewer: User, stranger: User,
) -> None:  # fmt: skip
    make.give(employer_reviewer, authority, Duty.REVIEW_HOURS)
    made = appeal(rejected, reason=WHY, document=None, by=declarant.user, now=MONDAY)
    assert not appeals_waiting_for(employer_reviewer).exists()
    with pytest.raises(Refused, match="原审核人和撤销学时的人不能处理"):
        answer(made, "reject", seen_round=1, reason="维持", by=employer_reviewer, now=MONDAY)
    look_into(made, authority_reviewer)
    answer(made, "reject", seen_round=1, reason="材料仍不能证明考核合格", by=authority_reviewer, now=MONDAY)
    assert made.state == "refused"
    assert Declaration.objects.count() == 1
    assert not appeals_seen_by(stranger).exists()


def test_declared_again_it_is_not_appealed(rejected: Declaration, declarant: Professional) -> None:
    start_declaration(professional=declarant, by=declarant.user, now=MONDAY, previous=rejected)
    assert not appealable(declarant.user).exists()
    with pytest.raises(Refused, match="已重新申报"):
        appeal(rejected, reason=WHY, document=None, by=declarant.user, now=MONDAY)


def test_its_clock_counts_every_day_and_no_holiday_moves_it(
    rejected: Declaration, declarant: Professional, authority_reviewer: User
) -> None:
    made = appeal(rejected, reason=WHY, document=None, by=declarant.user, now=MONDAY)
    due = made.due_at
    assert due is not None
    import_notice(2026, rest=[MONDAY.date() + timedelta(days=n) for n in range(25, 30)], now=MONDAY)
    redate_requests(now=MONDAY + timedelta(hours=1))
    made.refresh_from_db()
    assert made.due_at == due
    assert remind_requests(now=due - timedelta(hours=12)) == 1
    assert mark_overdue_requests(now=due - timedelta(seconds=1)) == 0
    assert mark_overdue_requests(now=due) == 1
    assert Notice.objects.filter(to=authority_reviewer, text__contains="已超过 30 天").exists()


def test_a_long_list_takes_as_many_queries_as_a_short_one(
    client: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    client.force_login(authority_reviewer)
    with time_machine.travel(MONDAY, tick=False):
        for times in (1, 3):
            while Appeal.objects.count() < times:
                title = f"第 {Appeal.objects.count()} 次研修"
                turned = turned_down(submitted(declarant, title=title), employer_reviewer, move=Move.REJECT)
                appeal(turned, reason=WHY, document=None, by=declarant.user, now=MONDAY)
            client.get(reverse("reviews:appeals"))
            with django_assert_num_queries(11):
                shown = client.get(reverse("reviews:appeals")).content.decode()
            assert shown.count("还剩") == times


def test_the_pages_from_the_list_to_the_answer(
    client: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User, stranger: User
) -> None:
    rejected = submitted(declarant, files=0)
    kept_file(rejected)
    rejected = turned_down(rejected, employer_reviewer, move=Move.REJECT)
    listed, new = reverse("reviews:appeals"), reverse("reviews:new_appeal", args=[rejected.ref])
    with time_machine.travel(MONDAY, tick=False):
        client.force_login(stranger)
        assert client.get(new).status_code == 404
        assert "没有申诉" in client.get(listed).content.decode()
        client.force_login(declarant.user)
        assert rejected.title in client.get(listed).content.decode()
        assert "缺少结业证书" in client.get(new).content.decode()
        for reason, words in (("", "请写明申诉理由"), ("字" * 501, "最多 500 个字"), ("\x00", "")):
            answered = client.post(new, {"reason": reason})
            assert answered.status_code == 422
            assert words in answered.content.decode()
        page = client.post(new, {"reason": WHY})["Location"]
        assert "30 天内答复" in client.get(page).content.decode()
        assert "没有另附，以申报时的佐证材料为准" in client.get(page).content.decode()
        client.force_login(authority_reviewer)
        text = client.get(page).content.decode()
        assert "您的答复" in text
        assert "等您答复" in client.get(listed).content.decode()
        decide = f"{page}decide/"
        blind = client.post(decide, {"move": "reject", "reason": "维持", "round": "1"})
        assert (blind.status_code, "您还有 1 项没有查看——结业证书" in blind.content.decode()) == (422, True)
        evidence = reverse("reviews:evidence_file", args=[rejected.ref, rejected.evidence.get().ref])
        assert evidence in text
        shown: Any = client.get(evidence)
        assert b"".join(shown.streaming_content)
        assert "答复前还要打开看过" not in client.get(page).content.decode()
        document = client.get(f"{page}document/")
        assert document.status_code == 200
        assert b"".join(document.streaming_content)
        assert client.post(decide, {"move": "return", "reason": "x", "round": "1"}).status_code == 422
        assert client.post(decide, {"move": "approve", "reason": "", "round": "1"}).status_code == 422
        client.force_login(employer_reviewer)
        assert client.post(decide, {"move": "reject", "reason": "维持", "round": "1"}).status_code == 404
        client.force_login(authority_reviewer)
        assert client.post(decide, {"move": "approve", "reason": "证书齐全", "round": "1"}).status_code == 302
        assert "重新审核" in client.get(page).content.decode()
        assert client.post(decide, {"move": "approve", "reason": "再", "round": "1"}).status_code in {404, 409}


def test_a_paper_of_its_own_is_read_beside_the_evidence(
    client: Client, rejected: Declaration, declarant: Professional, authority_reviewer: User
) -> None:
    client.force_login(declarant.user)
    with time_machine.travel(MONDAY, tick=False):
        page = client.post(
            reverse("reviews:new_appeal", args=[rejected.ref]),
            {"reason": WHY, "document": SimpleUploadedFile("签到表.jpg", zoo.jpeg(), "image/jpeg")},
        )["Location"]
        client.force_login(authority_reviewer)
        text = client.get(page).content.decode()
    assert "签到表.jpg" in text
    assert "没有另附" not in text
