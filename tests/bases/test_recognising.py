"""From the application to the announced list, and what is looked at afterwards: whether its address leads anywhere."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from bases.enums import AbsenceKind
from bases.models import LinkCheck, Recognition, RecognitionRequest
from bases.services.link_checking import check_links
from bases.services.standing import remove
from tests import factories as make
from tests.bases.recognising import SAID
from tests.bases.teaching import NOW
from tests.credits import rosters as make_roster
from tests.credits.drafts import photo

pytestmark = pytest.mark.django_db
EXTERNAL = "noopener external"
NEW, DESK, ANNOUNCE = "/recognitions/new/", "/recognitions/", "/recognitions/announce/"


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def regulator(city_bureau: Organization) -> User:
    return make.give(make.user("认定经办人"), city_bureau, Duty.REGULATE)


def page_of(asked: RecognitionRequest) -> str:
    return reverse("bases:recognition_request", args=[asked.ref])


def ruled(client: Client, by: User, asked: RecognitionRequest, move: str = "approve") -> Any:
    client.force_login(by)
    asked.refresh_from_db()
    return client.post(page_of(asked), {"move": move, "reason": "条件具备", "round": asked.round})


@pytest.mark.clause("S1-09", "S2-09", "S0-10", "S1-13")
def test_a_unit_applies_its_authority_and_the_bureau_agree_and_the_list_of_the_year_is_announced(
    client: Client, employer: Organization, employer_reviewer: User, authority: Organization, authority_reviewer: User,
    city_bureau: Organization, regulator: User, stranger: User,
) -> None:  # fmt: skip
    client.force_login(employer_reviewer)
    assert "还没有认定申请" in client.get(DESK).content.decode()
    said = SAID | {"organization": employer.pk, "reason": "有专职教师 12 人"}
    empty = client.post(NEW, {"organization": employer.pk}).content.decode()
    assert all(words in empty for words in ("请选择申请认定为", "请选择科目", "请上传证明材料"))
    assert (
        "现在只能申请 2026 年度"
        in client.post(
            NEW,
            said | {"kind": "platform", "year": "2027", "site_name": "网", "url": "https://a.cn", "document": photo()},
        ).content.decode()
    )
    assert client.post(NEW, said | {"document": photo()}).status_code == 302
    asked = RecognitionRequest.objects.get()
    assert (asked.waiting_on, asked.limit_days, asked.area_id) == (authority, 5, "410200")
    assert "已经申请过了" in client.post(NEW, said | {"document": photo()}).content.decode()
    assert client.post(page_of(asked), {"move": "approve", "reason": "好", "round": 1}).status_code == 422
    client.force_login(stranger)
    assert client.get(page_of(asked)).status_code == 404
    assert ruled(client, authority_reviewer, asked, "return").status_code == 302
    client.force_login(employer_reviewer)
    mend = reverse("bases:mend_recognition_request", args=[asked.ref])
    assert "有专职教师 12 人" in client.get(mend).content.decode()
    assert client.post(mend, said | {"reason": "有专职教师 15 人"}).status_code == 302
    assert ruled(client, authority_reviewer, asked).status_code == 302
    asked.refresh_from_db()
    assert (asked.waiting_on, asked.stage, asked.reason) == (city_bureau, 1, "有专职教师 15 人")
    assert client.get(ANNOUNCE).status_code == 403
    assert ruled(client, regulator, asked).status_code == 302
    assert not Recognition.objects.exists()
    assert "公布名单（1 家）" in client.get(DESK).content.decode()
    key = {"list": "2026-municipal_base-410200"}
    assert "请填写公布文件" in client.post(ANNOUNCE, key | {"document": " "}).content.decode()
    document = {"document": "汴人社函〔2026〕21号"}
    assert client.post(ANNOUNCE, key | document).status_code == 302
    assert client.post(ANNOUNCE, key | document).status_code == 422
    listed = Recognition.objects.get()
    employer.refresh_from_db()
    assert (listed.organization, listed.document, employer.is_base) == (employer, "汴人社函〔2026〕21号", True)
    client.logout()
    assert "汴人社函〔2026〕21号" in client.get("/institutions/lists/").content.decode()
    assert employer.name in client.get("/institutions/").content.decode()
    assert Notice.objects.filter(to=employer_reviewer, text__contains="已列入2026年度").exists()
    client.force_login(employer_reviewer)
    assert "不用再申请" in client.post(NEW, said | {"document": photo()}).content.decode()


@pytest.mark.clause("S2-06", "S2-09")
def test_an_authority_recommends_and_a_platform_is_filed_without_waiting_for_a_list(
    client: Client, employer: Organization, employer_reviewer: User, authority: Organization, authority_reviewer: User,
    city_bureau: Organization, regulator: User,
) -> None:  # fmt: skip
    client.force_login(authority_reviewer)
    said = SAID | {"organization": employer.pk, "reason": "推荐", "document": photo()}
    assert client.post(NEW, said).status_code == 302
    recommended = RecognitionRequest.objects.get()
    assert (recommended.recommended_by, recommended.waiting_on) == (authority, city_bureau)
    assert client.post(page_of(recommended), {"withdraw": "1"}).status_code == 302
    client.force_login(employer_reviewer)
    own = said | {"kind": "platform", "site_name": "实验中学网校", "url": "https://xuexi.example.cn/"}
    assert client.post(NEW, own | {"document": photo()}).status_code == 302
    asked = RecognitionRequest.objects.get(kind="platform")
    assert asked.waiting_on == authority
    assert ruled(client, authority_reviewer, asked).status_code == 302
    assert ruled(client, regulator, asked).status_code == 302
    row = Recognition.objects.get()
    assert (row.kind, row.site_name, row.url) == ("platform", "实验中学网校", "https://xuexi.example.cn/")
    assert row.document == "开封市人力资源和社会保障局备案（2026年11月20日）"
    why: dict[str, Any] = {"grounds": ["chaotic"], "reason": "没有考勤", "document": "", "from_on": NOW.date()}
    remove(row, AbsenceKind.EXITED, **why, until_on=None, by=regulator, now=NOW)
    client.force_login(employer_reviewer)
    refused = client.post(NEW, own | {"site_name": "另一个", "document": photo()}).content.decode()
    assert "资格已被取消" in refused


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/gone": 404, "/moved": 302}.get(self.path, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Site)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.clause("S0-16", "S1-14")
def test_an_address_that_leads_nowhere_for_days_is_marked_and_comes_back(
    client: Client, base: Organization, declarant: Professional, november: Any, site: str
) -> None:
    row = make_roster.recognise(base)
    assert check_links(now=NOW) == 0
    Recognition.objects.filter(pk=row.pk).update(url=f"{site}/gone")
    with override_settings(LINK_CHECK_HOURS=24, OUTGOING_NETWORKS=["127.0.0.0/8"]):
        assert [check_links(now=NOW + timedelta(days=days)) for days in (0, 0, 2)] == [1, 0, 1]
        assert EXTERNAL in client.get("/institutions/").content.decode()
        check_links(now=NOW + timedelta(days=4))
        page = client.get("/institutions/").content.decode()
        assert ("网址打不开" in page, EXTERNAL in page) == (True, False)
        Recognition.objects.filter(pk=row.pk).update(kind="platform")
        client.force_login(declarant.user)
        page = client.get(reverse("credits:learn")).content.decode()
        assert ("网址打不开" in page, "打开网站" in page.partition("<table")[2]) == (True, False)
        make_roster.recognise(base, kind="platform", site_name="财会网校", trade="会计")
        assert "财会网校" not in client.get(reverse("credits:learn")).content.decode()
        Professional.objects.filter(pk=declarant.pk).update(title_series=make.title_series("14", "会计人员"))
        page = client.get(reverse("credits:learn")).content.decode()
        assert "会计专区" in page
        assert page.index("财会网校") < page.index("网址打不开")
        client.logout()
        found = LinkCheck.objects.get()
        assert (found.failures, found.words, found.dead_since) == (3, "网页不存在（404）", NOW)
        check_links(now=NOW + timedelta(days=6), look=lambda _: "")
        assert "网址打不开" not in client.get("/institutions/").content.decode()
        Recognition.objects.filter(pk=row.pk).update(url=f"{site}/moved")
        check_links(now=NOW + timedelta(days=6))
        assert not LinkCheck.objects.exclude(failures=0).exists()
    with override_settings(LINK_CHECK_HOURS=24):
        check_links(now=NOW + timedelta(days=9))
    assert {each.words for each in LinkCheck.objects.all()} == {"这个地址指向内部网络，不能访问。"}
