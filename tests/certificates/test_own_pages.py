"""A person's own list and the file: who gets in, what they find, what is refused."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from certificates.models import Certificate
from certificates.services import shelf
from certificates.services.issuing import settle_changed_accounts
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db
MINE = "/certificates/"


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def holder(client: Client, declarant: Professional) -> Client:
    client.force_login(declarant.user)
    return client


def pdf_of(certificate: Certificate) -> str:
    return reverse("certificates:pdf", args=[certificate.ref])


def without_token(response: Any) -> str:
    """A page as it is but for the secret of its forms, which is masked anew each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_without_signing_in_one_is_asked_to(client: Client, declarant: Professional) -> None:
    assert client.get(MINE).status_code == 302
    assert client.get(pdf_of(make.issued(declarant))).status_code == 302


def test_somebody_without_hours_of_their_own_is_at_the_wrong_page(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    assert client.get(MINE).status_code == 403


def test_an_empty_list_says_what_to_do(holder: Client) -> None:
    text = holder.get(MINE).content.decode()
    assert "还没有证书" in text
    assert "年度学时达到要求后" in text


def test_while_it_is_made_the_page_says_so_and_asks_again(holder: Client, declarant: Professional) -> None:
    certificate = make.promised(declarant)
    response = holder.get(MINE)
    assert response["Refresh"] == "10"
    assert "正在生成，通常一分钟内完成" in response.content.decode()
    refused = holder.get(pdf_of(certificate))
    assert refused.status_code == 409
    assert "正在生成" in refused.content.decode()
    Certificate.objects.update(last_error="没有签名密钥")
    text = holder.get(MINE).content.decode()
    assert "暂时还不能生成，运行人员已经收到提醒" in text
    assert "一分钟" not in text
    assert "没有签名密钥" not in text


def test_the_holder_fetches_the_bytes_that_were_issued(holder: Client, declarant: Professional) -> None:
    certificate = make.issued(declarant)
    response = holder.get(MINE)
    assert "Refresh" not in response
    assert pdf_of(certificate) in response.content.decode()
    file = holder.get(pdf_of(certificate))
    assert file.status_code == 200
    assert file.content == shelf.take(certificate.pdf_digest)
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"].startswith("attachment")
    assert certificate.number in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]


def test_the_file_is_named_without_anything_personal(holder: Client, declarant: Professional) -> None:
    header = holder.get(pdf_of(make.issued(declarant)))["Content-Disposition"]
    assert declarant.name not in header
    assert declarant.id_mask[:6] + "*" not in header


def test_another_persons_is_as_if_it_did_not_exist(
    client: Client, declarant: Professional, other_declarant: Professional, stranger: User
) -> None:
    certificate = make.issued(declarant)
    client.force_login(other_declarant.user)
    foreign, absent = client.get(pdf_of(certificate)), client.get(reverse("certificates:pdf", args=[uuid4()]))
    assert foreign.status_code == absent.status_code == 404
    assert without_token(foreign) == without_token(absent)
    assert certificate.number not in client.get(MINE).content.decode()
    client.force_login(stranger)
    assert client.get(pdf_of(certificate)).status_code == 403


def test_an_ended_one_is_listed_with_its_reason_and_not_handed_out(holder: Client, declarant: Professional) -> None:
    entries = make.meet(declarant)
    certificate = make.issued_now(declarant)
    make.take_back(entries[0])
    assert "正在复核" in holder.get(MINE).content.decode()
    settle_changed_accounts(now=make.later(2))
    text = holder.get(MINE).content.decode()
    assert "已撤销" in text
    assert "1 项学习记录" in text
    assert pdf_of(certificate) not in text
    assert holder.get(pdf_of(certificate)).status_code == 409


def test_a_damaged_file_is_not_handed_out(holder: Client, declarant: Professional, own_data: Path) -> None:
    certificate = make.issued(declarant)
    path = next((own_data / "certificates").rglob("*.pdf"))
    path.write_bytes(path.read_bytes() + b" ")
    response = holder.get(pdf_of(certificate))
    assert response.status_code == 409
    assert "与签发时不一致" in response.content.decode()


def test_a_long_list_takes_as_many_queries_as_a_short_one(
    holder: Client, declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    certificate = make.issued(declarant)
    for year in range(2000, 2026):
        certificate.pk, certificate.ref = None, uuid4()
        certificate.year, certificate.number, certificate.token = year, f"n{year}", f"t{year}"
        certificate._state.adding = True
        certificate.save()
    with django_assert_max_num_queries(9):
        text = holder.get(MINE).content.decode()
    assert "2026 年度" in text
    assert "下一页" in text
