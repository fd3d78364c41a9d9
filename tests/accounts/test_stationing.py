"""A unit put under the bureau where its people take title review (S3-01): both sides, each refusal, what follows."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Notice, Organization, PersonChange, Professional, Stationing, User
from accounts.selectors.duties import bureau_for, place_of, second_reviewer_of
from accounts.selectors.requests import requests_waiting_for, who_can_decide
from accounts.services.people import approve_person
from accounts.services.stationing import ask_again, ask_to_answer, let_it_answer, turn_down
from ceportal.kernel.rules.refusal import MovedOn, Refused
from tests import factories as make
from tests.accounts.test_desk_pages import apply
from tests.credits.asking import paper
from tests.credits.drafts import photo, text_of
from tests.races import settled

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LIST = reverse("accounts:stationings")


@pytest.fixture
def there(db: None) -> Organization:
    """The bureau of the other city, 平顶山."""
    return make.bureau("410400")


@pytest.fixture
def receiver(there: Organization) -> User:
    return make.give(make.user("平顶山经办人"), there, Duty.APPROVE_UNITS, Duty.REVIEW_HOURS)


def ask(unit: Organization, bureau: Organization, by: User, **changes: Any) -> Stationing:
    facts = {
        "by_bureau": False,
        "reason": "本单位人员在平顶山市参加职称评审。",
        "document": paper(by),
        "now": NOW,
    } | changes
    return ask_to_answer(unit, bureau, by=by, **facts)


def agree(asked: Stationing, by: User, **changes: Any) -> Stationing:
    facts = {"seen_round": asked.round, "reason": "同意", "now": NOW} | changes
    return let_it_answer(asked, by=by, **facts)


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


@pytest.mark.clause("S3-01")
def test_its_people_second_reviewer_and_bureau_follow_the_place_of_title_review(
    employer: Organization, employer_reviewer: User, declarant: Professional, other_declarant: Professional,
    authority: Organization, there: Organization, receiver: User,
) -> None:  # fmt: skip
    assert second_reviewer_of(employer) == authority
    agree(ask(employer, there, employer_reviewer), receiver)
    employer.refresh_from_db()
    declarant.refresh_from_db()
    assert (place_of(employer).pk, declarant.area_id) == ("410400", "410400")
    assert bureau_for(employer) == second_reviewer_of(employer) == there
    change = PersonChange.objects.get()
    assert (change.professional, change.before, change.after) == (declarant, {"area": "410203"}, {"area": "410400"})
    other_declarant.refresh_from_db()
    assert other_declarant.area_id == "410203"


@pytest.mark.clause("S3-01")
def test_an_authority_of_the_new_place_stays_the_second_reviewer(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User
) -> None:
    local = make.authority("平顶山市教育体育局", "410400")
    Organization.objects.filter(pk=employer.pk).update(supervisor=local)
    agree(ask(employer, there, employer_reviewer), receiver)
    assert second_reviewer_of(Organization.objects.get(pk=employer.pk)) == local


def test_both_sides_know_and_so_does_the_bureau_that_is_left(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User, county_officer: User
) -> None:
    asked = ask(employer, there, employer_reviewer)
    assert list(who_can_decide(asked)) == [receiver]
    assert list(requests_waiting_for(receiver, Stationing.objects.all())) == [asked]
    assert {notice.to for notice in Notice.objects.filter(event=NoticeEvent.REQUEST_WAITING)} == {
        receiver,
        county_officer,
    }
    agree(asked, receiver)
    decided = Notice.objects.filter(event=NoticeEvent.REQUEST_DECIDED)
    assert {notice.to for notice in decided} == {employer_reviewer, county_officer}


def test_proposed_by_a_bureau_the_unit_decides(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User
) -> None:
    asked = ask(employer, there, receiver, by_bureau=True)
    assert list(who_can_decide(asked)) == [employer_reviewer]
    assert codes(agree, asked, receiver) == ["not_your_duty"]
    agree(asked, employer_reviewer)
    employer.refresh_from_db()
    assert employer.answers_to == there


def test_back_to_the_bureau_of_its_own_place(
    employer: Organization, employer_reviewer: User, declarant: Professional, there: Organization, receiver: User,
    county_bureau: Organization, county_officer: User,
) -> None:  # fmt: skip
    agree(ask(employer, there, employer_reviewer), receiver)
    agree(ask(Organization.objects.get(pk=employer.pk), county_bureau, employer_reviewer), county_officer)
    employer.refresh_from_db()
    declarant.refresh_from_db()
    assert (employer.answers_to, declarant.area_id) == (None, "410203")
    assert PersonChange.objects.count() == 2


def test_who_comes_later_is_judged_there_too(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User
) -> None:
    agree(ask(employer, there, employer_reviewer), receiver)
    registration = apply(Organization.objects.get(pk=employer.pk), 961)
    approve_person(registration, by=employer_reviewer, now=NOW)
    assert Professional.objects.get(name="申请人961").area_id == "410400"


def test_what_cannot_be_asked(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User, stranger: User,
    authority: Organization, county_bureau: Organization,
) -> None:  # fmt: skip
    assert codes(ask, employer, county_bureau, employer_reviewer) == ["answers_already"]
    assert codes(ask, employer, authority, employer_reviewer) == ["no_such_bureau"]
    assert codes(ask, None, there, receiver, by_bureau=True) == ["no_such_unit"]
    assert codes(ask, employer, there, stranger) == ["not_your_duty"]
    assert codes(ask, employer, there, employer_reviewer, by_bureau=True) == ["not_your_duty"]
    assert codes(ask, employer, there, employer_reviewer, reason="", document=None) == [
        "reason_missing", "document_missing",
    ]  # fmt: skip
    ask(employer, there, employer_reviewer)
    assert codes(ask, employer, there, employer_reviewer) == ["still_open"]
    assert Stationing.objects.count() == 1


def test_returned_mended_refused(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User
) -> None:
    asked = ask(employer, there, employer_reviewer)
    turn_down(asked, Move.RETURN, seen_round=1, reason="请附文件", by=receiver, now=NOW)
    ask_again(asked, reason="文件见附件", document=None, by=employer_reviewer, now=NOW + timedelta(days=1))
    assert (asked.round, asked.waiting_on) == (2, there)
    with pytest.raises(MovedOn):
        agree(asked, receiver, seen_round=1)
    turn_down(asked, Move.REJECT, seen_round=2, reason="不在本市评审", by=receiver, now=NOW)
    employer.refresh_from_db()
    assert employer.answers_to is None


def test_on_the_pages_from_both_sides(
    employer: Organization, employer_reviewer: User, there: Organization, receiver: User, stranger: User,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    unit, desk, other = (Client() for _ in range(3))
    for page, user in ((unit, employer_reviewer), (desk, receiver), (other, stranger)):
        page.force_login(user)
    form = reverse("accounts:ask_stationing")
    assert there.name in text_of(unit.get(form))
    wrong = unit.post(form, {"organization": employer.pk, "bureau": there.pk, "reason": ""})
    assert wrong.status_code == 422
    assert "请填写情况说明" in text_of(wrong)
    sent = {"organization": employer.pk, "bureau": there.pk, "reason": "在平顶山评审", "document": photo()}
    assert unit.post(form, sent).status_code == 302
    asked = Stationing.objects.get()
    page = reverse("accounts:stationing", args=[asked.ref])
    assert other.get(page).status_code == 404
    assert "您的决定" not in text_of(unit.get(page))
    assert "您的决定" in text_of(desk.get(page))
    with django_assert_max_num_queries(12):
        assert employer.name in text_of(desk.get(LIST))
    assert desk.post(page, {"move": "approve", "round": "1", "reason": ""}).status_code == 422
    assert desk.post(page, {"move": "approve", "round": "1", "reason": "同意"}).status_code == 302
    assert there.name in text_of(unit.get(LIST))
    propose = reverse("accounts:propose_stationing")
    unknown = desk.post(propose, {"bureau": there.pk, "organization": "91", "reason": "由", "document": photo()})
    assert "没有找到正常使用的用人单位" in text_of(unknown)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a_stationing_is_of_a_unit", {"organization": None}),
        ("accounts_stationing_says_why", {"reason": ""}),
    ],
)
def test_the_database_says_so_too(
    employer: Organization, employer_reviewer: User, there: Organization, name: str, changes: dict[str, Any]
) -> None:
    asked = ask(employer, there, employer_reviewer)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Stationing.objects.filter(pk=asked.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_agreed_twice_at_once_moves_everybody_once(
    employer: Organization, employer_reviewer: User, declarant: Professional, there: Organization, receiver: User
) -> None:
    second = make.give(make.user("另一经办人"), there, Duty.APPROVE_UNITS)
    ask(employer, there, employer_reviewer)
    one, two = (Stationing.objects.get() for _ in range(2))
    outcome = settled([partial(agree, one, receiver), partial(agree, two, second)])
    assert sum(isinstance(each, MovedOn) for each in outcome) == 1, outcome
    assert PersonChange.objects.count() == 1
