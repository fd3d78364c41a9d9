"""Checking without the sheet in hand: by a file, by a list, by a program, and away from the portal altogether."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Professional
from certificates.documents.lists import REVOCATIONS, ListRefused, read_list, signed_list
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import load_seal, make_key
from certificates.enums import PaperKind
from certificates.models import Certificate, VerificationCount
from certificates.rules.checking import MOST_BYTES, MOST_LINES
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sealing import seal, trusted_certificates
from certificates.services.sheets import make_sheets
from certificates.services.shelf import take
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db
FILE, LIST, NOW = "/verify/file/", "/verify/list/", make.NOW


@pytest.fixture
def certificate(declarant: Professional) -> Certificate:
    return make.issued(declarant)


@pytest.fixture
def superseded(declarant: Professional) -> tuple[Certificate, Certificate]:
    """An edition that is valid no more and the one in its place."""
    entries = make.meet(declarant, spare="20")
    make.issued_now(declarant)
    make.take_back(entries[3])
    settle_changed_accounts(now=make.later(2))
    make_sheets(now=make.later(2))
    old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
    return old, new


def hand_in(client: Client, pdf: bytes, name: str = "证书.pdf") -> tuple[int, str]:
    response = client.post(FILE, {"file": SimpleUploadedFile(name, pdf, "application/pdf")})
    return response.status_code, response.content.decode()


def revoked_in(client: Client, after: str = "") -> dict:
    answer = client.get("/api/v1/revocations", {"after": after} if after else {})
    assert answer["Content-Type"] == "application/jose"
    return read_list(answer.content.decode(), trusted=trusted_certificates(), kind=REVOCATIONS)


def test_the_file_as_issued_is_known_and_says_what_it_is_worth(
    client: Client, superseded: tuple[Certificate, Certificate]
) -> None:
    old, new = superseded
    status, text = hand_in(client, take(new.pdf_digest))
    assert (status, "逐字节一致" in text, "有效" in text, new.number in text) == (200, True, True, True)
    status, text = hand_in(client, take(old.pdf_digest))
    assert (status, "已被新证书替代" in text, new.number in text) == (200, True, True)
    assert VerificationCount.objects.get(certificate=old).times == 1


def _flipped(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 0x01]) + pdf[place + 1 :]


CHANGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a byte": (lambda pdf: _flipped(pdf, len(pdf) // 3), "不可采信"),
    "something appended": (lambda pdf: pdf + b"\n% more", "不可采信"),
    "no pdf": (lambda pdf: "一份文档".encode() * 50, "不是本平台签发的文件"),
    "half of it": (lambda pdf: pdf[: len(pdf) // 2], "不是本平台签发的文件"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_any_other_file_is_not(client: Client, certificate: Certificate, change: str) -> None:
    altered, word = CHANGES[change]
    status, text = hand_in(client, altered(take(certificate.pdf_digest)))
    assert status == 404
    assert word in text
    assert certificate.number not in text


@pytest.mark.parametrize(
    ("pdf", "word"),
    [(b"", "文件是空的"), (b"%PDF-" + b"x" * MOST_BYTES, "文件超过 5 MB"), (None, "请选择要核对的 PDF 文件")],
    ids=["empty", "too large", "none"],
)
def test_what_cannot_be_checked_is_said_beside_the_field(client: Client, pdf: bytes | None, word: str) -> None:
    if pdf is None:
        response = client.post(FILE, {"file": "证书.pdf"})
        status, text = response.status_code, response.content.decode()
    else:
        status, text = hand_in(client, pdf)
    assert (status, word in text) == (400, True)


def test_a_list_is_checked_row_by_row(
    client: Client, superseded: tuple[Certificate, Certificate], declarant: Professional
) -> None:
    old, new = superseded
    rows = [
        f"{new.number}\t{declarant.name}", f"{old.number.replace('-', '')}，{declarant.name}", "",
        f"{new.number} 王大明", f"{new.number[:-1]}? {declarant.name}", declarant.name,
        f"{new.number[:-1]}{'X' if new.number[-1] != 'X' else 'Y'} {declarant.name}",
    ]  # fmt: skip
    response = client.post(LIST, {"lines": "\r\n".join(rows)})
    text = response.content.decode()
    assert response.status_code == 200
    assert "查验 6 份，有效 1 份" in text
    assert [text.count(word) for word in ("查无此证", "写法不对", "没有分清编号和姓名", "已被新证书替代")] == [
        1,
        3,
        2,
        1,
    ]
    assert new.token not in text
    assert set(VerificationCount.objects.values_list("certificate_id", "times")) == {(old.pk, 1), (new.pk, 1)}


def test_a_list_costs_the_same_however_long(
    client: Client,
    certificate: Certificate,
    declarant: Professional,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    lines = [f"{certificate.number} {declarant.name}"] * MOST_LINES
    with django_assert_max_num_queries(12):
        assert client.post(LIST, {"lines": "\n".join(lines)}).status_code == 200
    response = client.post(LIST, {"lines": "\n".join([*lines, lines[0]])})
    assert response.status_code == 400
    assert "一次最多查验 200 行" in response.content.decode()
    assert client.post(LIST, {"lines": " \n "}).status_code == 400


def test_lists_have_a_rate_of_their_own(client: Client, settings: object) -> None:
    settings.VERIFICATION_LIST_RATE = "5 per hour"  # type: ignore[attr-defined]
    client.defaults["REMOTE_ADDR"] = "192.0.2.77"
    assert client.post(LIST, {"lines": "1 王\n2 王\n3 王"}).status_code == 200
    refused = client.post(LIST, {"lines": "1 王\n2 王\n3 王"})
    assert (refused.status_code, "Retry-After" in refused) == (429, True)


def test_a_program_is_told_what_the_page_tells(
    client: Client, superseded: tuple[Certificate, Certificate], declarant: Professional
) -> None:
    old, new = superseded
    answer = client.get(f"/api/v1/certificates/{new.token}")
    told = answer.json()
    assert (told["state"], told["is_valid"], told["number"], told["name"]) == ("valid", True, new.number, "申***")
    assert told["sha256"] == new.pdf_digest
    assert declarant.name not in answer.content.decode()
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    told = client.get(f"/api/v1/certificates/{old.token}").json()
    assert (told["state"], told["successor"]) == ("superseded", {"number": new.number, "token": new.token})
    unknown = [client.get(f"/api/v1/certificates/{token}") for token in ("A" * 27, "x", old.number, "%00", "证")]
    assert {(each.status_code, each.json()["code"]) for each in unknown} == {(404, "not_found")}
    assert client.post(f"/api/v1/certificates/{new.token}").status_code == 405


def test_the_list_of_what_ended_is_signed_and_goes_on(
    client: Client, superseded: tuple[Certificate, Certificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = superseded
    found = revoked_in(client)
    assert [(entry["number"], entry["state"], entry["successor"]) for entry in found["entries"]] == [
        (old.number, "superseded", new.number)
    ]
    assert (found["after"], found["next"]) == ("", "")
    Certificate.objects.filter(pk=new.pk).update(state="revoked", ended_at=make.later(3), ended_because="试验")
    monkeypatch.setattr("certificates.api.checking.ENTRIES", 1)
    first = revoked_in(client)
    second = revoked_in(client, first["next"])
    assert [part["entries"][0]["number"] for part in (first, second)] == [old.number, new.number]
    assert (second["after"], second["next"]) == (first["next"], "")


def test_a_list_that_was_changed_or_signed_by_another_is_not_believed(certificate: Certificate, tmp_path: Path) -> None:
    trusted, content = trusted_certificates(), {"entries": []}
    text = signed_list(content, seal(now=NOW), kind=REVOCATIONS)
    assert read_list(text, trusted=trusted, kind=REVOCATIONS) == content
    make_key(tmp_path / "other.pem", now=NOW)
    header, said, signature = text.split(".")
    for wrong in (
        signed_list(content, load_seal(tmp_path / "other.pem", now=NOW + timedelta(minutes=1)), kind=REVOCATIONS),
        signed_list(content, seal(now=NOW), kind="other+jws"),
        f"{header}.{said[:-2]}Q0.{signature}", f"{header}.{said}.", f"{header}.{said}.{signature[:-4]}AAAA",
        "", "a.b.c",
    ):  # fmt: skip
        with pytest.raises(ListRefused):
            read_list(wrong, trusted=trusted, kind=REVOCATIONS)


def test_away_from_the_portal_the_command_tells(
    client: Client,
    superseded: tuple[Certificate, Certificate],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    old, new = superseded
    (tmp_path / "keys.pem").write_bytes(client.get("/verify/keys.pem").content)
    (tmp_path / "list.jws").write_bytes(client.get("/api/v1/revocations").content)
    (tmp_path / "bad.jws").write_text("a.b.c")
    for name, data in {"new": take(new.pdf_digest), "old": take(old.pdf_digest)}.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    (tmp_path / "changed.pdf").write_bytes(take(new.pdf_digest) + b" ")
    ways = ["--keys", str(tmp_path / "keys.pem"), "--revocations", str(tmp_path / "list.jws")]
    with django_assert_num_queries(0):
        call_command("verify_certificate", str(tmp_path / "new.pdf"), *ways)
        assert "不在所给的撤销名单里" in capsys.readouterr().out
        for name, code in {"old.pdf": 1, "changed.pdf": 1, "list.jws": 1, "missing.pdf": 2}.items():
            with pytest.raises(CommandError) as failed:
                call_command("verify_certificate", str(tmp_path / name), *ways)
            assert failed.value.returncode == code, name
        assert new.number in capsys.readouterr().out
        with pytest.raises(CommandError, match="签名不对"):
            call_command("verify_certificate", str(tmp_path / "new.pdf"), "--revocations", str(tmp_path / "bad.jws"))


def test_a_list_with_parts_missing_clears_nobody(
    client: Client, superseded: tuple[Certificate, Certificate], declarant: Professional, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Two have ended, a part holds one: who hands in one part alone is not told that the other file is in none."""
    _, new = superseded
    Certificate.objects.filter(pk=new.pk).update(state="revoked", ended_at=make.later(3), ended_because="试验")
    monkeypatch.setattr("certificates.api.checking.ENTRIES", 1)
    goes_on = revoked_in(client)["next"]
    paths = {"first": "", "last": f"?after={goes_on}"}
    for name, query in paths.items():
        (tmp_path / name).write_bytes(client.get(f"/api/v1/revocations{query}").content)
    (tmp_path / "valid.pdf").write_bytes(seal(now=NOW).put_on(render_sheet(make.content(1)), PaperKind.CERTIFICATE))

    def checked(*names: str) -> int:
        ways = [word for name in names for word in ("--revocations", str(tmp_path / name))]
        try:
            call_command("verify_certificate", str(tmp_path / "valid.pdf"), *ways)
        except CommandError as failed:
            return failed.returncode
        return 0

    assert [checked("first"), checked("last"), checked("first", "last"), checked("last", "first")] == [2, 2, 0, 0]


def test_the_keys_handed_out_hold_no_secret(client: Client, certificate: Certificate) -> None:
    found = client.get("/verify/keys.pem").content
    assert found.count(b"BEGIN CERTIFICATE") == 1
    assert b"PRIVATE" not in found
