"""Pictures made harmless: decoded within bounds and written anew, upright, with nothing but their pixels (D69, D79).

What a phone hides in a photograph (place, device, owner) and what somebody appends to it does not survive. Run as a
program of its own, like `pdf_structure`: given a content type it reads the picture from standard input and prints one
line of JSON, `{"problem": "", "likeness": "9f…"}`, then the bytes to keep. Problems: `broken` (also cut off),
`too_many_pixels`.

A likeness is a perceptual hash: 64 bits in hex that change little when a picture is saved anew, made smaller or cut at
its edges. How many bits two pictures differ in tells how much alike they look (reliability T1).

Apart from the bounds this keeps out what others set for a whole process: WeasyPrint tells Pillow to take cut pictures.
"""

import io
import json
import math
import resource
import struct
import sys
import zlib
from statistics import median

import pi_heif
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
# Of nine: half the time of the usual six, for a twentieth more bytes.
PNG_EFFORT = 4
_BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, RuntimeError, KeyError, IndexError, TypeError),
    *(struct.error, zlib.error),
)
_READERS = {"image/jpeg": JpegImageFile, "image/png": PngImageFile}
_HEIC = "image/heic"
# The likeness: the coarse waves of a small grey copy, each above or below their middle.
_SMALL, _WAVES = 32, 8


def redrawn(data: bytes, content_type: str) -> tuple[str, str, bytes]:
    """The problem (or an empty string), the likeness, and the bytes to keep and show."""
    try:
        picture = _read_heic(data) if content_type == _HEIC else _read(data, content_type)
        if picture is None:
            return "too_many_pixels", "", b""
        plain = _flat(picture)
        plain.info.clear()
        plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
        return "", likeness(plain), _written(plain, content_type)
    except (*_BROKEN, MemoryError):
        return "broken", "", b""


def likeness(picture: Image.Image) -> str:
    """The perceptual hash of a picture, 16 hex digits."""
    grey = picture.convert("L").resize((_SMALL, _SMALL), Image.Resampling.LANCZOS, reducing_gap=3.0)
    values = list(grey.tobytes())
    waves = [[math.cos(math.pi * k * (2 * i + 1) / (2 * _SMALL)) for i in range(_SMALL)] for k in range(_WAVES)]
    across = [[sum(wave[x] * values[y * _SMALL + x] for x in range(_SMALL)) for wave in waves] for y in range(_SMALL)]
    both = [sum(wave[y] * across[y][k] for y in range(_SMALL)) for wave in waves for k in range(_WAVES)]
    # Without the first, which is the brightness of the whole.
    middle = median(both[1:])
    bits = "".join("1" if value > middle else "0" for value in both)
    return f"{int(bits, 2):016x}"


def _read(data: bytes, content_type: str) -> Image.Image | None:
    """The picture, upright; None when it has too many pixels."""
    # The reader itself, not Image.open: that one guesses kinds, and warns where we refuse.
    picture = _READERS[content_type](io.BytesIO(data))
    if picture.width * picture.height > MOST_PIXELS:
        return None
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    return _upright(picture)


def _read_heic(data: bytes) -> Image.Image | None:
    """The same of a phone's photograph. How it was held stands in the format itself: the camera's note is not asked."""
    found = pi_heif.open_heif(io.BytesIO(data))
    width, height = found.size
    return None if width * height > MOST_PIXELS else found.to_pillow()


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held. A broken note about that leaves the picture as it is."""
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture


def _written(plain: Image.Image, content_type: str) -> bytes:
    out = io.BytesIO()
    if content_type == "image/png":
        plain.save(out, "PNG", compress_level=PNG_EFFORT)
    else:
        plain.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """In plain colour or grey, what is transparent on white."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        # Black and white stays so (an eighth of the work) unless it has to be made smaller, which needs grey.
        return picture if max(picture.size) <= LONGEST_SIDE else picture.convert("L")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        shown = picture.convert("RGBA")
        white = Image.new("RGBA", shown.size, "white")
        return Image.alpha_composite(white, shown).convert("RGB")
    return picture.convert("RGB")


def main() -> None:
    """Bound this process, then read what came from outside."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    problem, seen, shown = redrawn(sys.stdin.buffer.read(), sys.argv[1])
    sys.stdout.buffer.write(json.dumps({"problem": problem, "likeness": seen}).encode() + b"\n" + shown)


if __name__ == "__main__":
    main()
