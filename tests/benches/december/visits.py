"""What each visitor does, page by page, and what they write down as done."""

import asyncio
import base64
import json
import os
import random
import re
import ssl
import struct
import time
import urllib.parse
import zlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.benches.december.book import Book
from tests.benches.december.browser import FORM, Browser, TurnedAway
from tests.benches.december.cast import Cast
from tests.faults.clients import records_of

# A picture of noise, uncompressed: 2 MB.
SIDE = 830
LOOKS_AT_EVIDENCE = 6.0
# Records of a batch, besides those that meet somebody's year.
BATCH = 14
# How often, and how many seconds apart, a page is looked at on which a sheet is not ready yet: it asks so itself.
LOOKS, APART = 6, 10.0
PLATFORM = "127.1.1.1"
_REVIEW = re.compile(rb'href="(/reviews/[0-9a-f-]{36}/)"')
_EVIDENCE = re.compile(rb'"(/reviews/[0-9a-f-]{36}/evidence/[0-9a-f-]{36}/)"')
_SHEET = re.compile(rb'href="(/certificates/[0-9a-f-]{36}/pdf/)"')
_FIELD = re.compile(rb'<input[^>]*name="(version|stage|hours)"[^>]*>')
_VALUE = re.compile(rb'value="([^"]*)"')


