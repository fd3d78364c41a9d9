"""Evidence for the demo: real files, drawn here, that say what they are."""

import io
from functools import cache

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

_SIZE = (1240, 1754)
_FONT = settings.BASE_DIR / "certificates" / "fonts" / "NotoSerifSC_400Regular.ttf"


def picture(heading: str, *lines: str) -> SimpleUploadedFile:
    """A photographed sheet (JPEG)."""
    return SimpleUploadedFile(f"{heading}.jpg", _bytes(heading, lines, "JPEG"), content_type="image/jpeg")


def document(heading: str, *lines: str) -> SimpleUploadedFile:
    """A scanned sheet (PDF)."""
    return SimpleUploadedFile(f"{heading}.pdf", _bytes(heading, lines, "PDF"), content_type="application/pdf")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def _bytes(heading: str, lines: tuple[str, ...], kind: str) -> bytes:
    sheet = Image.new("RGB", _SIZE, "#fffdf8")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((60, 60, _SIZE[0] - 60, _SIZE[1] - 60), outline="#b9b2a3", width=3)
    draw.text((_SIZE[0] / 2, 260), heading, font=_font(72), fill="#222222", anchor="mm")
    for row, line in enumerate(lines):
        draw.text((170, 460 + row * 90), line, font=_font(40), fill="#333333")
    draw.text((_SIZE[0] / 2, _SIZE[1] - 180), "示例材料 · 仅供演示", font=_font(36), fill="#9a3b2e", anchor="mm")
    buffer = io.BytesIO()
    sheet.save(buffer, kind, quality=80, resolution=150.0)
    return buffer.getvalue()
