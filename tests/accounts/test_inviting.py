"""职责分工: a unit's manager asks somebody to act for it; they take it up themselves; it can be taken back (S1-16)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, InvitationState
from accounts.models import Invitation, Membership, Notice, Organization, User
from accounts.services.inviting import accept, invite, relieve, withdraw
from accounts.services.memberships import end
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from tests import factories as make
from tests.credits.drafts import text_of
from tests.races import settled

PHONE = "13812349901"
PAGE = reverse("accounts:duties")
MINE = reverse("accounts:invitations")


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def duties_at(user: User, unit: Organization) -> set[str]:
    held = Membership.objects.filter(user=user, organization=unit, ended_at__isnull=True)
    return set(held.values_list("duty", flat=True))


def asked(unit: Organization, by: User, name: str = "新来的经办人", **changes: Any) -> Invitation:
    facts: dict[str, Any] = {"phone": PHONE, "duties": [Duty.REVIEW_HOURS], "now": timezone.now()} | changes
    return invite(unit, name=name, by=by, **facts)


@pytest.mark.django_db
@pytest.mark.clause("S1-16")
def test_asked_taken_up_and_taken_back(
    employer: Organization, employer_reviewer: User, django_assert_max_num_queries: Any
) -> None:
    manager = desk_of(employer_reviewer)
    with django_assert_max_num_queries(14):
        assert employer_reviewer.name in text_of(manager.get(PAGE))
    address = reverse("accounts:invite", args=[employer.ref])
    form = text_of(manager.get(address))
    assert "审核本单位、本行业或本地区人员申报的学时" in form
    assert "每月备案" not in form
    for data, said in (
        ({"name": "新来的经办人", "phone": "123", "duties": ["review_hours"]}, "手机号码"),
        ({"name": "新来的经办人", "phone": PHONE}, "请至少选择一项职责"),
        ({"name": "", "phone": PHONE, "duties": ["review_hours"]}, "请填写姓名"),
        ({"name": "新来的经办人", "phone": PHONE, "duties": ["file_months"]}, "请从列表中选择"),
    ):
        answer = manager.post(address, data)
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert not Invitation.objects.exists()
    sent = {"name": "新来的经办人", "phone": PHONE, "duties": ["review_hours", "approve_people"]}
    assert manager.post(address, sent).status_code == 302
    assert "138****9901" in text_of(manager.get(PAGE))

    newcomer = make.user("新来的经办人", number=PHONE)
    theirs = desk_of(newcomer)
    assert employer.name in text_of(theirs.get(MINE))
    answer = reverse("accounts:answer_invitation", args=[Invitation.objects.get().ref])
    assert desk_of(make.user("别人")).post(answer, {"answer": "accept"}).status_code == 404
    assert theirs.post(answer, {"answer": "accept"}).status_code == 302
    assert duties_at(newcomer, employer) == {"review_hours", "approve_people"}
    assert theirs.get(MINE).status_code == 302, "new duties ask for signing in anew"
    newcomer.refresh_from_db()
    assert desk_of(newcomer).post(answer, {"answer": "accept"}).status_code == 404

    taken = {"person": str(newcomer.ref), "duty": "review_hours"}
    back = reverse("accounts:relieve", args=[employer.ref])
    assert manager.post(back, {"person": "x", "duty": "review_hours"}).status_code == 404
    assert manager.post(back, taken | {"duty": "review\0hours"}).status_code == 404
    assert manager.post(back, taken).status_code == 302
    assert duties_at(newcomer, employer) == {"approve_people"}
    own = {"person": str(employer_reviewer.ref), "duty": "manage_unit"}
    assert "至少要有一名管理人员" in text_of(manager.post(back, own, follow=True))
    told = AuditEvent.objects.filter(action__startswith="duty.").order_by("pk").values_list("action", flat=True)
    assert list(told)[-4:] == ["duty.invite", "duty.invitation_accepted", "duty.grant", "duty.end"]


@pytest.mark.django_db
def test_nobody_learns_who_has_an_account(employer: Organization, employer_reviewer: User) -> None:
    """The answer is the same; who has one reads of it, and so does the manager of a refusal."""
    known, manager = make.user("有账号的人"), desk_of(employer_reviewer)
    address = reverse("accounts:invite", args=[employer.ref])
    pages = []
    for phone in ("13812340991", PHONE):
        made = manager.post(address, {"name": "有账号的人", "phone": phone, "duties": ["review_hours"]}, follow=True)
        pages.append(text_of(made).count("邀请已发出"))
        assert not Notice.objects.filter(to=known).exists()
    assert pages == [1, 1]
    theirs = make.user("有账号的人", number="13812340992")
    invitation = asked(employer, employer_reviewer, "有账号的人", phone="13812340992")
    assert Notice.objects.get(to=theirs).link == MINE
    answer = reverse("accounts:answer_invitation", args=[invitation.ref])
    assert desk_of(theirs).post(answer, {"answer": "decline"}).status_code == 302
    assert duties_at(theirs, employer) == set()
    assert "没有接受" in Notice.objects.filter(to=employer_reviewer).latest("pk").text


@pytest.mark.django_db
def test_what_no_longer_holds_cannot_be_taken_up(employer: Organization, employer_reviewer: User) -> None:
    now, newcomer = timezone.now(), make.user("新来的经办人", number=PHONE)
    first = asked(employer, employer_reviewer)
    again = asked(employer, employer_reviewer, duties=[Duty.APPROVE_PEOPLE])
    first.refresh_from_db()
    assert first.state == InvitationState.WITHDRAWN
    with time_machine.travel(now + timedelta(days=15)):
        assert employer.name not in text_of(desk_of(newcomer).get(MINE))
    with pytest.raises(Refused, match="过期"):
        accept(again, by=newcomer, now=now + timedelta(days=15))
    another = make.user("另一个名字")
    with pytest.raises(Refused, match="姓名"):
        accept(again, by=another, now=now)
    end(employer_reviewer, employer, [Duty.MANAGE_UNIT], by=None, now=now)
    shown = desk_of(newcomer).post(reverse("accounts:answer_invitation", args=[again.ref]), {}, follow=True)
    assert "邀请已失效" in text_of(shown)
    assert duties_at(newcomer, employer) == set()


@pytest.mark.django_db(transaction=True)
def test_taken_up_and_taken_back_at_once(employer: Organization, employer_reviewer: User) -> None:
    for number in range(10):
        newcomer = make.user("新来的经办人", number=f"138123480{number:02}")
        invitation = asked(employer, employer_reviewer, phone=f"138123480{number:02}")
        acts = (partial(accept, by=newcomer), partial(withdraw, by=employer_reviewer))
        outcome = settled([partial(act, invitation, now=timezone.now()) for act in acts])
        assert [type(one) for one in outcome if one is not None] == [MovedOn], outcome
        invitation.refresh_from_db()
        assert (invitation.state == InvitationState.ACCEPTED) is bool(duties_at(newcomer, employer))


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_relieve_each_other_leave_one(employer: Organization, employer_reviewer: User) -> None:
    for _ in range(10):
        other = make.give(make.user("另一位管理员"), employer, Duty.MANAGE_UNIT)
        pairs = ((other, employer_reviewer), (employer_reviewer, other))
        outcome = settled(
            [partial(relieve, whom, employer, Duty.MANAGE_UNIT, by=by, now=timezone.now()) for whom, by in pairs]
        )
        assert [type(one) for one in outcome if one is not None] == [Refused], outcome
        left = Membership.objects.filter(organization=employer, duty=Duty.MANAGE_UNIT, ended_at__isnull=True)
        assert left.count() == 1
        left.update(ended_at=timezone.now())
        make.give(employer_reviewer, employer, Duty.MANAGE_UNIT)
