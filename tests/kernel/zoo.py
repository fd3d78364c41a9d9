"""Samples of files, honest and hostile, made when asked for: nothing a virus scanner minds lies in the repository."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

SCRIPT = b"<script>alert(document.cookie)</script>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    gradient = Image.linear_gradient("L").resize((width, height))
    return gradient.convert(mode) if mode != "I;16" else Image.new("I;16", (width, height), 40_000)


def png(width: int = 60, height: int = 40, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    picture(width, height, mode).save(out, "PNG", **options)
    return out.getvalue()


def jpeg(width: int = 60, height: int = 40, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    picture(width, height, mode).save(out, "JPEG", **options)
    return out.getvalue()


def phone_photo() -> bytes:
    """Held upright, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (34.0, 47.0, 50.0)
    return jpeg(80, 60, exif=exif, comment=b"hidden note")


# A sixth of the time; as much a picture of its kind.
AT_ONCE = {"preset": "ultrafast"}


def heic(width: int = 80, height: int = 60, quality: int = 60, **options: object) -> bytes:
    """As phones of one maker take them."""
    out = io.BytesIO()
    pillow_heif.from_pillow(picture(width, height)).save(out, quality=quality, enc_params=AT_ONCE, **options)
    return out.getvalue()


def huge_heic() -> bytes:
    """Says it is 60,000 pixels wide; what is packed in it is not."""
    honest = heic()
    at = honest.index(b"ispe") + 8
    return honest[:at] + struct.pack(">II", 60_000, 60_000) + honest[at + 8 :]


def png_head(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and little more."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def png_with(name: bytes, body: bytes) -> bytes:
    """An honest PNG with a chunk of `name` behind its head."""
    honest = png()
    return honest[:33] + _chunk(name, body) + honest[33:]


def colour_profile_bomb() -> bytes:
    return png_with(b"iCCP", b"profile\0\0" + zlib.compress(bytes(300 * 1024 * 1024), 9))


def text_bomb() -> bytes:
    return png_with(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(300 * 1024 * 1024), 9))


