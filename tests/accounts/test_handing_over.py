"""A unit whose administrator has left (S1-16): who asks, who appoints, what ends at once, what the successor finds."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, UnitState
from accounts.models import HandOver, Membership, Notice, Organization, Professional, User
from accounts.selectors.duties import holders_of
from accounts.selectors.handing_over import Stuck, stuck_units, units_answered_for, without_administrator
from accounts.selectors.registrations import people_waiting_for
from accounts.selectors.requests import requests_waiting_for, who_can_decide
from accounts.services.handing_over import ask_again, ask_to_hand_over, hand_over, turn_down
from ceportal.kernel.rules.refusal import MovedOn, Refused
from reviews.services.reminding import mark_overdue
from tests import factories as make
from tests.accounts.test_desk_pages import apply
from tests.credits.asking import paper
from tests.credits.drafts import photo, text_of
from tests.races import settled
from tests.reviews import factories as reviewing

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PHONE = "13912345678"


def ask(unit: Organization, by: User, **changes: Any) -> HandOver:
    facts = {"phone": "", "reason": "原管理员已调走，由我接任。", "document": paper(by), "now": NOW} | changes
    return ask_to_hand_over(unit, by=by, **facts)


def grant(asked: HandOver, by: User, *left: User, **changes: Any) -> HandOver:
    facts = {"seen_round": asked.round, "reason": "已核实", "now": NOW} | changes
    return hand_over(asked, leaving=[user.ref for user in left], by=by, **facts)


def stuck_for(user: User) -> list[Stuck]:
    return stuck_units(units_answered_for(user), now=NOW, most=9)


def left_to(user: User) -> list[Organization]:
    return list(without_administrator(units_answered_for(user)))


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


@pytest.mark.clause("S1-16")
def test_who_left_is_out_at_once_and_the_successor_finds_what_waits(
    employer: Organization, employer_reviewer: User, declarant: Professional, authority_reviewer: User
) -> None:
    make.give(employer_reviewer, make.employer("另一家单位"), Duty.REVIEW_HOURS)
    Organization.objects.filter(pk=employer.pk).update(is_base=True)
    make.give(employer_reviewer, employer, Duty.TEACH)
    registration = apply(employer, 962)
    gone = Client()
    gone.force_login(employer_reviewer)
    inbox = reverse("accounts:people_to_approve")
    assert gone.get(inbox).status_code == 200
    asked = ask(employer, declarant.user)
    assert list(who_can_decide(asked)) == [authority_reviewer]
    assert list(requests_waiting_for(authority_reviewer, HandOver.objects.all())) == [asked]
    told = Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.REQUEST_WAITING)
    assert "申请接任" in told.get().text
    grant(asked, authority_reviewer, employer_reviewer)
    assert gone.get(inbox).status_code == 302
    assert not Membership.objects.filter(user=employer_reviewer, organization=employer, ended_at=None).exists()
    assert Membership.objects.filter(user=employer_reviewer, ended_at=None).count() == 1
    held = Membership.objects.filter(user=declarant.user, organization=employer, ended_at=None)
    assert set(held.values_list("duty", flat=True)) == {"manage_unit", "approve_people", "review_hours", "teach"}
    assert list(people_waiting_for(declarant.user)) == [registration]
    assert Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.ACCOUNT_SAFETY).exists()


def test_who_is_still_there_keeps_everything(
    employer: Organization, employer_reviewer: User, declarant: Professional, authority_reviewer: User
) -> None:
    grant(ask(employer, declarant.user), authority_reviewer)
    assert set(holders_of(employer, Duty.MANAGE_UNIT)) == {employer_reviewer, declarant.user}


@pytest.mark.clause("S1-16")
def test_asked_from_above_the_bureau_decides(
    employer: Organization, declarant: Professional, authority_reviewer: User, county_bureau: Organization,
    county_officer: User,
) -> None:  # fmt: skip
    """Nobody above rules on what they asked; with nobody else at the authority it goes to the bureau."""
    user = make.user("接任教师", number=PHONE)
    make.professional("接任教师", works_at=employer, account=user)
    asked = ask(employer, authority_reviewer, phone=PHONE)
    assert (asked.waiting_on, asked.declarant) == (county_bureau, user)
    assert codes(grant, asked, authority_reviewer) == ["not_your_duty"]
    assert left_to(authority_reviewer) == [employer]
    grant(asked, county_officer)
    assert left_to(authority_reviewer) == []
    other = make.give(make.user("主管部门另一人"), employer.supervisor, Duty.APPROVE_UNITS)  # type: ignore[arg-type]
    assert set(who_can_decide(ask(employer, declarant.user))) == {authority_reviewer, other}


def test_what_cannot_be_asked(
    employer: Organization, declarant: Professional, other_declarant: Professional, authority_reviewer: User,
    stranger: User, county_bureau: Organization,
) -> None:  # fmt: skip
    assert codes(ask, employer, other_declarant.user) == ["not_of_the_unit"]
    assert codes(ask, employer, authority_reviewer) == ["nobody_named"]
    assert codes(ask, employer, declarant.user, phone=PHONE) == ["no_such_successor"]
    assert codes(ask, county_bureau, make.user("冒名者")) == ["not_of_the_unit"]
    assert codes(ask, employer, declarant.user, reason="", document=None) == ["reason_missing", "document_missing"]
    ask(employer, declarant.user)
    assert codes(ask, employer, declarant.user) == ["still_open"]
    Organization.objects.filter(pk=employer.pk).update(state=UnitState.CLOSED)
    employer.refresh_from_db()
    assert codes(ask, employer, declarant.user) == ["no_such_unit"]
    assert HandOver.objects.count() == 1


def test_returned_mended_refused(employer: Organization, declarant: Professional, authority_reviewer: User) -> None:
    asked = ask(employer, declarant.user)
    turn_down(asked, Move.RETURN, seen_round=1, reason="请盖公章", by=authority_reviewer, now=NOW)
    ask_again(asked, reason="已盖章", document=None, by=declarant.user, now=NOW + timedelta(days=1))
    with pytest.raises(MovedOn):
        grant(asked, authority_reviewer, seen_round=1)
    turn_down(asked, Move.REJECT, seen_round=2, reason="原管理员仍在岗", by=authority_reviewer, now=NOW)
    assert not holders_of(employer, Duty.MANAGE_UNIT).exists()


def test_on_the_pages(
    employer: Organization, employer_reviewer: User, authority_reviewer: User, other_declarant: Professional,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    """Somebody without an account makes one and asks; a stranger finds nothing; what is wrong stands beside it."""
    clerk, desk, other = (Client() for _ in range(3))
    desk.force_login(authority_reviewer)
    other.force_login(other_declarant.user)
    wanted = reverse("accounts:ask_hand_over")
    door = f"{reverse('accounts:register_account')}?next={wanted}"
    account = {"name": "新干事", "phone": PHONE, "password": make.PASSWORD, "password_again": make.PASSWORD}
    assert "手机号码应为" in text_of(clerk.post(door, account | {"phone": "12"}))
    assert clerk.post(door, account).headers["Location"] == wanted
    assert Client().post(door, account).status_code == 422
    found = text_of(clerk.get(wanted, {"city": "410200", "county": "410203", "text": employer.uscc}))
    assert employer.name in found
    form = f"{wanted}?unit={employer.ref}"
    assert clerk.get(f"{wanted}?unit=x").status_code == 404
    bad = clerk.post(form, {"successor": "１３９", "reason": ""})
    assert bad.status_code == 422
    assert all(words in text_of(bad) for words in ("手机号码应为", "请填写情况说明", "请上传证明材料"))
    assert clerk.post(form, {"reason": "原管理员已退休", "document": photo()}).status_code == 302
    asked = HandOver.objects.get()
    page, decide = (reverse(f"accounts:{name}", args=[asked.ref]) for name in ("hand_over", "decide_hand_over"))
    assert other.get(page).status_code == other.post(decide).status_code == 404
    seen = text_of(desk.get(page))
    assert "还不是这个单位的人员" in seen
    assert employer_reviewer.name in seen
    assert employer_reviewer.name not in text_of(clerk.get(page))
    with django_assert_max_num_queries(14):
        assert employer.name in text_of(desk.get(reverse("accounts:hand_overs")))
    ruling = {"move": "approve", "round": "1", "reason": "已核实", "leaving": [str(employer_reviewer.ref)]}
    assert desk.post(decide, ruling | {"leaving": ["x"]}).status_code == 422
    assert desk.post(decide, ruling | {"reason": ""}).status_code == 422
    assert desk.post(decide, ruling).status_code == 302
    assert employer_reviewer.name in text_of(desk.get(page))
    again = Client()
    again.force_login(User.objects.get(name="新干事"))
    assert again.get(reverse("accounts:people")).status_code == 200


@pytest.mark.clause("S1-16")
def test_what_waits_where_nobody_reviews_is_shown_above_and_somebody_appointed(
    employer: Organization, employer_reviewer: User, declarant: Professional, authority_reviewer: User,
    county_officer: User, settings: Any, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    """After the term, whoever still manages the unit; the only reviewer's own matter has nobody either."""
    settings.STUCK_DAYS = 7
    sent = [reviewing.submitted(declarant, now=NOW - timedelta(days=days)) for days in (9, 8, 3)]
    assert stuck_for(authority_reviewer) == []
    Membership.objects.filter(user=employer_reviewer, duty=Duty.REVIEW_HOURS).update(ended_at=NOW)
    (stuck,) = stuck_for(authority_reviewer)
    assert (stuck.unit, stuck.times, stuck.since) == (employer, 2, sent[0].waiting_since)
    assert stuck_for(county_officer) == stuck_for(employer_reviewer) == []
    desk = Client()
    desk.force_login(authority_reviewer)
    with django_assert_max_num_queries(16):
        page = text_of(desk.get(reverse("accounts:hand_overs")))
    assert "2 项，最早的从" in page
    assert mark_overdue(now=NOW) > 0
    told = Notice.objects.get(to=authority_reviewer, text__contains=f"没有人能审核《{sent[0].title}》")
    assert told.link == reverse("accounts:hand_overs")
    asked = ask(employer, declarant.user)
    grant(asked, authority_reviewer)
    assert [one.times for one in stuck_for(authority_reviewer)] == [2], "nobody reviews their own"
    make.give(employer_reviewer, employer, Duty.REVIEW_HOURS)
    assert stuck_for(authority_reviewer) == []


