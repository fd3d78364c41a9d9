"""Samples of files, honest and hostile, made when asked for: nothing a virus scanner minds lies in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
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
    whole = pdf(change=opens_with(action("JavaScript", JS=String("app.alert(1)"))), object_stream_mode=_PLAIN)
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


def zip_of(name: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


_PLAIN = pikepdf.ObjectStreamMode.disable
PACKED = pikepdf.ObjectStreamMode.generate