@dataclass
class Visits:
    port: int
    cast: Cast
    book: Book
    chance: random.Random
    token: str = ""
    serial: Any = field(default_factory=count)
    desks: dict[str, Browser] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    # Whose year is met, and whose sheet nobody has fetched yet.
    graduates: deque[dict[str, str]] = field(default_factory=deque)

    async def come(self, what: str) -> None:
        visits: dict[str, Callable[[], Awaitable[None]]] = {
            "declare": self.declare, "look": self.look, "review": self.review, "check": self.check, "post": self.post,
            "collect": self.collect,
        }  # fmt: skip
        try:
            await visits[what]()
        except TurnedAway:
            return

    def browser(self) -> Browser:
        place = self.chance.randrange(2**22)
        return self._at(f"127.{64 + (place >> 16)}.{place >> 8 & 255}.{place & 255}")

    def _at(self, address: str) -> Browser:
        return Browser(self.port, self.book, address, self.tls)

    async def enter(self, login: str) -> Browser:
        browser = self.browser()
        page = await browser.get("/sign-in/")
        done = await browser.send("/sign-in/", page.token, login=login, password=self.cast.password)
        self._expect(done.status == 302, f"sign-in: {done.status}")
        return browser

    async def look(self) -> None:
        browser = await self.enter(self.chance.choice(self.cast.people))
        for path in ("/", "/my-year/", "/hours/", "/certificates/"):
            await browser.get(path)

    async def declare(self) -> None:
        number = next(self.serial)
        browser = await self.enter(self.cast.people[number % len(self.cast.people)])
        await browser.get("/my-year/")
        page = await browser.get("/declare/")
        begun = await browser.send("/declare/", page.token, activity="training")
        if not self._expect(begun.status == 302, f"declare: {begun.status}"):
            return
        edit = begun.headers["location"]
        page, base = await browser.get(edit), edit.removesuffix("edit/")
        await browser.attach(f"{base}evidence/", page.token, noise())
        day = self.cast.days[number // len(self.cast.people) % len(self.cast.days)]
        content = {
            "activity": "training", "subject": "professional", "title": f"年末研修第{number}期",
            "organiser": "市教育局",
            "started_on": day, "ended_on": day, "hours_claimed": "4", "was_passed": "yes", "payer": "unit",
            "unplanned": "年初未能列入计划", "promise": "on",
        }  # fmt: skip
        page = await browser.get(edit)
        done = await browser.send(f"{base}submit/", page.token, **content)
        if self._expect(done.status == 302, f"submit: {done.status}"):
            self.book.declared.add(base.split("/")[2])
        await browser.get(base)
        await browser.get("/declarations/")

    async def review(self) -> None:
        """Signed in for the day: a desk that is free, or a new one."""
        login, browser = self.desks.popitem() if self.desks else (self.cast.next_reviewer(), None)
        if not login:
            return
        browser = browser or await self.enter(login)
        try:
            await self._review(browser)
        finally:
            self.desks[login] = browser

    async def _review(self, browser: Browser) -> None:
        waiting = sorted(set(_REVIEW.findall((await browser.get("/reviews/")).body)))
        if not waiting:
            return
        path = self.chance.choice(waiting).decode()
        page = await browser.get(path)
        for evidence in sorted(set(_EVIDENCE.findall(page.body))):
            await browser.get(evidence.decode())
        await asyncio.sleep(LOOKS_AT_EVIDENCE)
        typed = {name.group(1).decode(): _VALUE.search(name.group(0)) for name in _FIELD.finditer(page.body)}
        fields = {name: value.group(1).decode() for name, value in typed.items() if value}
        done = await browser.send(f"{path}decide/", page.token, move="approve", **fields)
        if done.status == 302:
            self.book.decided.add(path.split("/")[2])
        else:
            self._expect(done.status in (404, 409), f"decide: {done.status}")

    async def check(self) -> None:
        """A stranger looks a certificate up by its code."""
        if self.cast.tokens:
            await self.browser().get(f"/v/{self.chance.choice(self.cast.tokens)}/")
        await self.browser().get("/verify/")

    async def collect(self) -> None:
        """Somebody whose year is met fetches the certificate, which comes by itself."""
        if not self.graduates:
            return
        person, sheet = self.graduates.popleft(), b""
        try:
            sheet = await self._fetch(await self.enter(person["id_number"]))
        finally:
            if not sheet:
                self.graduates.append(person)

    async def _fetch(self, browser: Browser) -> bytes:
        """Empty where it was not ready within some looks."""
        for _ in range(LOOKS):
            if found := _SHEET.search((await browser.get("/certificates/")).body):
                path = found.group(1).decode()
                page = await browser.get(path)
                if self._expect(page.status == 200 and page.body.startswith(b"%PDF-"), f"sheet: {page.status}"):
                    self.book.sheets.add(path.split("/")[2])
                return page.body
            await asyncio.sleep(APART)
        return b""

    async def post(self) -> None:
        """A platform hands a batch in until it is taken, as it is told to; it meets the year of one learner."""
        number = next(self.serial)
        learner = self.cast.next_graduate()
        year = records_of(learner) if learner else []
        records = year + [self._record(f"D-{number}-{part}") for part in range(BATCH)]
        for _ in range(20):
            try:
                items = await self._post(records)
            except TurnedAway as told:
                await asyncio.sleep(min(float(str(told)), 10.0) * (0.5 + self.chance.random()))
                continue
            taken = {item["record_id"] for item in items if item["outcome"] in ("accepted", "duplicate")}
            self.book.records |= taken
            if learner and taken >= {record["record_id"] for record in year}:
                self.book.met[learner["name"]] = time.time()
                self.graduates.append(learner)
            return

    async def _post(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        browser = self._at(PLATFORM)
        if not self.token:
            known = base64.b64encode(f"{self.cast.client_id}:{self.cast.client_secret}".encode()).decode()
            form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "hours:write hours:read"})
            page = await browser.ask("POST", "/api/oauth/token", form.encode(), FORM, Authorization=f"Basic {known}")
            if not self._expect(page.status == 200, f"token: {page.status}"):
                return []
            self.token = str(json.loads(page.body)["access_token"])
        body = json.dumps({"records": records}).encode()
        page = await browser.ask(
            "POST", "/api/v1/hour-batches", body, "application/json", Authorization=f"Bearer {self.token}"
        )
        self._expect(page.status == 200, f"batch: {page.status}")
        return list(json.loads(page.body)["items"]) if page.status == 200 else []

    def _record(self, name: str) -> dict[str, Any]:
        day = self.chance.choice(self.cast.days)
        learner = self.chance.choice(self.cast.learners)
        return {
            **learner, "record_id": name, "subject": "professional", "title": f"网络课程{name}", "hours": "0.5",
            "started_on": day, "completed_on": day,
        }  # fmt: skip

    def _expect(self, is_so: bool, what: str) -> bool:
        if not is_so:
            self.book.odd[what] += 1
        return is_so


def noise() -> bytes:
    """A picture nobody has handed in before: 2 MB of noise as PNG."""
    rows = b"".join(b"\0" + os.urandom(SIDE * 3) for _ in range(SIDE))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 0)),
        (b"IEND", b""),
    )
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