@pytest.mark.clause("S1-16")
def test_the_first_units_stand_beside_the_requests_and_all_of_them_on_pages_of_their_own(
    client: Client, county_officer: User, settings: Any, monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    """A county has a hundred such units: the page asks and shows as much as where there are three."""
    settings.STUCK_DAYS = 7
    monkeypatch.setattr("accounts.views.handing_over._FIRST", 1)
    units = [make.employer(f"第{number}中学") for number in range(3)]
    for days, unit in ((8, units[0]), (9, units[2])):
        reviewing.submitted(make.professional(works_at=unit), now=NOW - timedelta(days=days))
    client.force_login(county_officer)
    shown = {}
    for asked in ("", "?show=alone", "?show=stuck"):
        with django_assert_max_num_queries(15):
            shown[asked] = text_of(client.get(f"{reverse('accounts:hand_overs')}{asked}"))
    assert [shown[asked].count("的接任人</span>") for asked in shown] == [2, 3, 2]
    assert all(f'href="{asked}"' in shown[""] for asked in list(shown)[1:])
    assert shown["?show=stuck"].index(units[2].name) < shown["?show=stuck"].index(units[0].name)
    monkeypatch.setattr("accounts.views.handing_over._FIRST", 3)
    assert "?show=" not in text_of(client.get(reverse("accounts:hand_overs")))


@pytest.mark.django_db(transaction=True)
def test_appointed_twice_at_once_ends_duties_once(
    employer: Organization, employer_reviewer: User, declarant: Professional, authority_reviewer: User
) -> None:
    second = make.give(make.user("另一经办人"), employer.supervisor, Duty.APPROVE_UNITS)  # type: ignore[arg-type]
    ask(employer, declarant.user)
    one, two = (HandOver.objects.get() for _ in range(2))
    outcome = settled(
        [partial(grant, one, authority_reviewer, employer_reviewer), partial(grant, two, second, employer_reviewer)]
    )
    assert sum(isinstance(each, MovedOn) for each in outcome) == 1, outcome
    assert Membership.objects.filter(user=declarant.user, ended_at=None).count() == 3
