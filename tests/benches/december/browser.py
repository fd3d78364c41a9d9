"""One visitor's browser, light enough for thousands in a process: HTTP/1.1 by hand, a connection a request.

Behind nginx it calls from an address of its own in the loopback network, by TLS. Without one it stands where nginx
would: says when the request was handed over, and from which address.
"""

import asyncio
import re
import ssl
import time
import urllib.parse
from dataclasses import dataclass, field

from tests.benches.december.book import Answer, Book

PATIENCE = 60.0
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


class TurnedAway(Exception):
    """429 or 503, or nothing at all: the visit ends here."""


@dataclass
class Page:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def token(self) -> str:
        found = _TOKEN.search(self.body)
        return found.group(1).decode() if found else ""


@dataclass
class Browser:
    port: int
    book: Book
    address: str
    # Of a TLS connection to nginx; none: straight to the web server.
    tls: ssl.SSLContext | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Page:
        return await self.ask("GET", path)

    async def send(self, path: str, token: str, **fields: str) -> Page:
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        return await self.ask("POST", path, body, FORM)

    async def attach(self, path: str, token: str, picture: bytes) -> Page:
        parts = [
            f'--part\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'.encode(),
            b'--part\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n',
            b"Content-Type: image/png\r\n\r\n",
            picture,
            b"\r\n--part--\r\n",
        ]
        return await self.ask("POST", path, b"".join(parts), "multipart/form-data; boundary=part")

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "", **headers: str) -> Page:
        """Raises `TurnedAway`; what it took and how it ended stands in the book."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                page = await self._talk(method, path, body, kind, headers)
        except (OSError, EOFError, ValueError, IndexError):
            page = Page(0, {}, b"")
        waits = "retry-after" in page.headers
        self.book.note(Answer(method, path, page.status, began, time.monotonic() - began, has_word=waits))
        if page.status in (0, 429, 503):
            raise TurnedAway(page.headers.get("retry-after", "5"))
        return page

    async def _talk(self, method: str, path: str, body: bytes, kind: str, headers: dict[str, str]) -> Page:
        head = {
            "Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body)), "Accept": "text/html",
            **headers,
        }  # fmt: skip
        if self.tls:
            head |= {"Origin": "https://127.0.0.1"}
        else:
            head |= {"X-Forwarded-For": self.address, "X-Request-Start": f"t={time.time():.3f}"}
        head |= {"Content-Type": kind} if kind else {}
        head |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        place = (self.address, 0) if self.tls else None
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, local_addr=place)
        try:
            writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
            await writer.drain()
            raw = await reader.read(-1)
        finally:
            writer.close()
        return self._read(raw)

    def _read(self, raw: bytes) -> Page:
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
            headers[name.lower()] = value
        if len(body) < int(headers.get("content-length", "0")):
            raise EOFError("cut off")
        return Page(int(first.split(" ")[1]), headers, body)
