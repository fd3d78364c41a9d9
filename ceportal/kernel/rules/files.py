"""What an evidence file may be, told by its bytes and never by its name (inputs.md D, reliability T18, R7)."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

from ceportal.kernel.rules.id_number import hide_numbers, mask_id, mask_phone
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character

MOST_PAGES = 50
NAME_LIMIT = 100
FIELD = "files"


class Kind(StrEnum):
    """The kinds that are taken, by their content types. All but HEIC are kept and served as they are."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"


SUFFIXES = {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png"}
# No browser but Apple's shows the photographs of Apple's phones.
KEPT_AS = {Kind.HEIC: Kind.JPEG}
# What browsers say that is as good as nothing, and other names of the same kinds.
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_OTHER_NAMES = {
    "image/jpg": Kind.JPEG,
    "image/pjpeg": Kind.JPEG,
    "image/x-png": Kind.PNG,
    "application/x-pdf": Kind.PDF,
    "image/heif": Kind.HEIC,
    "image/heic-sequence": Kind.HEIC,
    "image/heif-sequence": Kind.HEIC,
}
_HEIC_HEAD = re.compile(rb"....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)
_ADVICE = (
    (re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0"), "Word、Excel、WPS、OFD 文件请先另存为 PDF；压缩包请先解开。"),
    (re.compile(rb"Rar!|7z\xbc\xaf"), "压缩包请先解开，再逐个上传。"),
    (
        re.compile(rb"GIF8|RIFF....WEBP|....ftypavi[fs]|BM|II\*\0|MM\0\*|\0\0\0\x0cjP  ", re.DOTALL),
        "这种图片请先截图，或转存为 JPG、PNG 再上传。",
    ),
)
_ACTIVE_HEAD = re.compile(rb"<\s*(script|html|svg|!doctype|iframe|body)", re.IGNORECASE)
# Written in two halves, so that this file is not itself taken for the test virus.
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 66_000
_ID_LIKE = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])", re.ASCII)
_PHONE_LIKE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", re.ASCII)


def kind_of(data: bytes) -> Kind | None:
    """The kind by the first bytes; None for everything that is not taken."""
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if _HEIC_HEAD.match(data):
        return Kind.HEIC
    return None


def reasons_not_to_take_size(size: int, *, most: int) -> Iterator[Refusal]:
    if size == 0:
        yield Refusal("file_empty", "这个文件是空的（0 字节），请重新选择。", field=FIELD)
    elif size > most:
        message = f"文件太大：每个文件最大 {most // 1024 // 1024} MB。照片可先缩小，扫描件可降低清晰度后再上传。"
        yield Refusal("file_too_large", message, field=FIELD)


def reasons_not_to_take_kind(data: bytes, claimed_type: str) -> Iterator[Refusal]:
    """By content; what the sender claims may say nothing, but not something else (D88)."""
    if _EICAR in data:
        yield infected()
        return
    kind = kind_of(data)
    if kind is None:
        yield Refusal(
            "file_kind", f"只能上传 PDF、JPG 或 PNG 文件（苹果手机的 HEIC 照片也可以）。{_advice(data)}", field=FIELD
        )
        return
    claimed = claimed_type.partition(";")[0].strip().lower()
    if claimed not in _SAYS_NOTHING and _OTHER_NAMES.get(claimed, claimed) != kind:
        message = "文件的内容和它的扩展名不一致。请重新扫描或截图，保存后再上传。"
        yield Refusal("file_kind", message, field=FIELD)


def reasons_not_to_take_pdf_bytes(data: bytes) -> Iterator[Refusal]:
    """What can be told of a PDF without reading its structure: cut off, or something else at the same time."""
    tail = data.rstrip(b"\0\r\n\t ")
    end = tail.rfind(b"%%EOF")
    if end < 0:
        yield unsafe("PDF 不完整，可能没有传完，请重新上传。")
    elif len(tail) - end > 1024 or _ZIP_END in data[-_ZIP_TAIL:] or _ACTIVE_HEAD.search(data[:1024]):
        yield unsafe("PDF 中夹带了其他内容，请重新扫描或重新打印成 PDF 后上传。")


def reasons_not_to_take_pdf(*, problem: str, pages: int) -> Iterator[Refusal]:
    """By what the structure holds; `problem` as `pdf_structure` names it."""
    if problem == "encrypted":
        yield unsafe("PDF 设有密码，审核人员打不开。请去掉密码，或打开后“打印”成新的 PDF 再上传。")
    elif problem == "active":
        yield unsafe(
            "PDF 中有脚本、附件、自动动作或指向网页以外的链接，不能接收。请打开后“打印”成新的 PDF，或截图上传。"
        )
    elif problem == "bomb":
        yield unsafe("PDF 解开后过大，打开会卡死。请重新扫描或重新打印成 PDF 后上传。")
    elif problem == "huge_page":
        yield unsafe("PDF 的页面尺寸过大，打不开。请按 A4 或 A3 重新打印成 PDF 后上传。")
    elif problem:
        yield unsafe("PDF 打不开，文件可能已损坏。请重新扫描或重新打印成 PDF 后上传。")
    elif pages > MOST_PAGES:
        yield unsafe(f"PDF 共 {pages} 页，最多 {MOST_PAGES} 页。请只保留与这次学习有关的几页。")


def reasons_not_to_take_picture(*, problem: str) -> Iterator[Refusal]:
    """By what became of it when it was drawn anew; `problem` as `pictures` names it."""
    if problem == "too_many_pixels":
        yield unsafe("图片的像素太多，打不开。请缩小后再上传。")
    elif problem:
        yield unsafe("图片打不开，可能没有传完或已损坏。请重新拍照或截图后上传。")


UPLOAD_INCOMPLETE = Refusal(
    "upload_incomplete", "文件还没有传完，请重新选择同一个文件，会从中断处接着传。", field=FIELD
)
UPLOAD_LOST = Refusal("upload_lost", "传了一半的文件已被清除，请重新选择文件上传。", field=FIELD)
FILE_LOST = Refusal("file_lost", "这份文件暂时读不到，已经记录下来。请联系管理员，或请上传人再传一次。")
WRONG_OFFSET = Refusal("wrong_offset", "同一个文件正在另一处上传，或刚才的一段已经收到。", field=FIELD)


def reasons_not_to_begin(begun: int, *, most: int) -> Iterator[Refusal]:
    """Another upload in pieces, when `begun` have not ended."""
    if begun >= most:
        message = f"还有 {begun} 个文件没有传完，请先传完或等它们过期，再上传新的文件。"
        yield Refusal("too_many_uploads", message, field=FIELD)


def reasons_not_to_receive(received: int, size: int, *, offset: int, length: int) -> Iterator[Refusal]:
    """A piece of `length` bytes at `offset`, when `received` of `size` bytes are there."""
    if offset != received:
        yield WRONG_OFFSET
    elif length == 0:
        yield Refusal("piece_empty", "没有收到内容。", field=FIELD)
    elif received + length > size:
        yield Refusal("too_much", "收到的内容比文件本身还大，请重新选择文件上传。", field=FIELD)


def reasons_not_to_show(state: str) -> Iterator[Refusal]:
    """By the state of a stored file (`FileState`)."""
    if state == "quarantined":
        yield Refusal("file_in_quarantine", "这份文件正在做安全检查，通过后才能查看。请过几分钟再试。")
    elif state == "infected":
        message = "安全检查发现这份文件带有病毒，已经删除，不能查看。请由上传人检查电脑或手机后换一份文件。"
        yield Refusal("file_infected", message)


def infected() -> Refusal:
    return unsafe("文件中发现病毒特征，没有保存。请检查您的电脑或手机后换一份文件。")


def unsafe(message: str) -> Refusal:
    return Refusal("file_unsafe", message, field=FIELD)


def legible_name(name: str) -> str:
    """The person's own name for a file: no path, nothing invisible, no personal number."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFKC", name))[-1]
    plain = "".join(" " if strange_character(c) else c for c in last).strip(" .")
    plain = _ID_LIKE.sub(lambda found: mask_id(found[0]), plain)
    plain = _PHONE_LIKE.sub(lambda found: mask_phone(found[0]), plain)
    return re.sub(r" +", " ", hide_numbers(plain))


def display_name(name: str, kind: Kind) -> str:
    """How a file is called where it is shown: legible, with the suffix of what is kept. Never a path."""
    plain = legible_name(name)
    stem, _, suffix = plain.rpartition(".")
    stem = stem if stem and len(suffix) <= 5 else plain
    return f"{stem[:NAME_LIMIT].strip() or '材料'}.{SUFFIXES[KEPT_AS.get(kind, kind)]}"


def _advice(data: bytes) -> str:
    return next((advice for pattern, advice in _ADVICE if pattern.match(data)), "请重新扫描或截图后上传。")
