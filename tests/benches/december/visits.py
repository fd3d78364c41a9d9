"""What each visitor does, page by page, and what they write down as done."""

import asyncio
import base64
import json
import os
import random
import re
import struct
import urllib.parse
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.benches.december.book import Book
from tests.benches.december.browser import FORM, Browser, TurnedAway
from tests.benches.december.cast import Cast

# A picture of noise, uncompressed: 2 MB.
SIDE = 830
LOOKS_AT_EVIDENCE = 6.0
BATCH = 20
_REVIEW = re.compile(rb'href="(/reviews/[0-9a-f-]{36}/)"')
_EVIDENCE = re.compile(rb'"(/reviews/[0-9a-f-]{36}/evidence/[0-9a-f-]{36}/)"')
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

    async def come(self, what: str) -> None:
        visits: dict[str, Callable[[], Awaitable[None]]] = {
            "declare": self.declare, "look": self.look, "review": self.review, "check": self.check, "post": self.post,
        }  # fmt: skip
        try:
            await visits[what]()
        except TurnedAway:
            return

    def browser(self) -> Browser:
        place = self.chance.randrange(2**24)
        return Browser(self.port, self.book, f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}")

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

    async def post(self) -> None:
        """A platform hands a batch in until it is taken, as it is told to."""
        number = next(self.serial)
        records = [self._record(f"D-{number}-{part}") for part in range(BATCH)]
        for _ in range(20):
            try:
                items = await self._post(records)
            except TurnedAway as told:
                await asyncio.sleep(min(float(str(told)), 10.0) * (0.5 + self.chance.random()))
                continue
            self.book.records |= {item["record_id"] for item in items if item["outcome"] in ("accepted", "duplicate")}
            return

    async def _post(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        browser = self.browser()
        if not self.token:
            known = base64.b64encode(f"{self.cast.client_id}:{self.cast.client_secret}".encode()).decode()
            form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "hours:write hours:read"})
            page = await browser.ask("POST", "/api/oauth/token", form.encode(), FORM, Authorization=f"Basic {known}")
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
