"""A program: draws one sheet after another, in a process with bounds of its own, for as long as its input is open.

In: four bytes of length, then JSON `{"kind": …, "content": …}`. Out: a letter, four bytes of length, then the PDF
(`P`), the characters that no font has (`M`) or the name of what went wrong (`E`). Whoever asks watches the time
(`certificates.services.drawing`).
"""

import ctypes
import json
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import django

MEMORY = 1024 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    django.setup()
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    while asked := read_part(sys.stdin.buffer):
        sign, said = answer(asked)
        answers.write(sign + len(said).to_bytes(4) + said)
        answers.flush()


def answer(asked: bytes) -> tuple[bytes, bytes]:
    from certificates.documents.printing import MissingGlyphs  # noqa: PLC0415 - after the setup

    question = json.loads(asked)
    try:
        return b"P", _ways()[question["kind"]](question["content"])
    except MissingGlyphs as error:
        return b"M", error.characters.encode()
    except Exception as error:  # noqa: BLE001 - its kind alone is told: a message may quote a person
        return b"E", type(error).__name__.encode()


def read_part(stream: BinaryIO) -> bytes:
    """What a length is written before; nothing at the end."""
    head = stream.read(4)
    return stream.read(int.from_bytes(head)) if len(head) == 4 else b""


def _ways() -> dict[str, Callable[[Mapping[str, Any]], bytes]]:
    from certificates.documents.sheet import render_sheet  # noqa: PLC0415 - after the setup
    from certificates.documents.transcript import render_transcript  # noqa: PLC0415 - after the setup

    return {"sheet": render_sheet, "transcript": render_transcript}


if __name__ == "__main__":
    main()
