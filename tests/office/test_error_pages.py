"""Our own pages for what goes wrong: they say what happened and what next, and need nothing."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import path
from django.views.defaults import bad_request, server_error

from accounts.models import User
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse
from ceportal.urls import handler400, handler500
from ceportal.urls import urlpatterns as real

__all__ = ["handler400", "handler500"]


def _refuse(request: Any) -> None:
    raise refuse("late", "已截止。", field="ended_on", clause="S4-10")


def _moved(request: Any) -> None:
    raise MovedOn([Refusal("moved_on", "这一项已由张三于 10:05 通过。")])


@login_not_required
def _fault(request: Any) -> None:
    assert request.POST is not None
    raise RuntimeError("41010119900307663X")


urlpatterns = [*real, path("refuse/", _refuse), path("moved/", _moved), path("fault/", _fault)]
urlpatterns.insert(0, path("api/v1/fault", _fault))


@pytest.fixture
def odd_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.asvs("v5.0.0-16.5.1")
def test_the_last_resorts_need_neither_context_nor_database() -> None:
    resorts = {"500.html": "这是平台的故障", "400.html": "不完整", "413.html": "内容太多", "414.html": "地址太长"}
    for name, words in resorts.items():
        page = get_template(name).render()
        assert words in page
        assert 'href="/static/kernel/text.css"' in page
    request = RequestFactory().get("/")
    assert server_error(request).status_code == 500
    assert bad_request(request, ValueError()).status_code == 400


@pytest.mark.django_db
def test_what_is_not_there(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()
    assert "no-such-page" not in answer.content.decode()


@pytest.mark.django_db
def test_a_page_for_others_says_why(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    answer = client.get("/operation/")
    assert answer.status_code == 403
    assert "您不能进入这一页" in answer.content.decode()


@pytest.mark.django_db
def test_an_outdated_form_says_that_nothing_was_done() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/policy/", headers={"referer": "http://testserver/help/"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "没有生效" in page
    assert 'href="/help/"' in page


@pytest.mark.django_db
def test_a_refusal_is_a_page_with_the_reason_and_its_clause(
    client: Client, employer_reviewer: User, odd_pages: None
) -> None:
    client.force_login(employer_reviewer)
    answer = client.get("/refuse/")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "已截止。" in page
    assert "/policy/#S4-10" in page


@pytest.mark.django_db
def test_the_second_of_two_hands_is_told_who_was_first(
    client: Client, employer_reviewer: User, odd_pages: None
) -> None:
    client.force_login(employer_reviewer)
    page = client.get("/moved/").content.decode()
    assert "已由张三于 10:05 通过" in page
    assert "没有生效" in page


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in/", "/no-such-page/"])
def test_a_form_that_is_not_utf_8_is_answered_and_not_a_fault_of_ours(address: str) -> None:
    kind = "application/x-www-form-urlencoded; charset=gbk"
    answer = Client(enforce_csrf_checks=True).post(address, "login=%C4%E3", content_type=kind)
    assert answer.status_code == 400
    assert "无法读懂这个请求" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("is_checked", [True, False])
def test_too_much_text_is_413_and_too_many_fields_400_in_our_words(is_checked: bool) -> None:
    """Whether the guard of forms reads it first or the page."""
    client = Client(enforce_csrf_checks=is_checked)
    client.get("/sign-in/")
    kind = "application/x-www-form-urlencoded"
    answer = client.post("/sign-in/", b"login=" + b"a" * 4_000_000, content_type=kind)
    assert answer.status_code == 413
    assert "一次送来的内容太多" in answer.content.decode()
    answer = client.post("/sign-in/", "&".join(f"a{n}=" for n in range(600)), content_type=kind)
    assert answer.status_code == 400
    assert "最多 500 项" in answer.content.decode()


@pytest.mark.django_db
def test_too_much_text_in_parts_or_too_many_files(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    assert client.post("/profile/", {"phone": "a" * 4_000_000}).status_code in {405, 413}
    assert client.post("/profile/password/", {"old_password": "a" * 4_000_000}).status_code == 413
    files = {f"f{n}": SimpleUploadedFile("a.txt", b"a") for n in range(25)}
    answer = client.post("/profile/password/", files)
    assert answer.status_code == 400
    assert "20 个文件" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.asvs("v5.0.0-16.5.1")
def test_a_fault_is_told_to_people_by_a_page_and_to_machines_as_a_problem(odd_pages: None) -> None:
    client = Client(raise_request_exception=False)
    page, problem = client.get("/fault/"), client.get("/api/v1/fault")
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert (problem.status_code, problem["Content-Type"]) == (500, "application/problem+json")
    assert (problem.json()["code"], "平台出现故障" in problem.json()["detail"]) == ("fault", True)
    assert problem["X-Request-Id"]
    assert "是平台的故障" in page.content.decode()
    assert "41010119900307663X" not in (page.content + problem.content).decode()


@pytest.mark.django_db
def test_what_a_machine_sends_that_nobody_can_read_is_a_problem_and_not_a_page(odd_pages: None) -> None:
    client, kind = Client(), "application/x-www-form-urlencoded"
    answers = [
        client.post("/api/oauth/token", "grant_type=%C4%E3", content_type=f"{kind}; charset=gbk"),
        client.post("/api/v1/fault", "&".join(f"a{n}=" for n in range(600)), content_type=kind),
        client.post("/api/v1/fault", b"a=" + b"a" * 4_000_000, content_type=kind),
    ]
    told = [(it.status_code, it["Content-Type"], it.json()["code"]) for it in answers]
    kind = "application/problem+json"
    assert told == [(400, kind, "unreadable"), (400, kind, "unreadable"), (413, kind, "too_large")]


@pytest.mark.asvs("v5.0.0-14.3.2")
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/reviews/", "/people/", "/profile/", "/help/", "/no-such-page/"])
def test_no_browser_keeps_a_page_made_for_somebody(client: Client, employer_reviewer: User, address: str) -> None:
    client.force_login(employer_reviewer)
    assert "no-store" in client.get(address)["Cache-Control"]
    assert "Cache-Control" not in Client().get("/help/")
