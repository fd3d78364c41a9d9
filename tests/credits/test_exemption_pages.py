"""The pages on which people ask to owe less, their unit looks on, and the bureau rules: each reader, each refusal."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.kernel.models import StoredFile
from credits.models import Obligation, ObligationRequest, OutsideHours
from tests import factories as people
from tests.credits import asking
from tests.credits.asking import EASING_TYPED, OUTSIDE_TYPED
from tests.credits.drafts import photo, text_of
from tests.credits.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
LIST = reverse("credits:requests")
NEW = reverse("credits:new_exemption")
NEW_OUTSIDE = reverse("credits:new_outside_hours")


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def at(name: str, asked: Any) -> str:
    return reverse(f"credits:{name}", args=[asked.ref])


def signed_in(user: User) -> Client:
    page = Client()
    page.force_login(user)
    return page


def test_a_person_asks_on_a_page_and_sees_with_whom_it_waits(declarant: Professional, granter: User) -> None:
    page = signed_in(declarant.user)
    form = text_of(page.get(NEW))
    assert "申请由顺河回族区人力资源和社会保障局决定" in form
    assert "会计专业技术人员" in form
    answer = page.post(NEW, EASING_TYPED | {"document": photo()})
    asked = ObligationRequest.objects.get()
    assert answer.headers["Location"] == at("exemption", asked)
    shown = text_of(page.get(at("exemption", asked)))
    for words in ("等待处理", "顺河回族区人力资源和社会保障局", "0371-23000000", "还剩 5 个工作日", "撤回申请"):
        assert words in shown, words
    assert "您的决定" not in shown
    document = page.get(at("exemption_document", asked))
    assert document.headers["Content-Type"] == "image/jpeg"
    document.close()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "elsewhere"}, "请选择免修还是减免"),
        ({"ground": ""}, "请选择原因"),
        ({"year_from": "2019"}, "请从列表中选择年度"),
        ({"year_from": "2027"}, "截止年度不能早于起始年度"),
        ({"kind": "reduced"}, "请填写减免的学时"),
        ({"kind": "reduced", "less_public": "7.3"}, "以 0.5 为单位"),
        ({"kind": "reduced", "less_public": "٧"}, "请用数字填写学时"),
        ({"kind": "reduced", "less_public": "91"}, "每个科目每年最多减免 90 学时"),
        ({"reason": ""}, "请写明申请理由"),
        ({"reason": "\u202e反"}, "无法显示的字符"),
        ({"document": None}, "请上传证明材料"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    declarant: Professional, granter: User, changes: dict[str, Any], words: str
) -> None:
    sent = {
        name: value for name, value in (EASING_TYPED | {"document": photo()} | changes).items() if value is not None
    }
    answer = signed_in(declarant.user).post(NEW, sent)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not ObligationRequest.objects.exists()


def test_a_file_that_came_need_not_be_chosen_again(
    declarant: Professional, granter: User, other_declarant: Professional
) -> None:
    page = signed_in(declarant.user)
    answer = page.post(NEW, EASING_TYPED | {"document": photo(), "ground": ""})
    kept = str(StoredFile.objects.get().ref)
    assert kept in text_of(answer)
    stranger = signed_in(other_declarant.user)
    assert stranger.post(NEW, EASING_TYPED | {"kept": kept}).status_code == 422
    assert page.post(NEW, EASING_TYPED | {"kept": kept}).status_code == 302
    assert str(ObligationRequest.objects.get().document.ref) == kept


def test_a_file_that_is_none_of_the_kinds_is_told_beside_it(declarant: Professional, granter: User) -> None:
    virus = photo("证明.jpg")
    virus.file.seek(0)
    virus.file.write(b"MZ\x90\x00")
    virus.file.seek(0)
    answer = signed_in(declarant.user).post(NEW, EASING_TYPED | {"document": virus})
    assert answer.status_code == 422
    assert not ObligationRequest.objects.exists()


def test_the_unit_asks_for_its_people_and_for_nobody_else(
    declarant: Professional, other_declarant: Professional, employer_reviewer: User, granter: User
) -> None:
    page = signed_in(employer_reviewer)
    own = reverse("credits:new_exemption_for", args=[declarant.ref])
    assert "申报教师" in text_of(page.get(own))
    assert page.post(own, EASING_TYPED | {"document": photo()}).status_code == 302
    asked = ObligationRequest.objects.get()
    assert (asked.declarant, asked.asked_by) == (declarant.user, employer_reviewer)
    assert "代申报教师申请" in text_of(signed_in(declarant.user).get(at("exemption", asked)))
    assert page.get(reverse("credits:new_exemption_for", args=[other_declarant.ref])).status_code == 404


def test_the_bureau_rules_on_the_page_and_the_person_reads_what_it_means(
    declarant: Professional, granter: User
) -> None:
    asked = asking.easing(declarant)
    desk, page = signed_in(granter), signed_in(declarant.user)
    assert "申报教师" in text_of(desk.get(LIST))
    assert "批准免修" in text_of(desk.get(at("exemption", asked)))
    act = at("decide_exemption", asked)
    wrong = desk.post(act, {"move": "approve", "round": "1", "reason": "同意"})
    assert wrong.status_code == 422
    assert "请填写批准文号" in text_of(wrong)
    assert desk.post(act, {"move": "return", "round": "1", "reason": ""}).status_code == 422
    sent = {"move": "approve", "round": "1", "reason": "材料齐全，同意。", "document_no": "顺人社函〔2026〕7号"}
    assert desk.post(act, sent).status_code == 302
    shown = text_of(page.get(at("exemption", asked)))
    assert "2026 年度不要求完成学时。已经学的照常计入，仍可以申报。" in shown
    assert "顺人社函〔2026〕7号" in shown
    assert desk.post(act, sent).status_code in {409, 422}
    ended = desk.post(at("end_exemption", asked), {"last_year": "2025", "end_reason": "材料不实"})
    assert ended.status_code == 302
    assert Obligation.objects.get().last_year == 2025
    assert "批准后已终止" in text_of(page.get(at("exemption", asked)))


def test_a_stale_page_rules_on_nothing(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    ObligationRequest.objects.update(round=2)
    sent = {"move": "approve", "round": "1", "reason": "同意", "document_no": "顺人社函〔2026〕7号"}
    assert signed_in(granter).post(at("decide_exemption", asked), sent).status_code == 409
    assert not Obligation.objects.exists()


def test_who_may_only_read_along_decides_nothing_whatever_they_send(
    declarant: Professional, employer_reviewer: User, granter: User, county_bureau: Organization
) -> None:
    """Refused before the form is read; who of the office comes second is told who was first."""
    asked = asking.easing(declarant)
    act, before = at("decide_exemption", asked), ObligationRequest.objects.values().get()
    whole = {"move": "approve", "round": "1", "reason": "同意", "document_no": "顺人社函〔2026〕7号"}
    for user in (employer_reviewer, declarant.user):
        assert signed_in(user).get(at("exemption", asked)).status_code == 200
        for sent in ({}, {"move": "grant"}, whole):
            answer = signed_in(user).post(act, sent)
            assert answer.status_code == 403
            assert "不由您处理" in text_of(answer)
    assert ObligationRequest.objects.values().get() == before
    late = people.give(people.user("另一位经办人"), county_bureau, Duty.GRANT_EXCEPTIONS)
    assert signed_in(granter).post(act, whole).status_code == 302
    assert signed_in(late).post(act, whole).status_code == 409
    assert signed_in(employer_reviewer).post(act, whole).status_code == 403


def test_a_move_that_is_none_is_told_in_words(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    answer = signed_in(granter).post(at("decide_exemption", asked), {"move": "grant", "round": "1", "reason": "同意"})
    assert answer.status_code == 422
    assert "您的决定</a>：请选择批准、退回补正或不予批准。" in text_of(answer)
    assert "Move" not in text_of(answer)


def test_returned_it_is_mended_on_its_page(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    desk, page = signed_in(granter), signed_in(declarant.user)
    desk.post(at("decide_exemption", asked), {"move": "return", "round": "1", "reason": "请补诊断证明"})
    assert "请补诊断证明" in text_of(page.get(at("exemption", asked)))
    form = page.get(at("edit_exemption", asked))
    assert "沿用原来的证明材料" in text_of(form)
    answer = page.post(at("edit_exemption", asked), EASING_TYPED | {"reason": "附诊断证明", "round": "1"})
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.round) == ("waiting", 2)
    assert page.post(at("edit_exemption", asked), EASING_TYPED | {"round": "1"}).status_code == 302
    asked.refresh_from_db()
    assert asked.round == 2


def test_taken_back_on_the_page(declarant: Professional, granter: User) -> None:
    asked = asking.easing(declarant)
    page = signed_in(declarant.user)
    assert page.post(at("withdraw_exemption", asked)).status_code == 302
    assert "已撤回" in text_of(page.get(at("exemption", asked)))
    assert page.post(at("withdraw_exemption", asked)).status_code == 409


def test_outside_hours_go_from_page_to_page(declarant: Professional, employer_reviewer: User, granter: User) -> None:
    page, unit, desk = signed_in(declarant.user), signed_in(employer_reviewer), signed_in(granter)
    assert "2026 年度的学时" in text_of(page.get(NEW_OUTSIDE))
    wrong = page.post(NEW_OUTSIDE, OUTSIDE_TYPED | {"document": photo(), "ended_on": "2026-02-30"})
    assert wrong.status_code == 422
    assert "没有这一天" in text_of(wrong)
    many = page.post(NEW_OUTSIDE, OUTSIDE_TYPED | {"document": photo(), "public_claimed": "91"})
    assert "每个科目最多申报 90 学时" in text_of(many)
    assert page.post(NEW_OUTSIDE, OUTSIDE_TYPED | {"document": photo()}).status_code == 302
    claimed = OutsideHours.objects.get()
    assert "确认属实，转人社部门" in text_of(unit.get(at("outside_hours", claimed)))
    assert desk.get(at("outside_hours", claimed)).status_code == 404
    decide = at("decide_outside_hours", claimed)
    assert page.post(decide, {"move": "approve", "round": "1", "reason": "情况属实"}).status_code == 403
    assert unit.post(decide, {"move": "approve", "round": "1", "reason": "情况属实"}).status_code == 302
    assert "广东省" in text_of(desk.get(f"{LIST}?kind=outside"))
    more = desk.post(
        decide, {"move": "approve", "round": "1", "reason": "同意", "public": "19", "professional": "20.5"}
    )
    assert more.status_code == 422
    lots = desk.post(decide, {"move": "approve", "round": "1", "reason": "同意", "public": "91"})
    assert "每个科目最多认定 90 学时" in text_of(lots)
    assert "最多认定申报的 18 学时" in text_of(more)
    sent = {"move": "approve", "round": "1", "reason": "同意", "public": "18", "professional": "0"}
    assert desk.post(decide, sent).status_code == 302
    assert "已认定 18 学时，计入 2026 年度" in text_of(page.get(at("outside_hours", claimed)))


def test_the_list_is_for_who_asks_or_decides(
    declarant: Professional, granter: User, operator: User, employer_reviewer: User
) -> None:
    assert Client().get(LIST).status_code == 302
    assert signed_in(operator).get(LIST).status_code == 403
    for user in (declarant.user, granter, employer_reviewer):
        assert signed_in(user).get(LIST).status_code == 200


@pytest.mark.parametrize("view", ["waiting", "all"])
def test_the_list_asks_few_queries_however_long(
    declarant: Professional, granter: User, django_assert_max_num_queries: Any, view: str
) -> None:
    for _ in range(3):
        asking.outside(declarant, replace(asking.TRANSCRIPT, number=f"粤 {_}"))
    asking.easing(declarant)
    desk = signed_in(granter)
    for kind in ("exemption", "outside"):
        with django_assert_max_num_queries(14):
            assert desk.get(f"{LIST}?kind={kind}&view={view}").status_code == 200


def test_the_page_of_one_asks_few_queries(
    declarant: Professional, granter: User, django_assert_max_num_queries: Any
) -> None:
    asked = asking.easing(declarant)
    desk = signed_in(granter)
    with django_assert_max_num_queries(22):
        desk.get(at("exemption", asked))
