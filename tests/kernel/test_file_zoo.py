"""The file zoo (inputs.md D, reliability T18): hostile samples refused with nothing kept, honest scans kept."""

import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
import pytest
from pikepdf import Array, Name, String
from PIL import Image

from accounts.models import User
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.rules.files import Kind
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.files import open_file
from ceportal.kernel.web.serving import status_of
from tests.kernel import zoo
from tests.kernel.keeping import files_kept, keep, path_of

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Sample:
    name: str
    make: Callable[[], bytes]
    status: int
    says: str
    claimed: str = "application/octet-stream"


LINK = {"Subtype": Name.Link}


def linking(address: str) -> Callable[[pikepdf.Pdf], None]:
    return zoo.annotated(A=zoo.action("URI", URI=String(address)), **LINK)


def base_of_links(address: str) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.URI = pikepdf.Dictionary(Base=String(address))

    return change


HOSTILE = [
    Sample("zero bytes", lambda: b"", 400, "0 字节"),
    Sample("a byte too many", lambda: b"%PDF-" + bytes(20 * 1024 * 1024 - 4), 413, "20 MB"),
    Sample("svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 415, "PDF、JPG 或 PNG"),
    Sample("html named pdf", lambda: b"<!doctype html>" + zoo.SCRIPT, 415, "PDF", "application/pdf"),
    Sample("html named png", lambda: b"<html>" + zoo.SCRIPT, 415, "PNG", "image/png"),
    Sample("exe", lambda: b"MZ\x90\0" + bytes(60), 415, "PDF"),
    Sample("elf", lambda: b"\x7fELF" + bytes(60), 415, "PDF"),
    Sample("shell script", lambda: b"#!/bin/sh\nrm -rf /\n", 415, "PDF"),
    Sample("docx", zoo.zip_of, 415, "另存为 PDF"),
    Sample("old doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), 415, "另存为 PDF"),
    Sample("rar", lambda: b"Rar!\x1a\x07" + bytes(60), 415, "解开"),
    Sample("7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(60), 415, "解开"),
    Sample("gif", lambda: b"GIF89a" + bytes(60), 415, "JPG"),
    Sample("webp", lambda: b"RIFF\0\0\0\0WEBPVP8 " + bytes(60), 415, "JPG"),
    Sample("bmp", lambda: b"BM" + bytes(60), 415, "JPG"),
    Sample("tiff", lambda: b"II*\0" + bytes(60), 415, "JPG"),
    Sample("heic of a head alone", lambda: b"\0\0\0\x18ftypheic" + bytes(60), 422, "打不开"),
    Sample("avif", lambda: b"\0\0\0\x18ftypavif" + bytes(60), 415, "JPG"),
    Sample("plain text", lambda: "证书".encode(), 415, "PDF"),
    Sample("blank before the pdf", lambda: b"\n" + zoo.pdf(), 415, "PDF"),
    Sample("html before the pdf", lambda: zoo.SCRIPT + zoo.pdf(), 415, "PDF"),
    Sample("pdf said to be png", zoo.pdf, 415, "扩展名", "image/png"),
    Sample("png said to be pdf", zoo.png, 415, "扩展名", "application/pdf"),
    Sample("png said to be jpeg", zoo.png, 415, "扩展名", "image/jpeg"),
    Sample("pdf said to be html", zoo.pdf, 415, "扩展名", "text/html; charset=utf-8"),
    Sample("png said to be svg", zoo.png, 415, "扩展名", "image/svg+xml"),
    Sample("eicar", lambda: zoo.EICAR, 422, "病毒"),
    Sample("eicar behind a png", lambda: zoo.png() + zoo.EICAR, 422, "病毒"),
    Sample("eicar behind a pdf", lambda: zoo.pdf() + zoo.EICAR, 422, "病毒"),
    Sample("cut jpeg", lambda: zoo.jpeg(900, 700)[:2000], 422, "没有传完"),
    Sample("cut png", lambda: zoo.png(900, 700, "RGB")[:400], 422, "没有传完"),
    Sample("jpeg of a head alone", lambda: b"\xff\xd8\xff\xe0", 422, "打不开"),
    Sample("png of a head alone", lambda: b"\x89PNG\r\n\x1a\n", 422, "打不开"),
    Sample("png with a wrong sum", lambda: zoo.png().replace(b"IDAT", b"IDAU"), 422, "打不开"),
    Sample("pixel flood", zoo.pixel_flood, 422, "像素太多"),
    Sample("cut pdf", lambda: zoo.pdf(3)[:-60], 422, "不完整"),
    Sample("pdf of a head alone", lambda: b"%PDF-1.7\n%%EOF\n", 422, "打不开"),
    Sample("pdf of rubbish", lambda: b"%PDF-1.7\n" + os.urandom(3000) + b"\n%%EOF\n", 422, "打不开"),
    Sample("pdf and zip", lambda: zoo.pdf() + zoo.zip_of(), 422, "夹带"),
    Sample("pdf and much more", lambda: zoo.pdf() + b"MZ\x90\1" * 600, 422, "夹带"),
    Sample("pdf and html", lambda: b"%PDF-1.7\n%" + zoo.SCRIPT + zoo.pdf()[9:], 422, "夹带"),
    Sample("encrypted pdf", lambda: zoo.pdf(encryption=pikepdf.Encryption(owner="a", user="b")), 422, "密码"),
    Sample("pdf for its owner", lambda: zoo.pdf(encryption=pikepdf.Encryption(owner="a", user="")), 422, "密码"),
    Sample("51 pages", lambda: zoo.pdf(51), 422, "最多 50 页"),
    Sample("10,000 pages", lambda: zoo.pdf(10_000), 422, "最多 50 页"),
    Sample("no page", lambda: zoo.pdf(0), 422, "打不开"),
    Sample(
        "script on opening",
        lambda: zoo.pdf(change=zoo.opens_with(zoo.action("JavaScript", JS=String("app.alert(1)")))),
        422,
        "脚本",
    ),
    Sample("script by escaped names", zoo.escaped_names, 422, "脚本"),
    Sample(
        "script in an object stream",
        lambda: zoo.pdf(change=zoo.opens_with(zoo.action("JavaScript", JS=String("1"))), object_stream_mode=zoo.PACKED),
        422,
        "脚本",
    ),
    Sample(
        "program on opening",
        lambda: zoo.pdf(change=zoo.opens_with(zoo.action("Launch", F=String("cmd.exe")))),
        422,
        "自动动作",
    ),
    Sample(
        "address on opening",
        lambda: zoo.pdf(change=zoo.opens_with(zoo.action("URI", URI=String("http://example.invalid")))),
        422,
        "自动动作",
    ),
    Sample("script by name", lambda: zoo.pdf(change=zoo.named_script), 422, "脚本"),
    Sample("attached program", lambda: zoo.pdf(change=zoo.attaching), 422, "附件"),
    Sample("attached, packed", lambda: zoo.pdf(change=zoo.attaching, object_stream_mode=zoo.PACKED), 422, "附件"),
    Sample("attached to a page", lambda: zoo.pdf(change=zoo.annotated(Subtype=Name.FileAttachment)), 422, "附件"),
    Sample("xfa", lambda: zoo.pdf(change=zoo.form_of_the_other_kind), 422, "不能接收"),
    Sample("page acts", lambda: zoo.pdf(change=zoo.page_acts), 422, "自动动作"),
    Sample("launch behind a link", lambda: zoo.pdf(change=zoo.chained), 422, "自动动作"),
    Sample(
        "link to a script",
        lambda: zoo.pdf(change=zoo.annotated(A=zoo.action("JavaScript", JS=String("1")), **LINK)),
        422,
        "脚本",
    ),
    Sample(
        "link that sends a form",
        lambda: zoo.pdf(change=zoo.annotated(A=zoo.action("SubmitForm", F=String("http://x")), **LINK)),
        422,
        "自动动作",
    ),
    Sample(
        "link to a far file",
        lambda: zoo.pdf(change=zoo.annotated(A=zoo.action("GoToR", F=String("//host/x")), **LINK)),
        422,
        "自动动作",
    ),
    *(
        Sample(f"link to {address!r}", lambda address=address: zoo.pdf(change=linking(address)), 422, "链接")
        for address in (
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "vbscript:x",
            "ftp://example.invalid/x",
            "ms-settings:",
            "//host/share/x",
            "/etc/passwd",
            "\\\\host\\share",
            "http:",
            "https:x",
            "\ufeffhttp://example.invalid",
            "",
        )
    ),
    Sample(
        "link to a script, packed",
        lambda: zoo.pdf(change=linking("javascript:1"), object_stream_mode=zoo.PACKED),
        422,
        "链接",
    ),
    Sample("script as the base of links", lambda: zoo.pdf(change=base_of_links("javascript:")), 422, "链接"),
    Sample("film in a pdf", lambda: zoo.pdf(change=zoo.annotated(Subtype=Name.Movie)), 422, "不能接收"),
    Sample("rich media", lambda: zoo.pdf(change=zoo.annotated(Subtype=Name.RichMedia)), 422, "不能接收"),
    Sample("nested too deep", lambda: zoo.pdf(change=zoo.deeply_nested), 422, "PDF"),
    Sample("object stream bomb", zoo.object_stream_bomb, 422, "打不开"),
    Sample("script added behind the end", zoo.added_script, 422, "脚本"),
    Sample("script in an older state", zoo.script_in_an_older_state, 422, "脚本"),
    Sample("script that no table names", lambda: zoo.unnamed_script(is_packed=False), 422, "脚本"),
    Sample("script that no table names, packed", lambda: zoo.unnamed_script(is_packed=True), 422, "脚本"),
    Sample("drawing bomb", lambda: zoo.pdf(change=zoo.packed_bomb), 422, "解开后过大"),
    Sample("packed three times", zoo.packed_thrice, 422, "解开后过大"),
    Sample("pdf of a huge picture", lambda: zoo.pdf(change=zoo.huge_picture_inside), 422, "解开后过大"),
    Sample("huge page", lambda: zoo.pdf(change=zoo.huge_page), 422, "页面尺寸过大"),
    Sample("page of large units", lambda: zoo.pdf(change=zoo.large_units), 422, "页面尺寸过大"),
    Sample("pages in a circle", lambda: zoo.pdf(change=zoo.pages_in_a_circle), 422, "打不开"),
    Sample("png of 50,000 by 50,000", lambda: zoo.png_head(50_000, 50_000), 422, "像素太多"),
    Sample("png without width", lambda: zoo.png_head(0, 10), 422, "打不开"),
    Sample("png that is less than it says", lambda: zoo.png_head(4000, 4000), 422, "打不开"),
    Sample("colour profile bomb", zoo.colour_profile_bomb, 422, "打不开"),
    Sample("text bomb", zoo.text_bomb, 422, "打不开"),
    Sample("heic that lies about its size", zoo.huge_heic, 422, "图片"),
    Sample("cut heic", lambda: zoo.heic(900, 700)[:-200], 422, "打不开"),
    Sample("heic said to be jpeg", zoo.heic, 415, "扩展名", "image/jpeg"),
    Sample("real gif", zoo.gif, 415, "JPG", "image/gif"),
    Sample("animated gif", lambda: zoo.gif(5), 415, "JPG"),
    Sample("real tiff", lambda: zoo.other_picture("TIFF"), 415, "JPG", "image/tiff"),
    Sample("real webp", lambda: zoo.other_picture("WEBP"), 415, "JPG", "image/webp"),
    Sample("real bmp", lambda: zoo.other_picture("BMP"), 415, "JPG"),
    Sample("jpeg 2000", lambda: zoo.other_picture("JPEG2000"), 415, "JPG"),
    Sample("icon", lambda: b"\0\0\1\0\1\0" + bytes(60), 415, "PDF"),
    Sample("film", lambda: b"\0\0\0\x18ftypmp42" + bytes(60), 415, "PDF"),
    Sample("workbook", lambda: zoo.zip_of("xl/workbook.xml"), 415, "另存为 PDF"),
    Sample("workbook bomb", zoo.workbook_bomb, 415, "另存为 PDF"),
    Sample("post script", lambda: b"%!PS-Adobe-3.0\n" + bytes(60), 415, "PDF"),
    Sample("gzip", lambda: b"\x1f\x8b\x08" + bytes(60), 415, "PDF"),
    Sample("utf-16 page", lambda: "<html>".encode("utf-16"), 415, "PDF"),
    Sample("program behind an honest name", lambda: b"MZ" + bytes(60), 415, "PDF", "image/jpeg"),
]


@pytest.mark.asvs("v5.0.0-5.2.1", "v5.0.0-5.2.2", "v5.0.0-5.2.6")
@pytest.mark.parametrize("sample", HOSTILE, ids=lambda sample: sample.name)
def test_a_hostile_file_is_refused_and_nothing_kept(sample: Sample, owner: User) -> None:
    data = sample.make()
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        keep(data, owner, claimed=sample.claimed)
    reason = refused.value.reasons[0]
    assert status_of(reason.code) == sample.status
    assert sample.says in reason.message
    assert reason.field == "files"
    assert not StoredFile.objects.exists()
    assert files_kept() == []
    assert time.monotonic() - started < 45
    is_unsafe = reason.code == "file_unsafe"
    assert AuditEvent.objects.filter(action="file.refuse", subject_ref=owner.ref).exists() is is_unsafe


def open_at_first_page(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Array([document.pages[0].obj, Name.XYZ, 0, 0, 0])


def open_by_going(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = zoo.action("GoTo", D=Array([document.pages[0].obj, Name.Fit]))


def font_called_aa(document: pikepdf.Pdf) -> None:
    font = document.make_indirect(pikepdf.Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    document.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(AA=font, EF=font))


HONEST: dict[str, Callable[[], bytes]] = {
    "pdf": zoo.pdf,
    "pdf of 50 pages": lambda: zoo.pdf(50),
    "scan": zoo.scanned_pdf,
    "packed pdf": lambda: zoo.pdf(3, object_stream_mode=zoo.PACKED),
    "linear pdf": lambda: zoo.pdf(3, linearize=True),
    **{
        f"pdf with a link to {address}": lambda address=address: zoo.pdf(change=linking(address))
        for address in (
            "https://example.invalid/verify?no=1:2",
            "HTTP://example.invalid:8080/",
            "mailto:office@example.invalid",
            "www.example.invalid/a",
            " http://example.invalid/ ",
        )
    },
    "pdf with a base of links": lambda: zoo.pdf(change=base_of_links("https://example.invalid/")),
    "pdf of an office program": lambda: zoo.pdf(change=open_at_first_page),
    "pdf that goes to a page": lambda: zoo.pdf(change=open_by_going),
    "font called AA": lambda: zoo.pdf(change=font_called_aa),
    "pdf and a line end": lambda: zoo.pdf() + b"\r\n\0\0",
    "jpeg": zoo.jpeg,
    "grey jpeg": lambda: zoo.jpeg(mode="L"),
    "cmyk jpeg": lambda: zoo.jpeg(mode="CMYK"),
    "progressive jpeg": lambda: zoo.jpeg(progressive=True),
    "phone photo": zoo.phone_photo,
    "large photo": lambda: zoo.jpeg(8000, 6000),
    "png": zoo.png,
    "grey png": lambda: zoo.png(mode="L"),
    "black and white png": lambda: zoo.png(mode="1"),
    "palette png": lambda: zoo.png(mode="P"),
    "transparent png": lambda: zoo.png(mode="RGBA"),
    "grey transparent png": lambda: zoo.png(mode="LA"),
    "transparent palette": lambda: zoo.png(mode="P", transparency=3),
    "transparent grey": lambda: zoo.png(mode="L", transparency=3),
    "16-bit png": lambda: zoo.png(mode="I;16"),
    "animated png": zoo.animated_png,
    "heic": zoo.heic,
    "large heic": lambda: zoo.heic(4032, 3024),
    "finest heic": lambda: zoo.heic(quality=-1),
    "narrow jpeg": lambda: zoo.jpeg(1, 3000),
}
# A reader that repairs what it reads may make a harmless file of these, or none.
BENT: dict[str, Callable[[], bytes]] = {
    "table in a circle": zoo.table_in_a_circle,
    "stream of 2 GB": lambda: zoo.stream_that_claims(2**31),
    "stream of a negative length": lambda: zoo.stream_that_claims(-5),
    "stream longer than numbers": lambda: zoo.stream_that_claims(10**40),
    "page of no size": lambda: zoo.pdf(change=zoo.odd_page),
    "no table": lambda: zoo.pdf().replace(b"startxref", b"startxxxx"),
}


@pytest.mark.parametrize("name", BENT)
def test_a_bent_file_is_kept_whole_or_refused_in_words(name: str, owner: User) -> None:
    data = BENT[name]()
    try:
        keep(data, owner)
    except Refused as refused:
        codes = {reason.code for reason in refused}
    else:
        codes = {"file_unsafe"} if [path.read_bytes() for path in files_kept()] == [data] else {"something else"}
    assert codes == {"file_unsafe"}
    assert len(files_kept()) == StoredFile.objects.count()


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_is_kept(name: str, owner: User) -> None:
    data = HONEST[name]()
    stored = keep(data, owner)
    with open_file(stored) as file:
        shown = file.read()
    assert stored.shown_size == len(shown)
    assert stored.size == len(data)
    if stored.content_type == Kind.PDF:
        assert shown == data
        assert stored.digest == stored.shown_digest
    else:
        with Image.open(io.BytesIO(shown)) as picture:
            picture.load()
            assert max(picture.size) <= 4800
            assert not picture.getexif()
            assert Kind(stored.content_type) in {Kind.JPEG, Kind.PNG}
        assert len(stored.likeness) == 16
    assert files_kept() == [path_of(stored)]


def test_what_others_tell_pillow_does_not_reach_us(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint, in the same process, has Pillow take pictures that are cut off."""
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(Refused, match="没有传完"):
        keep(zoo.jpeg(900, 700)[:2000], owner)
