"""The evidence of a draft by its doors: what is attached, refused with its status, taken off, shown."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Professional
from ceportal.kernel.models import StoredFile
from credits.models import Declaration, Evidence
from tests.credits import drafts
from tests.credits.drafts import TYPED, at, post, text_of
from tests.credits.factories import NOW
from tests.kernel import zoo

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


def test_files_are_attached_under_the_label_of_their_row(page: Client, draft: Declaration) -> None:
    data = TYPED | {
        "label-1": "培训通知", "files-1": [drafts.photo("通知 第1页.jpg"), drafts.photo("通知 第2页.jpg")],
        "label-2": "结业证书", "files-2": [SimpleUploadedFile("证书.pdf", zoo.pdf(2), "application/pdf")],
        "title": "同时改的名称",
    }  # fmt: skip
    answer = page.post(at("add_evidence", draft), data)
    assert answer.status_code == 302
    found = list(Evidence.objects.order_by("position").values_list("label", "file__name", "file__pages"))
    assert found[1:] == [
        ("培训通知", "通知 第1页.jpg", 1),
        ("培训通知", "通知 第2页.jpg", 1),
        ("结业证书", "证书.pdf", 2),
    ]
    assert Declaration.objects.get().title == "同时改的名称"


def test_files_may_come_with_any_button(page: Client, declarant: Professional) -> None:
    made = drafts.draft(declarant, files=0)
    answer = post(page, "submit", made, promise="on", **{"label-2": "结业证书", "files-2": drafts.photo()})
    assert answer.status_code == 302
    assert Evidence.objects.get().label == "结业证书"


@pytest.mark.parametrize(
    ("data", "claimed", "status", "says"),
    [
        (b"", "image/png", 400, "0 字节"),
        (b"%PDF-" + bytes(20 * 1024 * 1024 - 4), "application/pdf", 413, "20 MB"),
        (b"<svg onload=alert(1)>", "image/svg+xml", 415, "PDF、JPG 或 PNG"),
        (zoo.pdf(), "image/png", 415, "扩展名"),
        (zoo.zip_of(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 415, "另存为 PDF"),
        (zoo.EICAR, "application/pdf", 422, "病毒"),
        (zoo.jpeg(900, 700)[:2000], "image/jpeg", 422, "没有传完"),
        (zoo.pdf(51), "application/pdf", 422, "最多 50 页"),
    ],
    ids=["empty", "large", "svg", "contradiction", "docx", "eicar", "cut", "pages"],
)
@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
def test_a_bad_file_is_refused_with_its_status_and_nothing_else_is_lost(
    page: Client, draft: Declaration, data: bytes, claimed: str, status: int, says: str, headers: dict[str, str]
) -> None:
    before = Evidence.objects.count()
    sent = TYPED | {"title": "同时改的名称", "label": "其他材料", "files": SimpleUploadedFile("材料", data, claimed)}
    answer = page.post(at("add_evidence", draft), sent, **headers)
    assert answer.status_code == status
    assert says in (answer.json()["problems"][0] if headers else text_of(answer))
    assert Evidence.objects.count() == before
    assert StoredFile.objects.count() == before
    assert Declaration.objects.get().title == "同时改的名称"


def test_a_good_file_beside_a_bad_one_is_kept(page: Client, draft: Declaration) -> None:
    sent = {"label": "其他材料", "files": [drafts.photo("好.jpg"), SimpleUploadedFile("坏.exe", b"MZ", "image/png")]}
    answer = page.post(at("add_evidence", draft), sent, **JSON)
    assert answer.status_code == 415
    assert answer.json()["problems"] == [p for p in answer.json()["problems"] if p.startswith("坏.exe：")]
    assert Evidence.objects.filter(file__name="好.jpg").exists()
    assert "好.jpg" in answer.json()["evidence"]


@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
def test_without_any_file_it_is_told_so(page: Client, draft: Declaration, headers: dict[str, str]) -> None:
    """The button pressed with nothing chosen: browsers send an empty part, or none."""
    empty = b'--x\r\nContent-Disposition: form-data; name="files-1"; filename=""\r\n\r\n\r\n--x--\r\n'
    answers = [
        page.post(at("add_evidence", draft), empty, content_type="multipart/form-data; boundary=x", **headers),
        page.post(at("add_evidence", draft), {"label-1": "培训通知"}, **headers),
        page.post(at("add_evidence", draft), TYPED | {"title": "同时改的名称"}, **headers),
    ]
    for answer in answers:
        assert answer.status_code == 422
        told = answer.json()["problems"] if headers else text_of(answer)
        assert "没有收到文件，请重新选择" in (told[0] if headers else told)
    if not headers:
        assert '<div class="error">没有收到文件，请重新选择。</div>' in text_of(answers[-1])
    assert Evidence.objects.count() == 1
    assert Declaration.objects.get().title == "同时改的名称"


@pytest.mark.parametrize("kept", [40, 120, 165])
def test_a_body_that_breaks_off_is_never_taken_for_done(page: Client, draft: Declaration, kept: int) -> None:
    """Its length says what it holds, but its last boundary never came."""
    whole = (
        b'--x\r\nContent-Disposition: form-data; name="label"\r\n\r\nother\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + zoo.png()
    )
    answer = page.post(at("add_evidence", draft), whole[:kept], content_type="multipart/form-data; boundary=x")
    assert answer.status_code in {400, 415, 422}
    assert Evidence.objects.count() == 1


def test_another_pages_file_is_no_change_of_the_content(page: Client, draft: Declaration) -> None:
    """Two pages of one draft, each attaching a file: neither has anything to mend."""
    seen = {"version": str(draft.version)}
    for number in (1, 2):
        sent = TYPED | seen | {f"label-{number}": "其他材料", f"files-{number}": drafts.photo()}
        assert page.post(at("add_evidence", draft), sent).status_code == 302
    assert page.post(at("edit_declaration", draft), TYPED | seen | {"files-1": drafts.photo()}).status_code == 302
    assert Evidence.objects.count() == 4
    answer = page.post(at("add_evidence", draft), TYPED | seen | {"title": "另一页的", "files-1": drafts.photo()})
    assert answer.status_code == 409
    assert "另一个页面改动过" in text_of(answer)
    assert Declaration.objects.get().title == TYPED["title"]
    assert Evidence.objects.count() == 5


def test_base64_and_endless_blanks_are_answered_quickly(page: Client, draft: Declaration) -> None:
    blanks = b" " * 3_000_000
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + blanks + b"JVBERi0=\r\n--x--\r\n"
    )
    with time_machine.travel(NOW, tick=True):
        answer = page.post(at("add_evidence", draft), body, content_type="multipart/form-data; boundary=x")
    assert 400 <= answer.status_code < 500
    assert StoredFile.objects.count() == 1


def test_a_file_is_taken_off(page: Client, draft: Declaration) -> None:
    item = draft.evidence.get()
    address = reverse("credits:remove_evidence", args=[item.ref])
    assert page.post(address, TYPED | {"title": "同时改的名称"}).status_code == 302
    assert not Evidence.objects.exists()
    assert Declaration.objects.get().title == "同时改的名称"
    assert page.post(address).status_code == 404


def test_a_file_is_taken_off_without_leaving_the_page(page: Client, draft: Declaration) -> None:
    answer = page.post(reverse("credits:remove_evidence", args=[draft.evidence.get().ref]), **JSON)
    assert answer.status_code == 200
    assert "请至少上传一份佐证材料" in answer.json()["missing"]


def test_ones_own_file_is_shown_safely(page: Client, draft: Declaration) -> None:
    answer = page.get(reverse("credits:evidence_file", args=[draft.evidence.get().ref]))
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    answer.close()
