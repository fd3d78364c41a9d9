"""The public page: what a stranger learns of a certificate, and that there is nothing else to learn (T16)."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Professional
from ceportal.kernel.models import Counter
from certificates.models import Certificate, VerificationCount
from certificates.rules.numbers import certificate_number
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db

LOOK_UP = "/verify/"


def page(client: Client, certificate: Certificate) -> str:
    response = client.get(reverse("certificates:verify", args=[certificate.token]))
    assert response.status_code == 200
    return response.content.decode()


def look_up(client: Client, number: str, name: str) -> "tuple[int, str]":
    response = client.post(LOOK_UP, {"number": number, "name": name})
    return response.status_code, response.content.decode()


@pytest.mark.asvs("v5.0.0-14.2.6")
def test_a_stranger_reads_the_status_and_a_masked_name(client: Client, declarant: Professional) -> None:
    certificate = make.issued(declarant)
    text = page(client, certificate)
    for wanted in ("有效", "申***", "开封市第一实验中学", "2026 年度", certificate.number, "60 学时", "2026年11月20日"):
        assert wanted in text
    assert declarant.name not in text
    assert not re.search(r"\d{6}\*{8}|\d{17}[\dX]", text)
    assert "请核对浏览器地址栏为" in text
    assert "不是《电子签名法》所称的可靠电子签名" in text


def test_a_checker_sees_what_checking_needs_and_no_more(client: Client, declarant: Professional) -> None:
    """The sheet in hand shows the employer; number and name do not. What was learned and the title, nobody sees."""
    certificate = make.issued(declarant)
    employer, sheet = certificate.snapshot["employer"], page(client, certificate)
    typed = look_up(client, certificate.number, declarant.name)[1]
    assert employer in sheet
    assert employer not in typed
    for text in (sheet, typed):
        assert f"{len(certificate.snapshot['items'])} 项" in text
        assert "职称" not in text
        assert not [item["title"] for item in certificate.snapshot["items"] if item["title"] in text]


def test_with_its_codes_configured_it_bears_the_national_form(
    client: Client, declarant: Professional, settings: Any
) -> None:
    """A sample does not: it is no licence."""
    settings.CERTIFICATE_TYPE_CODE, settings.CERTIFICATE_ISSUER_CODE = "11100000000013338W011", "11430000006122244L"
    settings.CERTIFICATE_AUTHORITY = "某省人力资源和社会保障厅"
    certificate = make.issued(declarant)
    made = certificate.snapshot["licence_id"]
    assert made.split(".")[5:9] == ["11100000000013338W011", "11430000006122244L", "41020020260000001", "001"]
    assert made in page(client, certificate)
    assert client.get(f"/api/v1/certificates/{certificate.token}").json()["licence_id"] == made


def test_nobody_keeps_or_lists_the_answer(client: Client, declarant: Professional) -> None:
    address = reverse("certificates:verify", args=[make.issued(declarant).token])
    for path, policy in ((address, "no-referrer"), ("/v/nothing/", "no-referrer"), (LOOK_UP, "same-origin")):
        response = client.get(path)
        assert response["Cache-Control"] == "no-store"
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == policy


def test_a_page_with_a_form_lets_the_browser_say_where_it_comes_from(client: Client, declarant: Professional) -> None:
    """With `no-referrer` a browser sends `Origin: null`, and the guard of forms refuses one's own sign-out."""
    client.force_login(declarant.user)
    assert client.get("/v/nothing/")["Referrer-Policy"] == "same-origin"


def test_a_revoked_one_is_found_and_says_why_and_since_when(client: Client, declarant: Professional) -> None:
    entries = make.meet(declarant)
    settle_changed_accounts(now=make.NOW)
    make_sheets(now=make.NOW)
    certificate = Certificate.objects.get(professional=declarant)
    make.take_back(entries[0], reason="材料不实，附件系他人证书")
    assert "正在复核" in page(client, certificate)
    settle_changed_accounts(now=make.later(2))
    text = page(client, certificate)
    assert "已撤销" in text
    assert "2026年11月20日起不再有效" in text
    assert "1 项学习记录" in text
    assert "他人证书" not in text


def test_a_superseded_one_leads_to_its_successor(client: Client, declarant: Professional) -> None:
    entries = make.meet(declarant, spare="20")
    settle_changed_accounts(now=make.NOW)
    make_sheets(now=make.NOW)
    make.take_back(entries[3])
    settle_changed_accounts(now=make.later(2))
    old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
    assert "新的证书正在生成" in page(client, old)
    make_sheets(now=make.later(2))
    text = page(client, old)
    assert "已被新证书替代" in text
    assert reverse("certificates:verify", args=[new.token]) in text
    typed = look_up(client, old.number, declarant.name)[1]
    assert new.number in typed
    assert new.token not in typed
    assert "证书有效" in page(client, new) or "有效" in page(client, new)


