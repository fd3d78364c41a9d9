"""Another title from a day on (A19), and a name or number put right by two people, with digests in the trail."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import CorrectionKind, Duty, IdKind, Move, RequestState, TitleLevel
from accounts.models import Correction, Organization, PersonChange, Professional, TitleChange, User
from accounts.selectors.history import histories
from accounts.selectors.requests import who_can_decide
from accounts.selectors.safety import account_of
from accounts.services.corrections import confirm, take_back, turn_down
from accounts.services.titles import ask_again, record_title
from accounts.services.titles import turn_down as refuse_title
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from tests import factories as make
from tests.accounts.moving import correction, title
from tests.credits.drafts import photo, text_of

pytestmark = pytest.mark.django_db
NAME, NUMBER, PHONE = CorrectionKind.NAME, CorrectionKind.ID_NUMBER, CorrectionKind.PHONE


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


def confirmed(asked: Correction, by: User, number: str = "") -> Correction:
    return confirm(asked, seen_round=asked.round, number=number, reason="与材料一致", by=by, now=timezone.now())


@pytest.mark.clause("A19")
def test_a_title_holds_from_its_day_on_once_the_unit_has_looked(
    declarant: Professional, employer_reviewer: User, stranger: User
) -> None:
    Professional.objects.update(title_since=date(2020, 9, 1))
    declarant.refresh_from_db()
    asked = title(declarant, since=date(2025, 12, 20))
    assert list(who_can_decide(asked)) == [employer_reviewer]
    assert codes(title, declarant, since=date(2025, 12, 20)) == ["still_open"]
    refuse_title(asked, Move.RETURN, seen_round=1, reason="日期不符", by=employer_reviewer, now=timezone.now())
    said: dict[str, Any] = {"series": make.title_series(), "level": TitleLevel.DEPUTY_SENIOR, "document": None}
    ask_again(
        asked, since=date(2025, 12, 30), reason="已改", by=declarant.user, now=timezone.now(), **said
    )  # fmt: skip
    ruled = {"reason": "证书已核对", "now": timezone.now()}
    assert codes(record_title, asked, seen_round=2, by=stranger, **ruled) == ["not_your_duty"]
    record_title(asked, seen_round=2, by=employer_reviewer, **ruled)
    declarant.refresh_from_db()
    assert (declarant.title_level, declarant.title_since) == ("副高级", date(2025, 12, 30))
    change = PersonChange.objects.get()
    assert (change.effective_on, change.after) == (
        date(2025, 12, 30), {"series": "22", "level": "副高级", "since": "2025-12-30"},
    )  # fmt: skip
    told = histories([declarant])[declarant.pk]
    assert [told.on(date(year, 12, 31)).title_level for year in (2024, 2025)] == ["中级", "副高级"]


def test_a_name_by_the_unit_and_then_the_bureau(
    declarant: Professional, employer_reviewer: User, county_officer: User, client: Client
) -> None:
    client.force_login(declarant.user)
    asked = correction(declarant, NAME, "申报教师甲")
    assert list(who_can_decide(asked)) == [employer_reviewer]
    confirmed(asked, employer_reviewer)
    assert list(who_can_decide(asked)) == [county_officer]
    declarant.refresh_from_db()
    assert declarant.name == "申报教师"
    confirmed(asked, county_officer)
    declarant.refresh_from_db()
    assert declarant.name == User.objects.get(pk=declarant.user_id).name == "申报教师甲"
    assert asked.state == RequestState.GRANTED
    assert client.get(reverse("accounts:profile")).status_code == 302
    event = AuditEvent.objects.get(action="person.correct_name")
    assert event.before["digest"] != event.after["digest"]
    assert "申报教师" not in f"{event.before}{event.after}"


@pytest.mark.clause("A24")
def test_without_an_employer_two_of_the_bureau(county_bureau: Organization, county_officer: User) -> None:
    alone = make.professional("无单位的人")
    second = make.give(make.user("另一经办人"), county_bureau, Duty.APPROVE_PEOPLE)
    asked = confirmed(correction(alone, NAME, "无单位的某人"), county_officer)
    assert list(who_can_decide(asked)) == [second]
    assert codes(confirmed, asked, county_officer) == ["not_your_duty"]
    assert confirmed(asked, second).state == RequestState.GRANTED


def test_a_number_is_typed_from_the_paper_and_found_by_the_new_one(
    declarant: Professional, employer_reviewer: User, county_officer: User, other_declarant: Professional
) -> None:
    right = make.id_number()
    taken = make.id_number()
    make.professional("同号的人", number=taken)
    for value, code in ((taken, "taken"), (right[:-1], "id_shape")):
        assert codes(correction, declarant, NUMBER, value, id_kind=IdKind.RESIDENT) == [code]
    asked = correction(declarant, NUMBER, right.lower(), id_kind=IdKind.RESIDENT)
    assert right not in str(Correction.objects.values().get())
    assert codes(confirmed, asked, employer_reviewer, "") == ["not_the_same"]
    assert codes(confirmed, asked, employer_reviewer, taken) == ["not_the_same"]
    confirmed(asked, employer_reviewer, right)
    confirmed(asked, county_officer, right)
    assert account_of(right) == declarant.user
    assert asked.number_sealed is None
    event = AuditEvent.objects.get(action="person.correct_id_number")
    assert right not in f"{event.before}{event.after}"


@pytest.mark.clause("A24")
def test_who_only_acts_for_others_has_name_and_phone_put_right_by_two(
    employer_reviewer: User, county_officer: User, county_bureau: Organization, client: Client
) -> None:
    """A reviewer of a unit without another officer, and an officer of the bureau itself."""
    second = make.give(make.user("另一经办人"), county_bureau, Duty.APPROVE_PEOPLE)
    third = make.give(make.user("第三经办人"), county_bureau, Duty.APPROVE_PEOPLE)
    for whose, by in ((employer_reviewer, (county_officer, second)), (county_officer, (second, third))):
        client.force_login(whose)
        assert client.get(reverse("accounts:correct_id_number")).status_code == 403
        assert "更正姓名" in text_of(client.get(reverse("accounts:profile")))
        sent = {"name": f"{whose.name}甲", "reason": "登记时写错", "document": photo()}
        assert client.post(reverse("accounts:correct_name"), sent).status_code == 302
        asked = Correction.objects.get(declarant=whose)
        assert (asked.professional, asked.waiting_on) == (None, county_bureau)
        assert codes(confirmed, asked, whose) == ["not_your_duty"]
        page = reverse("accounts:correction", args=[asked.ref])
        assert sent["name"] in text_of(client.get(page))
        for each in by:
            desk = Client()
            desk.force_login(each)
            assert desk.post(page, {"move": "approve", "round": "1", "reason": "一致"}).status_code == 302
        assert User.objects.get(pk=whose.pk).name == sent["name"]
        assert client.get(page).status_code == 302
    number = make.phone()
    asked = confirmed(correction(third, PHONE, number), second, number)
    assert codes(confirmed, asked, second, number) == ["not_your_duty"]
    confirmed(asked, county_officer, number)
    assert account_of(number) == third
    assert codes(correction, make.user("没有职责的人"), NAME, "某某") == ["not_registered"]


def test_a_phone_and_what_was_refused_or_withdrawn_keeps_no_number(
    declarant: Professional, employer_reviewer: User, county_officer: User, other_declarant: Professional
) -> None:
    number = make.phone()
    refused = correction(declarant, PHONE, number)
    turn_down(refused, Move.REJECT, seen_round=1, reason="材料不清", by=employer_reviewer, now=timezone.now())
    withdrawn = correction(declarant, PHONE, number)
    take_back(withdrawn, by=declarant.user, now=timezone.now())
    assert not Correction.objects.filter(number_sealed__isnull=False).exists()
    with pytest.raises(MovedOn):
        confirmed(withdrawn, employer_reviewer, number)
    asked = confirmed(correction(declarant, PHONE, number), employer_reviewer, number)
    late = make.user("抢先的人", number=number)
    assert codes(confirmed, asked, county_officer, number) == ["taken"]
    late.delete()
    confirmed(asked, county_officer, number)
    assert account_of(number) == declarant.user


def test_on_the_pages(client: Client, declarant: Professional, employer_reviewer: User, county_officer: User) -> None:
    desk = Client()
    client.force_login(declarant.user)
    desk.force_login(employer_reviewer)
    form = reverse("accounts:new_title_change")
    sent = {"title_series": "22", "title_level": "副高级", "title_since": "2199-01-01", "reason": "", "x": "\0"}
    wrong = text_of(client.post(form, sent))
    for words in ("请填写情况说明", "请上传证明材料"):
        assert words in wrong
    sent |= {"reason": "取得副高级", "document": photo()}
    assert "不能晚于今天" in text_of(client.post(form, sent))
    kept = client.post(form, sent | {"title_since": "2026-03-01", "document": photo()})
    assert kept.status_code == 302
    page = reverse("accounts:title_change", args=[TitleChange.objects.get().ref])
    assert desk.post(page, {"move": "approve", "round": "1", "reason": "已核对"}).status_code == 302
    assert "已生效" in text_of(client.get(page))
    number = reverse("accounts:correct_id_number")
    bad = client.post(number, {"id_kind": "resident", "number": "4102", "reason": "错", "document": photo()})
    assert "18 位" in text_of(bad)
    right = make.id_number()
    good = {"id_kind": "resident", "number": right, "reason": "登记错一位", "document": photo()}
    assert client.post(number, good).status_code == 302
    asked = Correction.objects.get()
    page = reverse("accounts:correction", args=[asked.ref])
    ruling = {"move": "approve", "round": "1", "reason": "一致"}
    shown = desk.post(page, ruling | {"number": make.id_number()})
    assert "与申请人填写的号码不一致" in text_of(shown)
    assert right not in shown.content.decode() + desk.get(page).content.decode() + client.get(page).content.decode()
    assert desk.post(page, ruling | {"number": right}).status_code == 302
    asked.refresh_from_db()
    assert (asked.stage, asked.waiting_on_id) == (1, county_officer.memberships.first().organization_id)
