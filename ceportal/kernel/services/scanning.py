"""The virus scanner: whoever implements `Scanner`. Here clamd over its socket, or none (`CLAMD_SOCKET`).

A scanner that cannot be asked is not one that found nothing, nor is one that cannot look: the file stays in quarantine.
"""

import socket
import struct
from contextlib import closing, suppress
from typing import IO, Protocol

from django.conf import settings

SECONDS = 20
_PIECE = 256 * 1024
_LONGEST_ANSWER = 4096


class NotScanned(Exception):
    """The scanner answered, but could not look at what it was given (too large for it, out of memory)."""


class ScannerAway(NotScanned):
    """The scanner did not answer."""


class Scanner(Protocol):
    def finds(self, file: IO[bytes]) -> str:
        """The name of what was found, or an empty string. Raises `NotScanned`."""


class Clamd:
    """clamd's INSTREAM: pieces with their length before them, then a piece of none; one line comes back."""

    def __init__(self, place: str) -> None:
        self._place = place

    def finds(self, file: IO[bytes]) -> str:
        try:
            with closing(self._connect()) as line:
                # It hangs up on what is too large for it, after saying so.
                with suppress(BrokenPipeError, ConnectionResetError):
                    _send(line, file)
                return self._read(_answer(line))
        except OSError as error:
            raise ScannerAway(type(error).__name__) from error

    @staticmethod
    def _read(answer: str) -> str:
        """`stream: OK` or `stream: Eicar-Test-Signature FOUND`; all else (too large, out of memory) is no finding."""
        if not answer:
            raise ScannerAway("no answer")
        said = answer.removeprefix("stream: ")
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")[:120]
        raise NotScanned(said[:120])

    def _connect(self) -> socket.socket:
        host, colon, port = self._place.rpartition(":")
        if colon and port.isdigit():
            return socket.create_connection((host, int(port)), timeout=SECONDS)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(self._place)
        except OSError:
            line.close()
            raise
        return line


def scanner() -> Scanner | None:
    """The one that is set up, or none."""
    return Clamd(settings.CLAMD_SOCKET) if settings.CLAMD_SOCKET else None


def _send(line: socket.socket, file: IO[bytes]) -> None:
    line.sendall(b"zINSTREAM\0")
    while piece := file.read(_PIECE):
        line.sendall(struct.pack("!I", len(piece)) + piece)
    line.sendall(struct.pack("!I", 0))


def _answer(line: socket.socket) -> str:
    """What came until the line was closed."""
    said = b""
    while len(said) < _LONGEST_ANSWER and (piece := line.recv(_LONGEST_ANSWER)):
        said += piece
        if b"\0" in said:
            break
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
