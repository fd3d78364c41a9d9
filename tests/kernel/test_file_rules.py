"""What an evidence file may be, by its bytes, its size and what was found in it; what a broken upload becomes."""

import pytest

from ceportal.kernel.rules import files as rules
from ceportal.kernel.rules.files import Kind

PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
HEIC = b"\0\0\0\x18ftypheic" + bytes(20)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, Kind.PDF), (b"\xff\xd8\xff\xe0", Kind.JPEG), (b"\x89PNG\r\n\x1a\n", Kind.PNG), (HEIC, Kind.HEIC),
        (b"", None), (b"MZ", None), (b" %PDF-", None),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_the_first_bytes(data: bytes, kind: Kind | None) -> None:
    assert rules.kind_of(data) is kind


@pytest.mark.parametrize(("size", "code"), [(0, "file_empty"), (1, None), (100, None), (101, "file_too_large")])
def test_a_file_has_something_in_it_and_not_too_much(size: int, code: str | None) -> None:
    assert [reason.code for reason in rules.reasons_not_to_take_size(size, most=100)] == ([code] if code else [])


@pytest.mark.asvs("v5.0.0-5.2.2")
@pytest.mark.parametrize(
    ("data", "claimed", "says"),
    [
        (PDF, "application/pdf", ""),
        (PDF, "", ""),
        (PDF, "application/octet-stream", ""),
        (PDF, "application/x-pdf; charset=binary", ""),
        (PDF, "IMAGE/PNG", "内容和它的扩展名不一致"),
        (b"\xff\xd8\xff", "image/pjpeg", ""),
        (b"PK\x03\x04", "", "另存为 PDF"),
        (b"Rar!", "", "解开"),
        (b"GIF89a", "", "转存为 JPG"),
        (b"hello", "", "重新扫描或截图后上传"),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", "", "病毒"),
    ],
)
def test_only_three_kinds_are_taken_and_none_that_claims_to_be_another(data: bytes, claimed: str, says: str) -> None:
    found = [reason.message for reason in rules.reasons_not_to_take_kind(data, claimed)]
    assert len(found) == bool(says)
    assert says in "".join(found)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (PDF, ""),
        (PDF + b"\0\0\r\n", ""),
        (PDF[:20], "不完整"),
        (PDF + b"x" * 1018, ""),  # 1024 bytes from the mark on
        (PDF + b"x" * 1019, "夹带"),
        (b"%PDF-<script>" + PDF, "夹带"),
        (PDF[:-6] + b"PK\x05\x06\n%%EOF", "夹带"),
    ],
)
def test_a_pdf_is_whole_and_nothing_else_at_the_same_time(data: bytes, says: str) -> None:
    found = [reason.message for reason in rules.reasons_not_to_take_pdf_bytes(data)]
    assert len(found) == bool(says)
    assert says in "".join(found)


@pytest.mark.parametrize(
    ("problem", "pages", "says"),
    [
        ("", 50, ""), ("", 51, "最多 50 页"), ("encrypted", 0, "密码"), ("active", 1, "脚本"),
        ("bomb", 1, "解开后过大"), ("huge_page", 1, "页面尺寸"), ("unreadable", 0, "损坏"),
    ],
)  # fmt: skip
def test_what_was_found_in_a_pdf_is_said_in_words(problem: str, pages: int, says: str) -> None:
    found = [reason.message for reason in rules.reasons_not_to_take_pdf(problem=problem, pages=pages)]
    assert len(found) == bool(says)
    assert says in "".join(found)


@pytest.mark.parametrize(("problem", "says"), [("", ""), ("too_many_pixels", "像素太多"), ("broken", "损坏")])
def test_what_became_of_a_picture_is_said_in_words(problem: str, says: str) -> None:
    found = [reason.message for reason in rules.reasons_not_to_take_picture(problem=problem)]
    assert len(found) == bool(says)
    assert says in "".join(found)


@pytest.mark.parametrize(
    ("offset", "length", "code"),
    [(40, 60, None), (40, 1, None), (39, 1, "wrong_offset"), (41, 1, "wrong_offset"), (40, 0, "piece_empty"),
     (40, 61, "too_much")],
)  # fmt: skip
def test_a_piece_follows_what_is_there_and_does_not_go_beyond(offset: int, length: int, code: str | None) -> None:
    found = rules.reasons_not_to_receive(40, 100, offset=offset, length=length)
    assert [reason.code for reason in found] == ([code] if code else [])


def test_only_so_many_uploads_are_begun_at_once() -> None:
    assert not list(rules.reasons_not_to_begin(4, most=5))
    assert [reason.code for reason in rules.reasons_not_to_begin(5, most=5)] == ["too_many_uploads"]


@pytest.mark.parametrize(
    ("state", "code"), [("kept", None), ("quarantined", "file_in_quarantine"), ("infected", "file_infected")]
)
def test_what_is_not_yet_looked_through_is_not_shown(state: str, code: str | None) -> None:
    assert [reason.code for reason in rules.reasons_not_to_show(state)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("证书.pdf", "证书.pdf"),
        ("C:\\用户\\照片.JPEG", "照片.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("证书 410203198503120017.pdf", "证书 410203********0017.pdf"),
        ("13812345678.pdf", "138****5678.pdf"),
        ("a\u202eb.pdf", "a b.pdf"),
        ("", "材料.pdf"),
        ("长" * 200 + ".pdf", "长" * 100 + ".pdf"),
        ("v1.20260309", "v1.20260309.pdf"),
    ],
)
def test_a_name_is_legible_and_never_a_path(name: str, shown: str) -> None:
    assert rules.display_name(name, Kind.PDF) == shown
