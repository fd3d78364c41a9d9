"""The pages of exceptions: the person's, the unit's and the bureau's, and what the declare page says of open years."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty, RequestState
from accounts.models import Organization, Professional, User
from credits.models import BackYearRequest, Declaration
from tests import factories as make
from tests.credits import drafts, exceptions
from tests.credits.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regulation")]
LIST, DESK = "/exceptions/", "/admin/credits/backyearrequest/"
PAPER = {"document_no": exceptions.DOCUMENT_NO, "valid_until": "2026-12-31"}


@pytest.fixture(autouse=True)
def at_that_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def person(db: None) -> Professional:
    """Works in 平顶山: there exceptions are known (S3-02)."""
    return make.professional("援疆教师", works_at=make.employer("平顶山市第九中学", at=make.area("410402")))


@pytest.fixture
def pair(person: Professional) -> tuple[User, User]:
    first, second = exceptions.officers(make.bureau("410402"), "初审员", "核准员")
    return first, second


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def opened(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return text_of(answer)


def ask_address(person: Professional) -> str:
    return reverse("credits:ask_exception", args=[person.ref])


def send(client: Client, person: Professional, **changes: Any) -> Any:
    typed = {"years": ["2024"], "reason": exceptions.REASON, "document": drafts.photo()} | changes
    return client.post(ask_address(person), typed)


def decide(client: Client, user: User, made: BackYearRequest, **said: str) -> Any:
    client.force_login(user)
    made.refresh_from_db()
    typed = {"move": "approve", "reason": "情况属实", "seen_round": str(made.round), "seen_stage": str(made.stage)}
    return client.post(reverse("credits:rule_exception", args=[made.ref]), typed | said)


@pytest.mark.clause("S0-14", "S3-02", "A8")
def test_from_asking_to_declaring(client: Client, person: Professional, pair: tuple[User, User]) -> None:
    page = opened(client, person.user, LIST)
    assert "2024 年度" in page
    assert "可以申请补报" in page
    made_at = send(client, person)["Location"]
    made = BackYearRequest.objects.get()
    assert made_at == reverse("credits:exception", args=[made.ref])
    assert "初审中，还剩 5 个工作日" in text_of(client.get(made_at))
    assert "援疆教师：2024 年度" in opened(client, pair[0], DESK)
    assert decide(client, pair[0], made)["Location"] == DESK
    first_desk = opened(client, pair[0], DESK)
    assert "您已同意，还须新华区人力资源和社会保障局的另一位经办人（核准员）核准，核准后才算批准。" in first_desk
    assert "已批准" not in first_desk
    assert "没有补报申请" in first_desk
    assert "援疆教师" in opened(client, pair[0], f"{DESK}done/")
    assert "核准中" in opened(client, pair[1], DESK)
    assert decide(client, pair[1], made, **PAPER)["Location"] == DESK
    assert "援疆教师的补报申请：已批准。" in opened(client, pair[1], DESK)
    assert all("援疆教师" in opened(client, each, f"{DESK}done/") for each in pair)
    page = opened(client, person.user, made_at)
    assert exceptions.DOCUMENT_NO in page
    assert "可在 2026年12月31日前申报 2024 年度" in page
    declare = opened(client, person.user, "/declare/?year=2024")
    assert "申报哪个年度的学时" in declare
    assert f"已批准您补报（{exceptions.DOCUMENT_NO}）" in declare
    answer = client.post("/declare/", {"activity": "training", "year": "2024"})
    assert Declaration.objects.get().asked_year == 2024
    assert "已批准您补报" in text_of(client.get(answer["Location"]))


@pytest.mark.clause("A7")
def test_an_end_date_in_another_year_than_the_one_declared_is_told_beside_it(
    client: Client, person: Professional, pair: tuple[User, User]
) -> None:
    exceptions.granted(person, *pair, 2024)
    client.force_login(person.user)
    client.post("/declare/", {"activity": "training", "year": "2024"})
    made = Declaration.objects.get()
    answer = drafts.post(client, "submit", made, promise="on")
    assert answer.status_code == 409
    assert "您填报的是 2024 年度，结束日期却在 2026 年" in text_of(answer)
    assert Declaration.objects.get().state == "draft"


@pytest.mark.parametrize("year", ["2023", "2027", "x", "２０２４", "20240"])
def test_a_year_that_is_not_open_cannot_be_chosen(client: Client, person: Professional, year: str) -> None:
    client.force_login(person.user)
    answer = client.post("/declare/", {"activity": "training", "year": year})
    assert answer.status_code == 422
    assert "这个年度现在不能申报" in text_of(answer)
    assert not Declaration.objects.exists()


@pytest.mark.clause("S2-08", "A20")
def test_in_kaifeng_the_page_says_that_there_is_no_way_and_by_which_clause(
    client: Client, declarant: Professional
) -> None:
    page = opened(client, declarant.user, LIST)
    assert "补报（补录）通道不再开通，2020、2021、2022、2023、2024、2025 年度都不能补报" in page
    assert "开封市2021年通知" in page
    assert "申请补报</a>" not in page
    answer = send(client, declarant, years=["2023"])
    assert answer.status_code == 422
    assert not BackYearRequest.objects.exists()


def test_what_is_wrong_is_told_beside_its_field_and_the_file_is_not_asked_for_again(
    client: Client, person: Professional, pair: tuple[User, User]
) -> None:
    client.force_login(person.user)
    answer = send(client, person, reason="")
    assert answer.status_code == 422
    assert "请写明申请理由" in text_of(answer)
    assert "已收到材料：结业证书" in text_of(answer)
    kept = str(answer.context["document"].ref)
    stranger = make.professional("别人", works_at=person.employments.get().organization)
    client.force_login(stranger.user)
    foreign = client.post(ask_address(stranger), {"years": ["2024"], "reason": "理由", "kept": kept})
    assert "请上传证明材料" in text_of(foreign)
    client.force_login(person.user)
    answer = client.post(ask_address(person), {"years": ["2024"], "reason": exceptions.REASON, "kept": kept})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"years": ["2026"]}, "请从列表中选择年度"),
        ({"years": ["１"]}, "请从列表中选择年度"),
        ({"years": []}, "请选择要补报的年度"),
        ({"document": b""}, "请上传证明材料"),
        ({"kept": "x", "document": ""}, "请重新选择文件"),
        ({"reason": "字" * 501}, "最多 500 个字"),
    ],
)
def test_bad_input_is_answered_in_words(
    client: Client, person: Professional, pair: tuple[User, User], changes: dict[str, Any], words: str
) -> None:
    client.force_login(person.user)
    answer = send(client, person, **changes)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not BackYearRequest.objects.exists()


def test_a_file_that_is_none_is_refused(client: Client, person: Professional, pair: tuple[User, User]) -> None:
    client.force_login(person.user)
    photo = drafts.photo("证明.exe")
    photo.file.seek(0)
    photo.file.write(b"MZ\x90\x00 no picture at all")
    answer = send(client, person, document=photo)
    assert answer.status_code == 422
    assert not BackYearRequest.objects.exists()


def test_returned_mended_and_sent_again(client: Client, person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.asked(person, 2024)
    decide(client, pair[0], made, move="return", reason="请附派出文件")
    assert "援疆教师的补报申请：已退回补正。" in opened(client, pair[0], DESK)
    page = opened(client, person.user, reverse("credits:exception", args=[made.ref]))
    assert "退回原因" in page
    assert "请附派出文件" in page
    edit = reverse("credits:edit_exception", args=[made.ref])
    assert "沿用上次的材料" in opened(client, person.user, edit)
    client.post(edit, {"years": ["2023", "2024"], "reason": "已附派出文件"})
    made.refresh_from_db()
    assert (made.state, made.round) == (RequestState.WAITING, 2)
    assert client.get(edit)["Location"] == reverse("credits:exception", args=[made.ref])


def test_taken_back_it_is_nobodys_to_decide(client: Client, person: Professional, pair: tuple[User, User]) -> None:
    made = exceptions.asked(person, 2024)
    client.force_login(person.user)
    client.post(reverse("credits:withdraw_exception", args=[made.ref]))
    answer = decide(client, pair[0], made)
    assert answer.status_code in (404, 409)
    assert BackYearRequest.objects.get().state == RequestState.WITHDRAWN


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"move": ""}, "请选择一种处理"),
        ({"move": "grant"}, "请选择一种处理"),
        ({"reason": ""}, "请写明处理意见"),
        ({"document_no": ""}, "请填写批准文号"),
        ({"valid_until": ""}, "请填写补报截止的日期"),
        ({"valid_until": "2026-02-30"}, "没有这一天"),
        ({"valid_until": "2026-11-01"}, "已经过去"),
        ({"seen_round": "x"}, "页面内容不完整"),
    ],
)
def test_a_ruling_that_is_not_whole_is_answered_in_words(
    client: Client, person: Professional, pair: tuple[User, User], said: dict[str, str], words: str
) -> None:
    made = exceptions.recommended(person, pair[0], 2024)
    answer = decide(client, pair[1], made, **(PAPER | said))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert BackYearRequest.objects.get().state == RequestState.WAITING


def test_a_page_from_before_the_first_hand_grants_nothing(
    client: Client, person: Professional, pair: tuple[User, User]
) -> None:
    made = exceptions.recommended(person, pair[0], 2024)
    answer = decide(client, pair[1], made, seen_stage="1", **PAPER)
    assert answer.status_code == 409
    assert "初审员" in text_of(answer)


def test_a_unit_asks_for_its_people_and_follows(client: Client, person: Professional, pair: tuple[User, User]) -> None:
    unit = person.employments.get().organization
    officer = make.give(make.user("人事干事"), unit, Duty.MANAGE_UNIT)
    page = opened(client, officer, f"{LIST}?name=援疆")
    assert ask_address(person) in page
    send(client, person)
    assert "由 人事干事 代为申请" in opened(
        client, person.user, LIST.rstrip("/") + f"/{BackYearRequest.objects.get().ref}/"
    )
    assert "援疆教师：2024 年度" in opened(client, officer, LIST)


def test_to_others_it_does_not_exist(
    client: Client, person: Professional, pair: tuple[User, User], declarant: Professional, city_bureau: Organization
) -> None:
    made = exceptions.asked(person, 2024)
    elsewhere = exceptions.officers(city_bureau, "外地经办人")[0]
    for user in (declarant.user, elsewhere):
        client.force_login(user)
        for name in ("exception", "exception_document", "edit_exception"):
            assert client.get(reverse(f"credits:{name}", args=[made.ref])).status_code == 404
        for name in ("rule_exception", "withdraw_exception"):
            assert client.post(reverse(f"credits:{name}", args=[made.ref])).status_code == 404
        assert client.get(ask_address(person)).status_code == 404
    assert "援疆教师" not in opened(client, elsewhere, DESK)


def test_the_lists_cost_the_same_however_long_they_are(
    client: Client, person: Professional, pair: tuple[User, User], django_assert_max_num_queries: Any
) -> None:
    unit = person.employments.get().organization
    for number in range(3):
        exceptions.asked(make.professional(f"教师{number}", works_at=unit), 2024)
    officer = make.give(make.user("人事干事"), unit, Duty.MANAGE_UNIT)
    client.force_login(pair[0])
    with django_assert_max_num_queries(16):
        client.get(DESK)
    client.force_login(officer)
    with django_assert_max_num_queries(16):
        client.get(LIST)
    client.force_login(person.user)
    with django_assert_max_num_queries(32):
        client.get(LIST)


def test_a_draft_of_a_closed_year_leads_to_what_can_be_done(client: Client, person: Professional) -> None:
    made = drafts.draft(person, started_on=date(2024, 5, 6), ended_on=date(2024, 5, 8))
    page = opened(client, person.user, drafts.at("edit_declaration", made))
    assert "2024 年度的申报已于 2024年12月31日截止" in page
    assert "如属特殊原因，可以申请补报" in page
    assert LIST in page


def test_the_reviewer_is_told_by_which_paper_a_closed_year_was_declared(
    client: Client, person: Professional, pair: tuple[User, User]
) -> None:
    exceptions.granted(person, *pair, 2024)
    made = drafts.handed_in(person, started_on=date(2024, 5, 6), ended_on=date(2024, 5, 8))
    reviewer = make.give(make.user("单位审核员"), made.organization, Duty.REVIEW_HOURS)
    page = opened(client, reviewer, reverse("reviews:review", args=[made.ref]))
    assert f"已批准本人补报（{exceptions.DOCUMENT_NO}），到 2026年12月31日为止" in page
