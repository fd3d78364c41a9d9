"""Sheets are drawn by a process of their own, with bounds on memory and time: what bursts there bursts alone (T19).

One child for each process of ours, begun at the first need and anew after each that failed.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from django.conf import settings

from certificates.documents.printing import MissingGlyphs

# A sheet takes a tenth of a second, the first one with its imports a few seconds.
SECONDS = 30


class DrawingFailed(Exception):
    """The child took too long, died, or could not draw the content."""


class Drawer:
    """A child and the pipe to it, minded by one thread that lasts as long as the process: the child ends with it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._minder: ThreadPoolExecutor | None = None
        self._owner = 0
        self._lock = Lock()

    def begin(self, kind: str, content: Mapping[str, Any], *, seconds: float = SECONDS) -> Future[bytes]:
        """What will be the PDF, while the caller does something else. Its result raises as `draw` does."""
        with self._lock:
            if self._minder is None or self._owner != os.getpid():
                self._minder, self._child, self._owner = ThreadPoolExecutor(1), None, os.getpid()
            return self._minder.submit(self._draw, kind, content, seconds)

    def draw(self, kind: str, content: Mapping[str, Any], *, seconds: float = SECONDS) -> bytes:
        """The PDF. Raises `MissingGlyphs` and `DrawingFailed`."""
        return self.begin(kind, content, seconds=seconds).result()

    def end(self) -> None:
        """End the child, if there is one and it is ours."""
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def _draw(self, kind: str, content: Mapping[str, Any], seconds: float) -> bytes:
        try:
            sign, said = self._ask(json.dumps({"kind": kind, "content": content}).encode(), seconds)
        except (OSError, ValueError) as error:
            self.end()
            raise DrawingFailed(type(error).__name__) from error
        if sign == b"M":
            raise MissingGlyphs(said.decode())
        if sign != b"P":
            raise DrawingFailed(said.decode())
        return said

    def _ask(self, question: bytes, seconds: float) -> tuple[bytes, bytes]:
        child = self._alive()
        until = time.monotonic() + seconds
        assert child.stdin is not None
        child.stdin.write(len(question).to_bytes(4) + question)
        child.stdin.flush()
        head = _read(child, 5, until)
        return head[:1], _read(child, int.from_bytes(head[1:]), until)

    def _alive(self) -> "subprocess.Popen[bytes]":
        if self._child is None or self._child.poll() is not None:
            self.end()
            command = [sys.executable, "-B", "-m", "certificates.documents.drawing"]
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR, bufsize=0
            )
        return self._child


def _read(child: "subprocess.Popen[bytes]", size: int, until: float) -> bytes:
    """Exactly so many bytes. Raises `TimeoutError`, and `BrokenPipeError` when the child is gone."""
    assert child.stdout is not None
    found = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        while len(found) < size:
            if not ready.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            piece = os.read(child.stdout.fileno(), min(size - len(found), 1 << 16))
            if not piece:
                raise BrokenPipeError
            found += piece
    return bytes(found)


drawer = Drawer()
atexit.register(drawer.end)
