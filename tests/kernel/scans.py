"""Honest scans and photographs, as the many machines of a province make them: sizes, colours, programs, orientation.

Each is made anew from its number, so that no two are the same file.
"""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw
from weasyprint import HTML

from tests.kernel import zoo

A4 = (2480, 3508)
PHONE = (4032, 3024)
# The tag of an EXIF note for how a camera was held, and the values phones write.
ORIENTATION, HELD = 0x0112, (1, 3, 6, 8)


@dataclass(frozen=True)
class Scan:
    kind: str
    name: str
    claimed: str
    data: bytes


@cache
def _paper(width: int, height: int) -> Image.Image:
    """Paper as a camera sees it: grain, and light that falls from one side."""
    grain = Image.effect_noise((width // 2, height // 2), 18).resize((width, height))
    light = Image.linear_gradient("L").resize((width, height)).point(lambda value: 190 + value // 4)
    return Image.blend(light, grain, 0.12)


def sheet(size: tuple[int, int], chance: random.Random, mode: str = "RGB") -> Image.Image:
    """A certificate on paper: lines of words, a frame, a red seal, each a little different."""
    width, height = size
    page = _paper(width, height).convert("RGB")
    draw = ImageDraw.Draw(page)
    draw.rectangle((width // 20, height // 20, width * 19 // 20, height * 19 // 20), outline="#7a2a2a", width=9)
    for row in range(8, 34):
        left, right = width // 8, width // 8 + chance.randint(width // 5, width * 2 // 3)
        for x in range(left, right, max(12, width // 60)):
            top = height * row // 40 + chance.randint(0, 3)
            draw.rectangle((x, top, x + width // 90, top + height // 80), fill=(30, 30, 34))
    seal = (width * 3 // 5, height * 3 // 5, width * 3 // 5 + width // 5, height * 3 // 5 + width // 5)
    draw.ellipse(seal, outline=(200, 40, 40), width=max(4, width // 150))
    return page.convert(mode)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _phone(chance: random.Random) -> tuple[Image.Image, Image.Exif]:
    size = chance.choice([PHONE, PHONE, (4000, 2250), (3264, 2448), (1600, 1200), (8000, 6000)])
    exif = Image.Exif()
    exif[ORIENTATION] = chance.choice(HELD)
    exif[0x010F] = chance.choice(["HUAWEI", "Xiaomi", "Apple", "vivo"])
    exif.get_ifd(0x8825)[2] = (34.0, chance.random() * 60, 50.0)
    return sheet(size if chance.random() < 0.5 else size[::-1], chance), exif


def phone_jpeg(chance: random.Random) -> bytes:
    picture, exif = _phone(chance)
    return _saved(picture, "JPEG", quality=chance.choice([75, 85, 92]), exif=exif, progressive=chance.random() < 0.3)


def phone_heic(chance: random.Random) -> bytes:
    out = io.BytesIO()
    picture, exif = _phone(chance)
    picture.thumbnail(PHONE)
    quality = chance.choice([50, 70])
    pillow_heif.from_pillow(picture).save(out, quality=quality, exif=exif.tobytes(), enc_params=zoo.AT_ONCE)
    return out.getvalue()


def scanner_jpeg(chance: random.Random) -> bytes:
    dpi = chance.choice([150, 200, 300, 400])
    size = (A4[0] * dpi // 300, A4[1] * dpi // 300)
    return _saved(sheet(size, chance, chance.choice(["RGB", "L"])), "JPEG", quality=80, dpi=(dpi, dpi))


def printers_jpeg(chance: random.Random) -> bytes:
    """In the four colours of printing."""
    return _saved(sheet((1654, 2339), chance, "CMYK"), "JPEG", quality=chance.choice([70, 90]))


def screenshot(chance: random.Random) -> bytes:
    size = chance.choice([(1080, 2400), (1170, 2532), (1920, 1080)])
    return _saved(sheet(size, chance, chance.choice(["RGB", "RGBA", "P"])), "PNG")


def black_and_white_png(chance: random.Random) -> bytes:
    return _saved(sheet(A4, chance, "1"), "PNG", dpi=(300, 300))


def scanner_pdf(chance: random.Random) -> bytes:
    """Pages that are pictures: grey, colour, or packed like a fax."""
    mode = chance.choice(["RGB", "L", "1"])
    pages = [sheet((1654, 2339), chance, mode) for _ in range(chance.randint(1, 5))]
    return _saved(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=200, producer="Scan 2.1")


def phone_pdf(chance: random.Random) -> bytes:
    """As apps of phones make them: a point a pixel, the photograph as it is."""
    width, height = 3024, 4032
    with pikepdf.new() as document:
        for _ in range(chance.randint(1, 3)):
            document.add_blank_page(page_size=(width, height))
            photo = pikepdf.Stream(document, _saved(sheet((width, height), chance), "JPEG", quality=80))
            shape = Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, BitsPerComponent=8,
                ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode,
            )  # fmt: skip
            for key, value in shape.items():
                photo[key] = value
            page = document.pages[-1]
            page.Resources = Dictionary(XObject=Dictionary(Im0=document.make_indirect(photo)))
            page.Contents = document.make_stream(b"q %d 0 0 %d 0 0 cm /Im0 Do Q" % (width, height))
        with document.open_metadata() as about:
            about["dc:title"] = f"扫描件 {chance.random()}"
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def office_pdf(chance: random.Random) -> bytes:
    """Words with a link to where the certificate can be looked up."""
    lines = "".join(f"<p>第 {row} 项 学习内容 {chance.random():.6f}</p>" for row in range(chance.randint(5, 60)))
    text = f'<h1>结业证书</h1>{lines}<a href="https://example.invalid/v?no={chance.randint(1, 9999)}">查验</a>'
    return bytes(HTML(string=text).write_pdf() or b"")


def reworked_pdf(chance: random.Random) -> bytes:
    """Another program has opened and saved it: bookmarks, a first page to open at, quick to show over the web."""
    with pikepdf.open(io.BytesIO(office_pdf(chance))) as document:
        document.Root.OpenAction = Array([document.pages[0].obj, Name.XYZ, 0, 800, 0])
        document.Root.PageMode = Name.UseOutlines
        document.docinfo[Name("/Producer")] = String("WPS 文字")
        out = io.BytesIO()
        document.save(out, linearize=chance.random() < 0.5, object_stream_mode=chance.choice([zoo.PACKED, zoo.PLAIN]))
        return out.getvalue()


KINDS: dict[str, tuple[Callable[[random.Random], bytes], str, str]] = {
    "phone jpeg": (phone_jpeg, "IMG_{}.jpg", "image/jpeg"),
    "phone heic": (phone_heic, "IMG_{}.HEIC", "image/heic"),
    "scanner jpeg": (scanner_jpeg, "扫描{}.jpg", "image/jpeg"),
    "cmyk jpeg": (printers_jpeg, "证书{}.jpeg", "image/jpeg"),
    "screenshot": (screenshot, "截屏{}.png", "image/png"),
    "black and white png": (black_and_white_png, "{}.png", "image/png"),
    "scanner pdf": (scanner_pdf, "SCN_{}.pdf", "application/pdf"),
    "phone pdf": (phone_pdf, "扫描全能王 {}.pdf", "application/pdf"),
    "office pdf": (office_pdf, "结业证书{}.pdf", "application/pdf"),
    "reworked pdf": (reworked_pdf, "结业证书{} 副本.pdf", ""),
}


def scan(number: int) -> Scan:
    """The scan of that number; the kinds take turns."""
    kind = list(KINDS)[number % len(KINDS)]
    make, name, claimed = KINDS[kind]
    return Scan(kind, name.format(number), claimed, make(random.Random(number)))


def scans(count: int) -> Iterator[Scan]:
    return (scan(number) for number in range(count))
