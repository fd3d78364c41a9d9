"""Pictures made harmless: decoded within bounds and written anew, upright, with nothing but their pixels (D69, D79).

What a phone hides in a photograph (place, device, owner) and what somebody appends to it does not survive.
"""

import io
import struct
import zlib

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from ceportal.kernel.rules.files import Kind, unsafe
from ceportal.kernel.rules.refusal import Refused

# A 64-megapixel phone camera still fits; 106 KB of PNG can hold 900.
MOST_PIXELS = 70_000_000
# The longer side of what is kept: small print on a photographed A4 page stays legible.
LONGEST_SIDE = 4800
JPEG_QUALITY = 88
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, KeyError, IndexError, TypeError)
_READERS = {Kind.JPEG: JpegImageFile, Kind.PNG: PngImageFile}


def shown_copy(data: bytes, kind: Kind) -> bytes:
    """The bytes to keep and show. Raises `Refused` for a picture that is broken, cut off or too large to open."""
    try:
        # The reader itself, not Image.open: that one guesses kinds, and warns where we refuse.
        with _READERS[kind](io.BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused([unsafe("图片的像素太多，打不开。请缩小后再上传。")])
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
            return _written(_upright(picture), kind)
    except _BROKEN as broken:
        raise Refused([unsafe("图片打不开，可能没有传完或已损坏。请重新拍照或截图后上传。")]) from broken


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held. A broken note about that leaves the picture as it is."""
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture


def _written(picture: Image.Image, kind: Kind) -> bytes:
    plain = _flat(picture)
    plain.info.clear()
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    out = io.BytesIO()
    if kind is Kind.PNG:
        plain.save(out, "PNG")
    else:
        plain.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """In plain colour or grey, what is transparent on white."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        return picture.convert("L")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        shown = picture.convert("RGBA")
        white = Image.new("RGBA", shown.size, "white")
        return Image.alpha_composite(white, shown).convert("RGB")
    return picture.convert("RGB")
