"""The pages of a draft: begin, keep, prove, hand in. By the form door every bad input of inputs.md A to D."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Professional, User
from credits.enums import DeclarationState
from credits.models import Declaration
from tests import factories as people
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.drafts import TYPED, at, post, text_of
from tests.credits.factories import NOW, SHANGHAI

pytestmark = [pytest.mark.usefixtures("henan_2026"), pytest.mark.django_db]
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(client: Client, declarant: Professional) -> Client:
    client.force_login(declarant.user)
    return client


@pytest.fixture
def draft(declarant: Professional) -> Declaration:
    return drafts.draft(declarant)


def row() -> dict[str, Any]:
    return Declaration.objects.values().get()


def test_the_ways_are_offered_and_a_choice_makes_a_draft(page: Client) -> None:
    way = drafts.way()
    shown = text_of(page.get(reverse("credits:declare")))
    assert way.name in shown
    assert "结业证书" in shown
    answer = page.post(reverse("credits:declare"), {"activity": "training"})
    made = Declaration.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, at("edit_declaration", made))
    assert made.activity == way


@pytest.mark.parametrize("choice", ["", "unknown", "training\u0000"])
def test_without_a_choice_nothing_begins(page: Client, choice: str) -> None:
    drafts.way()
    answer = page.post(reverse("credits:declare"), {"activity": choice})
    assert answer.status_code == 422
    assert "请先选择学习方式" in text_of(answer)
    assert not Declaration.objects.exists()


def test_the_page_of_a_draft_tells_what_is_missing(page: Client, declarant: Professional) -> None:
    made = drafts.draft(declarant, files=0, payer="")
    shown = text_of(page.get(at("edit_declaration", made)))
    assert "提交前还差 2 项" in shown
    assert "请至少上传一份佐证材料" in shown
    assert "提交给开封市第一实验中学审核" in shown
    assert "共 3 天" in shown
    assert "24 学时" in shown


def test_saving_keeps_what_was_typed(page: Client, draft: Declaration) -> None:
    answer = post(
        page, "edit_declaration", draft, title="新课标研修", hours_claimed="８．５", remark="第一行\r\n第二行"
    )
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.title, str(draft.hours_claimed), draft.remark) == ("新课标研修", "8.5", "第一行\n第二行")
    assert 'value="8.5"' in text_of(page.get(at("edit_declaration", draft)))


BAD = [
    *(("hours_claimed", text) for text in (
        "-1", "0", "0.4", "8.05", "NaN", "Infinity", "-Infinity", "1e1", "1e400", "true", "[8]", '{"a":1}',
        "٨", "9" * 5000, "90.5", "8 学时", "八", "8,5",
    )),
    *((field, text) for field in ("started_on", "ended_on") for text in (
        "2025-02-30", "2025-W01-1", "20251231", "2025-1-1", "0001-01-01", "2026-10-12T16:00:00Z", "２０２６-10-12",
        "٢٠٢٦-10-12", "2026/10/12", "yesterday",
    )),
    ("ended_on", "2026-10-11"),
    *((field, text) for field in ("title", "organiser", "certificate_no", "remark") for text in (
        "名\u0000称", "名\u202e称", "\ud83d\u200d", "名\u200b称", "长" * 301, "长" * 100_000,
    )),
    ("activity", "no_such_way"),
    ("subject", "both"),
    ("was_passed", "maybe"),
    ("payer", "god"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text"), BAD, ids=lambda value: ascii(value)[:24])
@pytest.mark.parametrize("door", ["edit_declaration", "submit"])
def test_what_cannot_be_read_is_refused_beside_its_field(
    page: Client, draft: Declaration, door: str, field: str, text: str
) -> None:
    before = row()
    text = text.encode("utf-8", "ignore").decode() if field in {"title", "organiser"} else text
    text = text.encode("utf-8", "replace").decode()
    answer = post(page, door, draft, **{field: text, "promise": "on"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.get(field) or answer.context["problems"]
    assert "没有提交成功" in text_of(answer)
    assert row() == before


def test_a_refused_page_still_holds_everything_typed(page: Client, draft: Declaration) -> None:
    answer = post(page, "edit_declaration", draft, title="<b>改过的名称</b>", hours_claimed="八")
    shown = text_of(answer)
    assert "&lt;b&gt;改过的名称&lt;/b&gt;" in shown
    assert 'value="八"' in shown
    assert "请用数字填写学时" in shown


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "%s", "${x}", "' OR 1=1--"],
)
def test_strange_text_is_only_text(page: Client, draft: Declaration, text: str) -> None:
    post(page, "edit_declaration", draft, title=text)
    draft.refresh_from_db()
    assert draft.title == text
    for address in (at("edit_declaration", draft), reverse("credits:declarations")):
        shown = text_of(page.get(address))
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "49" not in text or "{{7*7}}" in shown


def test_autosave_keeps_what_can_be_read_and_names_what_cannot(page: Client, draft: Declaration) -> None:
    answer = page.post(at("autosave", draft), TYPED | {"title": "新名称", "hours_claimed": "NaN"})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["hours_claimed"]
    draft.refresh_from_db()
    assert (draft.title, str(draft.hours_claimed)) == ("新名称", "24.0")
    answer = page.post(at("autosave", draft), TYPED | {"title": "新名称", "payer": ""})
    assert answer.status_code == 200
    assert answer.json()["version"] == Declaration.objects.get().version
    assert "请选择费用由谁承担" in answer.json()["missing"]
    assert answer.json()["saved_at"] == "10:00"


def test_autosave_of_dates_the_wrong_way_round_keeps_neither(page: Client, draft: Declaration) -> None:
    answer = page.post(at("autosave", draft), TYPED | {"started_on": "2026-10-20", "ended_on": "2026-10-19"})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert (str(draft.started_on), str(draft.ended_on)) == ("2026-10-12", "2026-10-14")


def test_another_page_that_is_older_is_not_believed(page: Client, draft: Declaration) -> None:
    old = draft.version
    post(page, "edit_declaration", draft, title="第二个页面的内容", version=str(old))
    answer = post(page, "edit_declaration", draft, title="第一个页面的内容", version=str(old))
    assert answer.status_code == 409
    assert "另一个页面" in text_of(answer)
    assert "第一个页面的内容" in text_of(answer)
    assert Declaration.objects.get().title == "第二个页面的内容"
    assert page.post(at("autosave", draft), TYPED | {"version": str(old)}).status_code == 409
    fresh = Declaration.objects.get().version
    assert post(page, "edit_declaration", draft, title="第一个页面的内容", version=str(fresh)).status_code == 302


def test_handing_in_from_the_page(page: Client, draft: Declaration) -> None:
    answer = post(page, "submit", draft, promise="on", title="改好的名称")
    draft.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, at("declaration", draft))
    assert (draft.state, draft.title) == (DeclarationState.AT_EMPLOYER, "改好的名称")
    shown = text_of(page.get(answer["Location"]))
    assert "已提交给开封市第一实验中学审核" in shown
    assert "还剩 5 个工作日" in shown


def test_handing_in_without_promise_or_evidence_shows_the_page_again(page: Client, declarant: Professional) -> None:
    made = drafts.draft(declarant, files=0)
    answer = post(page, "submit", made)
    assert answer.status_code == 422
    assert "请阅读并勾选承诺" in text_of(answer)
    assert "请至少上传一份佐证材料" in text_of(answer)
    made.refresh_from_db()
    assert made.state == DeclarationState.DRAFT


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"started_on": "2025-10-12", "ended_on": "2025-10-14"}, 409, "2025 年度"),
        ({"ended_on": "2026-11-21"}, 422, "还没有到"),
        ({"hours_claimed": "24.5"}, 422, "最多申报 24 学时"),
        ({"was_passed": "no"}, 422, "合格后才能计入"),
    ],
)
def test_what_the_rules_refuse_is_kept_as_a_draft(
    page: Client, draft: Declaration, changes: dict[str, str], status: int, says: str
) -> None:
    answer = post(page, "submit", draft, promise="on", **changes)
    assert answer.status_code == status
    assert says in text_of(answer)
    (field,) = answer.context["form"].errors
    assert says in answer.context["form"].errors[field][0]
    assert text_of(answer).count('class="error-summary"') == 1
    draft.refresh_from_db()
    assert draft.state == DeclarationState.DRAFT
    assert draft.round == 0


def test_last_year_is_closed_from_the_first_second_of_the_new(page: Client, draft: Declaration) -> None:
    make.rule_set("henan-2027", year_from=2027)
    with time_machine.travel(datetime(2027, 1, 1, tzinfo=SHANGHAI), tick=False):
        page.force_login(draft.declarant)
        answer = page.post(at("submit", draft), TYPED | {"promise": "on"}, HTTP_DATE="Thu, 31 Dec 2026 15:00:00 GMT")
    assert answer.status_code == 409
    assert "不再补报" in text_of(answer)


def test_handing_in_twice_is_answered_409(page: Client, draft: Declaration) -> None:
    post(page, "submit", draft, promise="on")
    assert post(page, "submit", draft, promise="on").status_code == 409
    assert post(page, "edit_declaration", draft, title="改").status_code == 409
    assert page.post(at("autosave", draft), TYPED).status_code == 409
    assert page.get(at("edit_declaration", draft))["Location"] == at("declaration", draft)
    assert Declaration.objects.get().round == 1


ADDRESSES = ("edit_declaration", "autosave", "add_evidence", "submit", "declaration", "withdraw", "declare_again")


def test_what_belongs_to_another_is_as_if_it_were_not_there(
    page: Client, other_declarant: Professional, draft: Declaration
) -> None:
    foreign = drafts.draft(other_declarant)
    for name in ADDRESSES:
        for ref in (foreign.ref, uuid4()):
            address = reverse(f"credits:{name}", args=[ref])
            assert page.post(address, TYPED).status_code in ({405} if name == "declaration" else {404})
            if name in {"edit_declaration", "declaration"}:
                assert page.get(address).status_code == 404
    for name in ("evidence_file", "remove_evidence"):
        for ref in (foreign.evidence.get().ref, uuid4()):
            address = reverse(f"credits:{name}", args=[ref])
            answer = page.get(address) if name == "evidence_file" else page.post(address)
            assert answer.status_code == 404
    assert Declaration.objects.filter(pk=foreign.pk, version=foreign.version).exists()


def test_reviewers_and_passers_by_have_no_page_here(client: Client, draft: Declaration, stranger: User) -> None:
    for name in ("edit_declaration", "declaration"):
        assert client.get(at(name, draft)).status_code == 302
    client.force_login(stranger)
    for name in ("edit_declaration", "declaration"):
        assert client.get(at(name, draft)).status_code == 403
    for name in ("declare", "declarations", "hours"):
        assert client.get(reverse(f"credits:{name}")).status_code == 403


def test_whoever_is_not_approved_yet_cannot_hand_in(page: Client, declarant: Professional) -> None:
    made = drafts.draft(declarant)
    Professional.objects.update(approved_at=None)
    assert post(page, "submit", made, promise="on")["Location"] == reverse("accounts:registration")
    assert Declaration.objects.get().state == DeclarationState.DRAFT


def test_where_the_place_asks_for_compulsory_hours_the_kind_is_asked(page: Client, draft: Declaration) -> None:
    make.rule_set("kaifeng", area_code="410200", figures={"public_compulsory": "24"}, clause="S2-02")
    assert "必修课" in text_of(page.get(at("edit_declaration", draft)))
    answer = post(page, "submit", draft, subject="public", promise="on")
    assert answer.status_code == 422
    assert "请选择是必修课还是选修课" in text_of(answer)
    assert post(page, "submit", draft, subject="public", public_kind="elective", promise="on").status_code == 302


def test_too_full_a_day_is_told_before_handing_in_and_does_not_hinder_it(page: Client, declarant: Professional) -> None:
    made = drafts.draft(declarant)
    days = {"started_on": date(2026, 10, 12), "ended_on": date(2026, 10, 14)}
    hint = "同一天还有“网络课程”（18 学时），合计最多一天 14 学时，超过每人每天 12 学时"
    assert "同一天还有" not in text_of(page.get(at("edit_declaration", made)))
    make.credit(declarant, "18", title="网络课程", **days)
    assert hint in text_of(page.get(at("edit_declaration", made)))
    assert post(page, "submit", made, promise="on").status_code == 302


def test_the_page_of_a_draft_does_not_ask_more_for_more_files(
    page: Client, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = drafts.draft(declarant, files=8)
    with django_assert_max_num_queries(28):
        page.get(at("edit_declaration", made))


def test_without_an_employer_the_page_names_the_bureau_of_the_place(client: Client) -> None:
    person = people.professional("无单位人员")
    bureau = people.bureau(person.area.code)
    client.force_login(person.user)
    made = drafts.draft(person)
    shown = text_of(client.get(at("edit_declaration", made)))
    assert f"提交给{bureau.name}审核" in shown


def test_where_no_bureau_stands_in_for_the_employer_the_page_says_so(client: Client) -> None:
    person = people.professional("无单位人员")
    client.force_login(person.user)
    made = drafts.draft(person)
    shown = text_of(client.get(at("edit_declaration", made)))
    assert "您所在的地区还没有负责审核的人社部门" in shown