def animated_png() -> bytes:
    out = io.BytesIO()
    frames = [picture(60, 40).point(lambda value, shift=shift: (value + shift) % 256) for shift in (0, 80, 160)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def gif(frames: int = 1) -> bytes:
    out = io.BytesIO()
    pictures = [picture(60, 40, "P") for _ in range(frames)]
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


def other_picture(kind: str) -> bytes:
    out = io.BytesIO()
    picture().save(out, kind)
    return out.getvalue()


def pixel_flood(side: int = 30_000) -> bytes:
    """A PNG of some hundred KB that opens to `side` × `side` pixels."""
    row = b"\0" + bytes((side + 7) // 8)
    squeezer = zlib.compressobj(9)
    body = b"".join(squeezer.compress(row) for _ in range(side)) + squeezer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pdf(pages: int = 1, change: Callable[[pikepdf.Pdf], None] | None = None, **options: object) -> bytes:
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        if change:
            change(document)
        out = io.BytesIO()
        document.save(out, **options)
    return out.getvalue()


def scanned_pdf() -> bytes:
    """A page that is a picture, as scanners make it."""
    out = io.BytesIO()
    picture(400, 560, "L").save(out, "PDF", resolution=72)
    return out.getvalue()


def action(kind: str, **entries: object) -> Dictionary:
    return Dictionary(S=Name("/" + kind), **entries)


def opens_with(what: object) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = what

    return change


def annotated(**entries: object) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return change


def attaching(document: pikepdf.Pdf) -> None:
    document.attachments["plan.exe"] = b"MZ\x90\0 not a plan"


def named_script(document: pikepdf.Pdf) -> None:
    tree = Dictionary(Names=Array([String("go"), action("JavaScript", JS=String("app.alert(1)"))]))
    document.Root.Names = Dictionary(JavaScript=document.make_indirect(tree))


def form_of_the_other_kind(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp/>"))


def page_acts(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=action("URI", URI=String("http://example.invalid/")))


def chained(document: pikepdf.Pdf) -> None:
    first = action("GoTo", D=Array([document.pages[0].obj, Name.Fit]))
    first.Next = document.make_indirect(action("Launch", F=String("cmd.exe")))
    annotated(Subtype=Name.Link, A=first)(document)


def deeply_nested(document: pikepdf.Pdf) -> None:
    inner: object = Array([1])
    for _ in range(200):
        inner = Array([inner])
    document.Root.Nested = inner


def escaped_names() -> bytes:
    """`/JavaScript` written so that no search through the bytes finds it."""
    whole = pdf(change=opens_with(action("JavaScript", JS=String("app.alert(1)"))), object_stream_mode=PLAIN)
    return whole.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/OpenAction", b"/Open#41ction")


def object_stream_bomb(megabytes: int = 1500) -> bytes:
    """An object stream of some MB that unpacks to gigabytes."""
    squeezer = zlib.compressobj(9)
    body = squeezer.compress(b"9 0 " + b" " * 96)
    body += b"".join(squeezer.compress(bytes(1024 * 1024)) for _ in range(megabytes)) + squeezer.flush()
    head = b"%PDF-1.5\n"
    stream = b"8 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(body)
    objects = head + stream + body + b"\nendstream\nendobj\n"
    places = ((0, 0, 0), (2, 8, 0), (1, len(objects), 0), (1, len(head), 0))
    rows = b"".join(struct.pack(">BIH", *place) for place in places)
    table = b"7 0 obj\n<</Type/XRef/Size 10/Index[0 1 9 1 7 1 8 1]/W[1 4 2]/Root 9 0 R/Length %d>>stream\n" % len(rows)
    return objects + table + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(objects)


def packed_bomb(document: pikepdf.Pdf, *, megabytes: int = 400) -> None:
    """What a page draws unpacks to hundreds of megabytes."""
    squeezer = zlib.compressobj(9)
    body = b"".join(squeezer.compress(b" " * (1024 * 1024)) for _ in range(megabytes)) + squeezer.flush()
    drawn = document.make_stream(b"")
    drawn.write(body, filter=Name.FlateDecode)
    document.pages[0].Contents = drawn


def packed_thrice() -> bytes:
    """Packed, and what was packed packed again, and again: each step multiplies by a thousand."""

    def change(document: pikepdf.Pdf) -> None:
        drawn = document.make_stream(b"")
        body = zlib.compress(zlib.compress(zlib.compress(bytes(1024 * 1024))))
        drawn.write(body, filter=Array([Name.FlateDecode] * 3))
        document.pages[0].Contents = drawn

    return pdf(change=change, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def huge_picture_inside(document: pikepdf.Pdf) -> None:
    """A page with a picture of 50,000 by 50,000 pixels in a few hundred bytes."""
    drawn = document.make_stream(zlib.compress(bytes(100_000)))
    shape = Dictionary(Subtype=Name.Image, Width=50_000, Height=50_000, BitsPerComponent=1, ColorSpace=Name.DeviceGray)
    for key, value in shape.items():
        drawn[key] = value
    document.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=document.make_indirect(drawn)))


def huge_page(document: pikepdf.Pdf) -> None:
    document.pages[0].MediaBox = Array([0, 0, 200_000, 200_000])


def large_units(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.UserUnit = 75_000


def odd_page(document: pikepdf.Pdf) -> None:
    document.pages[0].MediaBox = Array([Name.A, String("x"), 1])


def _plain_pdf(change: Callable[[pikepdf.Pdf], None] | None = None) -> bytes:
    return pdf(change=change, object_stream_mode=PLAIN)


def _added(data: bytes, objects: bytes, *, is_named: bool) -> bytes:
    """`data` with `objects` added behind its end. Unless `is_named`, the last table names the old state alone."""
    start = data[data.rindex(b"startxref") : data.rindex(b"%%EOF")]
    if not is_named:
        return data + objects + start + b"%%EOF\n"
    root = re.search(rb"/Root (\d+ \d+ R)", data)
    size = re.search(rb"/Size (\d+)", data)
    assert root
    assert size
    number = int(objects.partition(b" ")[0])
    table = len(data) + len(objects)
    tail = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number, len(data), int(size[1]) + 1, root[1], int(start.split()[1]), table,
    )  # fmt: skip
    return data + objects + tail


def added_script() -> bytes:
    """An honest file to which a script was added: the root is written anew."""
    data = _plain_pdf()
    root = re.search(rb"/Root (\d+) 0 R", data)
    pages = re.search(rb"/Pages (\d+ 0 R)", data)
    assert root
    assert pages
    anew = b"%d 0 obj\n<</Type/Catalog/Pages %s/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>\nendobj\n"
    return _added(data, anew % (int(root[1]), pages[1]), is_named=True)


def script_in_an_older_state() -> bytes:
    """A file whose script was taken out by a change added behind: an older state that a reader may fall back to."""
    data = _plain_pdf(opens_with(action("JavaScript", JS=String("app.alert(1)"))))
    root = re.search(rb"/Root (\d+) 0 R", data)
    pages = re.search(rb"/Pages (\d+ 0 R)", data)
    assert root
    assert pages
    return _added(data, b"%d 0 obj\n<</Type/Catalog/Pages %s>>\nendobj\n" % (int(root[1]), pages[1]), is_named=True)


def unnamed_script(*, is_packed: bool) -> bytes:
    """Objects behind the end that no table names; a reader that repairs files finds them."""
    inner = b"<</S/J#61vaScript/JS(app.alert\\(1\\))>>"
    if is_packed:
        body = zlib.compress(b"99 0 " + inner)
        head = b"98 0 obj\n<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n" % len(body)
        return _added(_plain_pdf(), head + body + b"\nendstream\nendobj\n", is_named=False)
    return _added(_plain_pdf(), b"99 0 obj\n" + inner + b"\nendobj\n", is_named=False)


def table_in_a_circle() -> bytes:
    """The table before the table is the table itself."""
    data = _plain_pdf()
    at = data.rindex(b"startxref")
    place = int(data[at:].split()[1])
    return data.replace(b"trailer <<", b"trailer << /Prev %d" % place, 1)


def pages_in_a_circle(document: pikepdf.Pdf) -> None:
    document.Root.Pages.Kids.append(document.Root.Pages)


def stream_that_claims(length: int) -> bytes:
    return _plain_pdf(lambda document: None).replace(
        b"endobj", b"endobj\n90 0 obj\n<</Length %d>>stream\nx\nendstream\nendobj" % length, 1
    )


def workbook_bomb() -> bytes:
    """A workbook of some hundred KB that unpacks to hundreds of MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(200):
                sheet.write(b"<row/>" * 170_000)
    return out.getvalue()


def zip_of(name: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


PLAIN = pikepdf.ObjectStreamMode.disable
PACKED = pikepdf.ObjectStreamMode.generate
