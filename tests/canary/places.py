"""Where a planted number could lie: every table, session, log line, letter, file, message to the worker.

`Places.hits` names each place where one of the numbers was found, never the number itself.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.db import connection

from tests.databases.locks import content_of

# What people hand in is theirs: of evidence only the names of files are looked at (they are digests).
EVIDENCE = "files"


def disguises(number: str) -> dict[str, bytes]:
    """A number as it is, in another form that reads the same, and hashed without a key, which is as good as clear:
    the possible numbers of a county are tried in a minute (reliability.md T21).
    """
    raw = number.encode()
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}".encode()
    hashes = {name: hashlib.new(name, raw, usedforsecurity=False) for name in ("md5", "sha1", "sha256")}
    hexed = {f"{name} without a key": digest.hexdigest().encode() for name, digest in hashes.items()}
    return {
        "in clear": raw,
        "with blanks": spaced,
        **({"in small letters": raw.lower()} if b"X" in raw else {}),
        **hexed,
    }


_HEX = re.compile(rb"[0-9a-f]{32}")


@lru_cache(maxsize=8)
def _needles(numbers: tuple[str, ...]) -> tuple[re.Pattern[bytes], list[tuple[str, bytes]]]:
    """All forms of all numbers, and how any of them that is no hash begins: few begin in many ways."""
    forms = [pair for number in numbers for pair in disguises(number).items()]
    starts = sorted({needle[:7] for form, needle in forms if "key" not in form})
    return re.compile(b"|".join(map(re.escape, starts)) or b"(?!)"), forms


def finds(text: str | bytes, numbers: Iterable[str]) -> list[str]:
    """In which forms any of `numbers` stands in `text`."""
    hay = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    start, forms = _needles(tuple(numbers))
    if not start.search(hay) and not _HEX.search(hay):
        return []
    return [form for form, needle in forms if needle in hay]


def tables() -> Iterator[tuple[str, bytes]]:
    """Every value of every table, whichever database: the dump."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description or []]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"table {table}.{column}", _bytes(value)


def sessions() -> Iterator[tuple[str, str]]:
    """Sessions as they read when decoded; their column holds them compressed."""
    for session in Session.objects.all():
        yield "a session", json.dumps(session.get_decoded(), default=str)


def letters() -> Iterator[tuple[str, str]]:
    for message in mail.outbox:
        parts = [*message.to, *message.cc, message.subject, str(message.body)]
        parts += [str(part) for part in getattr(message, "alternatives", [])]
        yield f"letter “{message.subject[:20]}”", "\n".join(parts)


def stored() -> Iterator[tuple[str, bytes]]:
    """The data folder: names of all files, and their content but for the evidence; of PDFs also what one reads."""
    for path in sorted(Path(settings.DATA_DIR).rglob("*")):
        name = path.relative_to(settings.DATA_DIR).as_posix()
        yield f"file name {name[:20]}", name.encode()
        if path.is_file() and name.split("/")[0] != EVIDENCE:
            content = content_of(path)
            yield f"file {name}", content
            if content.startswith(b"%PDF"):
                yield f"sheet {name}", _text_of_pdf(content).encode()


def queued(url: str) -> Iterator[tuple[str, bytes]]:
    """Everything the broker holds."""
    with redis.Redis(unix_socket_path=url) as client:
        for key in client.scan_iter():
            yield "broker key", key
            kind = client.type(key)
            held = {
                b"list": lambda key: client.lrange(key, 0, -1),
                b"hash": lambda key: [*client.hgetall(key).items()],
                b"set": client.smembers,
                b"zset": lambda key: client.zrange(key, 0, -1),
            }.get(kind, lambda key: [client.get(key)])(key)
            text = repr(held).encode()
            yield f"broker {kind.decode()}", text
            for body in re.findall(rb'"body": "([A-Za-z0-9+/=]+)"', text):
                yield "broker message", base64.b64decode(body)


def cached() -> Iterator[tuple[str, bytes]]:
    """What this process keeps in Django's cache."""
    held: dict[str, bytes] = getattr(caches["default"], "_cache", {})
    for key, value in held.items():
        yield "cache", key.encode() + value


def addresses(html: str) -> list[str]:
    """Where a page leads: the values of its links, forms and pictures."""
    return re.findall(r"(?:href|action|src|formaction|data-[a-z-]*url)=[\"']([^\"']*)", html)


def _bytes(value: Any) -> bytes:
    if isinstance(value, memoryview | bytes | bytearray):
        return bytes(value)
    return str(value).encode("utf-8", "surrogatepass")


def _text_of_pdf(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