def test_one_that_ended_before_its_sheet_was_made_is_passed_over(client: Client, declarant: Professional) -> None:
    """The old number points to the edition that was published at last; where none will be, nothing is promised."""
    make.meet(declarant)
    spare = [make.credit(declarant, "20", title=title) for title in ("学术会议", "高级研修")]
    old = make.issued_now(declarant)
    for hour, entry in enumerate(spare, 2):
        make.take_back(entry)
        settle_changed_accounts(now=make.later(hour))
    assert "新的证书正在生成" in page(client, old)
    make_sheets(now=make.later(4))
    states = Certificate.objects.filter(professional=declarant).order_by("edition").values_list("state", "issued_at")
    assert [(state, bool(issued)) for state, issued in states] == [
        ("superseded", True), ("superseded", False), ("issued", True),
    ]  # fmt: skip
    new = Certificate.objects.get(professional=declarant, edition=3)
    assert new.number in page(client, old)
    assert client.get(f"/api/v1/certificates/{old.token}").json()["successor"]["number"] == new.number


def test_nothing_is_promised_that_will_not_come(client: Client, declarant: Professional) -> None:
    entries = make.meet(declarant, spare="20")
    old = make.issued_now(declarant)
    for hour, entry in enumerate((entries[3], entries[0]), 2):
        make.take_back(entry)
        settle_changed_accounts(now=make.later(hour))
    text = page(client, old)
    assert ("新的证书正在生成" in text, "目前没有签发" in text) == (False, True)


@pytest.mark.parametrize(
    "rest",
    [
        "x",
        "",
        "x/",
        "x" * 10_240 + "/",
        "../",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "a%00b/",
        "%0a/",
        "<script>/",
        "证书/",
        "a/b/c",
    ],
)
def test_whatever_does_not_match_gets_the_same_answer(client: Client, rest: str) -> None:
    unknown = client.get(f"/v/{'A' * 27}/")
    response = client.get(f"/v/{rest}")
    assert response.status_code == unknown.status_code == 404
    assert response.content == unknown.content
    assert "查无此证" in response.content.decode()


def test_one_that_is_still_being_made_is_not_known_yet(client: Client, declarant: Professional) -> None:
    certificate = make.promised(declarant)
    assert client.get(f"/v/{certificate.token}/").status_code == 404
    assert look_up(client, certificate.number, declarant.name)[0] == 404


def test_number_and_name_find_it_and_the_name_stands_in_no_address(client: Client, declarant: Professional) -> None:
    certificate = make.issued(declarant)
    status, text = look_up(client, certificate.number.replace("-", " ").lower(), f" {declarant.name} ")
    assert status == 200
    assert certificate.number in text
    assert "数字素养提升培训" not in text
    assert client.get(LOOK_UP, {"number": certificate.number, "name": declarant.name}).status_code == 200
    assert certificate.number not in client.get(LOOK_UP, {"number": certificate.number}).content.decode()


def test_a_wrong_name_and_an_unknown_number_get_the_answer_of_an_unknown_token(
    client: Client, declarant: Professional, lone_declarant: Professional
) -> None:
    make.issued(declarant)
    other = make.issued(lone_declarant)
    unknown = certificate_number(area_code="410200", year=2026, sequence=999)
    wrong_name, wrong_number = look_up(client, other.number, declarant.name), look_up(client, unknown, declarant.name)
    assert wrong_name == wrong_number
    token = client.get(f"/v/{'A' * 27}/").content.decode()
    # The menu marks the page one is on; nothing else differs.
    assert wrong_name[0] == 404
    assert "".join(wrong_name[1].replace('aria-current="page"', "").split()) == "".join(token.split())


def test_a_slip_in_the_number_is_said_beside_the_field(client: Client) -> None:
    status, text = look_up(client, "410200-2026-0000001-A", "")
    assert status == 400
    assert "最后一位与前面的字符不符" in text
    assert "请填写证书上的姓名" in text
    assert look_up(client, "\x00", "\x00")[0] == 400


def test_look_ups_are_counted_by_day_and_nobody_is_remembered(client: Client, declarant: Professional) -> None:
    certificate = make.issued(declarant)
    page(client, certificate)
    look_up(client, certificate.number, declarant.name)
    client.get("/v/nothing/")
    assert VerificationCount.objects.get(certificate=certificate).times == 2
    assert Counter.objects.get(name__startswith="verification-missed:").value == 1


@pytest.mark.asvs("v5.0.0-2.4.1")
def test_tries_from_one_address_are_limited(client: Client, settings: Any) -> None:
    settings.VERIFICATION_RATE = "3/hour"
    address = {"REMOTE_ADDR": "198.51.100.7"}
    answers = [client.get("/v/nothing/", **address).status_code for _ in range(4)]
    assert answers == [404, 404, 404, 429]
    limited = client.post(LOOK_UP, {"number": "x", "name": "x"}, **address)
    assert limited.status_code == 429
    assert 0 < int(limited["Retry-After"]) <= 3600
    assert client.get("/v/nothing/", REMOTE_ADDR="198.51.100.8").status_code == 404


def test_it_takes_few_queries(client: Client, declarant: Professional, django_assert_max_num_queries: Any) -> None:
    certificate = make.issued(declarant)
    page(client, certificate)
    with django_assert_max_num_queries(7):
        page(client, certificate)


@pytest.mark.parametrize("path", ["/v/x/", LOOK_UP])
def test_it_answers_to_looking_only(client: Client, path: str) -> None:
    assert client.delete(path).status_code == 405
    assert client.put(path).status_code == 405
