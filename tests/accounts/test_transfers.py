"""A person goes to another unit (A23): who asks, who decides, what must settle first, what each unit sees after."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, RequestState, TransferKind
from accounts.models import (
    Employment,
    Membership,
    Notice,
    Organization,
    PersonChange,
    Professional,
    Transfer,
    User,
)
from accounts.selectors.matters import matters_seen_by, matters_waiting_for, pending_words
from accounts.selectors.people import employer_of, people_of
from accounts.selectors.requests import who_can_decide
from accounts.services.requests import withdraw
from accounts.services.transfers import ask_again, turn_down
from ceportal.kernel.rules.refusal import MovedOn, Refused
from tests import factories as make
from tests.accounts.moving import taken, title, transfer
from tests.credits.drafts import photo, text_of

pytestmark = pytest.mark.django_db
JOIN, LEAD = TransferKind.JOIN, TransferKind.LEAD


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


@pytest.fixture
def far(db: None) -> Organization:
    return make.employer("平顶山市第九中学", at=make.area("410402"))


@pytest.fixture
def far_admin(far: Organization) -> User:
    return make.give(make.user("九中人事"), far, Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT)


@pytest.mark.clause("A23")
def test_the_receiving_unit_decides_and_both_units_see_what_is_theirs(
    declarant: Professional, employer: Organization, employer_reviewer: User, far: Organization, far_admin: User,
    stranger: User,
) -> None:  # fmt: skip
    asked = transfer(declarant, far)
    assert list(who_can_decide(asked)) == [far_admin]
    assert list(matters_waiting_for(far_admin, Transfer)) == [asked]
    assert codes(taken, asked, employer_reviewer) == codes(taken, asked, stranger) == ["not_your_duty"]
    told = Notice.objects.filter(event=NoticeEvent.REQUEST_WAITING).values_list("to", flat=True)
    assert set(told) == {far_admin.pk, employer_reviewer.pk}
    taken(asked, far_admin)
    declarant.refresh_from_db()
    assert employer_of(declarant) == far
    assert declarant.area_id == "410402"
    assert (list(people_of(employer_reviewer)), list(people_of(far_admin))) == ([], [declarant])
    job = Employment.objects.get(organization=employer)
    assert job.ended_on == timezone.localdate()
    changes = {change.field: (change.before, change.after) for change in PersonChange.objects.all()}
    assert changes == {
        "employer": ({"organization": str(employer.ref)}, {"organization": str(far.ref)}),
        "area": ({"area": "410203"}, {"area": "410402"}),
    }
    for reader, sees in ((employer_reviewer, True), (far_admin, True), (stranger, False)):
        assert matters_seen_by(reader, Transfer).exists() is sees


@pytest.mark.clause("A23")
def test_what_waits_settles_first_at_asking_and_at_deciding(
    declarant: Professional, other_employer: Organization, stranger: User, employer_reviewer: User
) -> None:
    waiting = title(declarant)
    assert codes(transfer, declarant, other_employer) == ["pending"]
    withdraw(waiting, by=declarant.user, now=timezone.now())
    asked = transfer(declarant, other_employer)
    title(declarant)
    assert len(pending_words(declarant)) == 1
    assert codes(taken, asked, stranger) == ["pending"]
    asked.refresh_from_db()
    assert (asked.state, employer_of(declarant)) == (RequestState.WAITING, asked.organization)


def test_duties_at_the_unit_that_is_left_end_with_every_session(
    declarant: Professional, employer: Organization, other_employer: Organization, stranger: User, client: Client
) -> None:
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    client.force_login(declarant.user)
    taken(transfer(declarant, other_employer), stranger)
    assert not Membership.objects.filter(user=declarant.user, ended_at__isnull=True).exists()
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_the_unit_lets_somebody_go_and_the_person_may_stop_it(
    declarant: Professional, other_employer: Organization, employer_reviewer: User, stranger: User
) -> None:
    assert codes(transfer, declarant, other_employer, by=stranger) == ["not_yours"]
    asked = transfer(declarant, other_employer, by=employer_reviewer)
    assert codes(transfer, declarant, other_employer) == ["still_open"]
    withdraw(asked, by=declarant.user, now=timezone.now())
    with pytest.raises(MovedOn):
        taken(Transfer.objects.get(), stranger)
    both = transfer(declarant, other_employer, by=employer_reviewer)
    turn_down(both, Move.RETURN, seen_round=both.round, reason="请附合同", by=stranger, now=timezone.now())
    ask_again(both, reason="合同见附件", document=None, by=employer_reviewer, now=timezone.now())
    with pytest.raises(MovedOn):
        taken(both, stranger, seen_round=1)
    assert employer_of(taken(both, stranger, seen_round=2).professional) == other_employer


@pytest.mark.clause("A24")
def test_nobody_takes_themselves_in(
    declarant: Professional, other_employer: Organization, county_officer: User
) -> None:
    """The only one who could decide at the new unit is the person: the bureau of its place does."""
    make.give(declarant.user, other_employer, Duty.APPROVE_PEOPLE)
    asked = transfer(declarant, other_employer)
    assert list(who_can_decide(asked)) == [county_officer]


def test_several_employers_one_of_them_principal(
    declarant: Professional, employer: Organization, other_employer: Organization, employer_reviewer: User,
    stranger: User,
) -> None:  # fmt: skip
    assert codes(transfer, declarant, other_employer, LEAD) == ["not_there"]
    taken(transfer(declarant, other_employer, JOIN), stranger)
    assert employer_of(declarant) == employer
    assert declarant in people_of(stranger)
    assert not PersonChange.objects.exists()
    assert codes(transfer, declarant, other_employer, JOIN) == ["there_already"]
    taken(transfer(declarant, other_employer, LEAD), stranger)
    assert employer_of(declarant) == other_employer
    open_jobs = Employment.objects.filter(professional=declarant, ended_on__isnull=True)
    assert dict(open_jobs.values_list("organization", "is_principal")) == {employer.pk: False, other_employer.pk: True}
    taken(transfer(declarant, employer, TransferKind.MOVE), employer_reviewer)
    assert list(open_jobs.values_list("organization", "is_principal")) == [(employer.pk, True)]


def test_to_go_on_without_an_employer_and_back(
    declarant: Professional, county_bureau: Organization, county_officer: User, other_employer: Organization,
    stranger: User,
) -> None:  # fmt: skip
    taken(transfer(declarant, county_bureau), county_officer)
    assert employer_of(declarant) is None
    assert declarant in people_of(county_officer)
    taken(transfer(declarant, other_employer), stranger)
    assert (employer_of(declarant), list(people_of(county_officer))) == (other_employer, [])


def test_on_the_pages_from_both_sides(
    client: Client, declarant: Professional, other_employer: Organization, stranger: User, employer_reviewer: User,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    desk, unit = Client(), Client()
    for page, user in ((client, declarant.user), (desk, stranger), (unit, employer_reviewer)):
        page.force_login(user)
    new = reverse("accounts:new_transfer")
    assert "选择新单位" in text_of(client.get(new))
    found = client.get(reverse("accounts:find_target"), {"city": "410200", "text": "第二实验"})
    assert f"{new}?organization={other_employer.ref}" in found.content.decode()
    form = f"{new}?organization={other_employer.ref}"
    empty = client.post(form, {"kind": "nonsense"})
    assert empty.status_code == 422
    for words in ("请从列表中选择办理事项", "请填写情况说明", "请上传证明材料"):
        assert words in text_of(empty)
    assert client.post(form, {"kind": "move", "reason": "调动", "document": photo()}).status_code == 302
    asked = Transfer.objects.get()
    Transfer.objects.update(waiting_since=timezone.now() - timedelta(days=3))
    page = reverse("accounts:transfer", args=[asked.ref])
    progress = text_of(client.get(page))
    for words in (other_employer.name, "0371-22000000", "3 天", "撤回申请"):
        assert words in progress
    assert client.post(page, {"move": "approve", "round": "1", "reason": "同意"}).status_code == 403
    assert Client().get(page).status_code == 302
    title(declarant)
    refused = desk.post(page, {"move": "approve", "round": "1", "reason": "同意"})
    assert refused.status_code == 422
    assert "还有正在审核的事项" in text_of(refused)
    assert desk.post(page, {"move": "approve", "round": "x", "reason": ""}).status_code == 422
    with django_assert_max_num_queries(14):
        inbox = text_of(desk.get(reverse("accounts:matters")))
    assert declarant.name in inbox
    assert "单位调转（1）" in inbox
    assert desk.post(page, {"move": "reject", "round": "1", "reason": "没有编制"}).status_code == 302
    assert "没有编制" in text_of(client.get(page))
    assert desk.post(page, {"move": "approve", "round": "1", "reason": "同意"}).status_code == 409
    let_go = reverse("accounts:new_transfer_for", args=[declarant.ref])
    assert let_go in unit.get(reverse("accounts:people")).content.decode()
    assert desk.get(let_go).status_code == 404
    assert "选择接收单位" in text_of(unit.get(let_go))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a_transfer_leads_elsewhere", lambda asked: {"target": asked.organization}),
        ("accounts_transfer_says_why", lambda _: {"reason": ""}),
    ],
)
def test_the_database_says_so_too(
    declarant: Professional, other_employer: Organization, name: str, changes: Any
) -> None:
    asked = transfer(declarant, other_employer)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Transfer.objects.filter(pk=asked.pk).update(**changes(asked))
