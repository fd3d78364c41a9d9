"""What the streams of a PDF would unpack to, and what lies in those that no table of contents names.

Part of the program `pdf_structure`. Unpacking is bounded: nothing here grows beyond what it is told.
"""

import re
import zlib
from typing import Any

import pikepdf

# A picture of a page: A3 at 600 dpi in black and white is 70 million.
MOST_PIXELS = 200_000_000
# All else that is packed (text, drawings, fonts), unpacked, of a whole file.
MOST_UNPACKED = 200 * 1024 * 1024
# What readers unpack in more than one step, and old packings that are not measured here.
_PACKINGS = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
_FLATE = frozenset({"/FlateDecode", "/Fl"})
_MOST_UNMEASURED = 1024 * 1024
_PIECE = 1024 * 1024
_HIDDEN_PIECE = 8 * 1024 * 1024


def _escaped(name: bytes) -> bytes:
    """A pattern for a name that may be written with `#xx` for any of its letters."""
    letters = (rb"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in name)
    return b"".join(letters)


_NAMES = (b"JavaScript", b"Launch", b"EmbeddedFile", b"RichMedia")
ACTIVE_NAME = re.compile(rb"/(?:" + b"|".join(_escaped(name) for name in _NAMES) + rb")(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream\r?\n")
_LOOKS_LIKE_OBJECTS = re.compile(rb"\s*\d+\s+\d+\s")


def is_bomb(pdf: pikepdf.Pdf) -> bool:
    """Whether a reader would be made to unpack or draw more than it may."""
    left = MOST_UNPACKED
    for obj in pdf.objects:
        if not isinstance(obj, pikepdf.Stream):
            continue
        if str(obj.get("/Subtype", "")) == "/Image":
            if _pixels(obj) > MOST_PIXELS:
                return True
        elif (left := left - _unpacked(obj, left)) < 0:
            return True
    return False


def hides_acts(data: bytes) -> bool:
    """Whether names of acts stand in the bytes, also packed, that another reader's way through them might meet:
    older states of a file that was added to, newer ones that its last table leaves out.
    """
    if ACTIVE_NAME.search(data):
        return True
    left = MOST_UNPACKED
    for found in _STREAM.finditer(data):
        inner = _begun(data[found.end() : found.end() + _HIDDEN_PIECE], min(left, _HIDDEN_PIECE))
        left -= len(inner)
        if _LOOKS_LIKE_OBJECTS.match(inner) and ACTIVE_NAME.search(inner):
            return True
        if left <= 0:
            return True
    return False


def _pixels(picture: pikepdf.Stream) -> int:
    width, height = picture.get("/Width", 0), picture.get("/Height", 0)
    return int(width) * int(height) if isinstance(width, int) and isinstance(height, int) else 0


def _unpacked(stream: pikepdf.Stream, most: int) -> int:
    """The unpacked bytes of a stream, counted to a little more than `most`."""
    filters = _filters(stream.get("/Filter"))
    packings = [name for name in filters if name in _PACKINGS]
    if not packings:
        return 0
    raw = bytes(stream.read_raw_bytes())
    if len(packings) > 1 or filters != packings or packings[0] not in _FLATE:
        return most + 1 if len(raw) > _MOST_UNMEASURED or len(packings) > 2 else len(raw)
    return _measured(raw, most)


def _filters(named: Any) -> list[str]:
    if named is None:
        return []
    return [str(name) for name in named] if isinstance(named, pikepdf.Array) else [str(named)]


def _measured(raw: bytes, most: int) -> int:
    opener = zlib.decompressobj()
    size, rest = 0, raw
    try:
        while rest and not opener.eof and size <= most:
            size += len(opener.decompress(rest, _PIECE))
            rest = opener.unconsumed_tail
    except zlib.error:
        return size
    return size


def _begun(raw: bytes, most: int) -> bytes:
    """The beginning of what is packed there; nothing when it is not."""
    try:
        return zlib.decompressobj().decompress(raw, most)
    except zlib.error:
        return b""
