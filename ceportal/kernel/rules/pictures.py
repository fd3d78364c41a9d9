"""Pictures made harmless: decoded within bounds and written anew, upright, with nothing but their pixels (D69, D79).

What a phone hides in a photograph (place, device, owner) and what somebody appends to it does not survive. Run as a
program of its own, like `pdf_structure`: `pictures.py image/png` reads the picture from standard input and prints one
line of JSON, `{"problem": ""}`, then the bytes to keep. Problems: `broken` (also cut off), `too_many_pixels`.

Apart from the bounds this keeps out what others set for a whole process: WeasyPrint tells Pillow to take cut pictures.
"""

import io
import json
import resource
import struct
import sys
import zlib

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20
# A 64-megapixel phone camera still fits; 106 KB of PNG can hold 900.
MOST_PIXELS = 70_000_000
# The longer side of what is kept: small print on a photographed A4 page stays legible.
LONGEST_SIDE = 4800
JPEG_QUALITY = 88
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, KeyError, IndexError, TypeError)
_READERS = {"image/jpeg": JpegImageFile, "image/png": PngImageFile}


def redrawn(data: bytes, content_type: str) -> tuple[str, bytes]:
    """The problem (or an empty string) and the bytes to keep and show."""
    try:
        # The reader itself, not Image.open: that one guesses kinds, and warns where we refuse.
        with _READERS[content_type](io.BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return "too_many_pixels", b""
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
            return "", _written(_upright(picture), content_type)
    except (*_BROKEN, MemoryError):
        return "broken", b""


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held. A broken note about that leaves the picture as it is."""
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture


def _written(picture: Image.Image, content_type: str) -> bytes:
    plain = _flat(picture)
    plain.info.clear()
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    out = io.BytesIO()
    if content_type == "image/png":
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


def main() -> None:
    """Bound this process, then read what came from outside."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    problem, shown = redrawn(sys.stdin.buffer.read(), sys.argv[1])
    sys.stdout.buffer.write(json.dumps({"problem": problem}).encode() + b"\n" + shown)


if __name__ == "__main__":
    main()
