"""Who calls the portal over HTTP: a platform that never gives up on a batch, and a person at the pages."""

import http.cookiejar
import json
import queue
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from typing import Any

from django.utils import timezone

from tests.faults.town import Town

ANSWER_SECONDS = 30
# Records of one person.
LESSONS = 6
GIVE_UP_SECONDS = 180
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_serial = count(1)
ASK_AGAIN = frozenset({429, 503})
# Nobody is there, or nobody finished answering: the platform asks again.
UNANSWERED = (OSError, http.client.HTTPException, ValueError)


def today_in_shanghai() -> str:
    return timezone.localdate().isoformat()


class UnexpectedAnswer(AssertionError):
    """The portal answered a well-formed batch with something else than its outcome or "later"."""


def records_of(person: dict[str, str]) -> list[dict[str, Any]]:
    """Six records that together meet the year that `cast.ASKED` asks."""
    today = today_in_shanghai()
    number = next(_serial)
    common = {**person, "hours": "1.5", "started_on": today, "completed_on": today}
    public = {"subject": "public", "public_kind": "compulsory"}
    return [
        {
            **common, **(public if lesson < 2 else {"subject": "professional"}),
            "record_id": f"F-{number}-{lesson}", "title": f"第{number}门课程第{lesson}讲",
        }
        for lesson in range(LESSONS)
    ]  # fmt: skip


@dataclass
class Platform:
    """Posts batches, each until it is acknowledged, and keeps what was."""

    town: Town
    acknowledged: dict[str, str] = field(default_factory=dict)
    retries: int = 0
    token: str = ""

    def post(self, records: Sequence[dict[str, Any]]) -> None:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while (items := self._try(records)) is None:
            assert time.monotonic() < deadline, "never acknowledged"
            self.retries += 1
            time.sleep(0.1)
        self.acknowledged |= {item["record_id"]: item["outcome"] for item in items}

    def post_all(self, batches: Sequence[Sequence[dict[str, Any]]], *, hands: int = 4) -> list[Thread]:
        """Start so many threads that post the batches between them; join what is given."""
        waiting: queue.SimpleQueue[Sequence[dict[str, Any]]] = queue.SimpleQueue()
        for batch in batches:
            waiting.put(batch)

        def work() -> None:
            while not waiting.empty():
                try:
                    self.post(waiting.get_nowait())
                except queue.Empty:
                    return

        threads = [Thread(target=work, daemon=True) for _ in range(hands)]
        for thread in threads:
            thread.start()
        return threads

    def _try(self, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]] | None:
        try:
            self.token = self.token or self._new_token()
            body = json.dumps({"records": list(records)}).encode()
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            answer = self._send("/api/v1/hour-batches", body, headers)
            return list(answer["items"])
        except urllib.error.HTTPError as error:
            if error.code not in ASK_AGAIN:
                raise UnexpectedAnswer(
                    f"{error.code}: {error.read()[:500]!r}\n{self.town.portal.logged('web')}"
                ) from error
            return None
        except UNANSWERED:
            return None

    def _new_token(self) -> str:
        key = self.town.demo["api"]
        form = {"grant_type": "client_credentials", "scope": "hours:write hours:read"}
        form |= {"client_id": key["client_id"], "client_secret": key["client_secret"]}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return str(self._send("/api/oauth/token", urllib.parse.urlencode(form).encode(), kind)["access_token"])

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(self.town.portal.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return dict(json.load(answer))


class Person:
    """Somebody who has signed in, with a browser's cookies."""

    def __init__(self, town: Town, role: str) -> None:
        self.town = town
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(jar)
        account = next(each for each in town.demo["accounts"] if each["role"] == role)
        token = self.token("/sign-in/")
        led_to = self.send(token, "/sign-in/", login=account["login"], password=account["password"])
        assert led_to != "/sign-in/", f"{role} could not sign in"

    def token(self, page: str) -> str:
        """What a form on `page` has to bring along."""
        with self.browser.open(self.town.portal.url + page, timeout=ANSWER_SECONDS) as answer:
            found = _TOKEN.search(answer.read().decode())
        assert found, page
        return found.group(1)

    def send(self, token: str, to: str, **fields: str) -> str:
        """Send a form; gives the path one is led to."""
        return self._send(to, urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode())

    def attach(self, token: str, to: str, picture: bytes) -> str:
        head = f'Content-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}'
        file = 'Content-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        edge = b"--part\r\n"
        body = edge + head.encode() + b"\r\n" + edge + file.encode() + picture + b"\r\n--part--\r\n"
        return self._send(to, body, {"Content-Type": "multipart/form-data; boundary=part"})

    def _send(self, to: str, body: bytes, headers: dict[str, str] | None = None) -> str:
        request = urllib.request.Request(self.town.portal.url + to, body, headers or {})
        with self.browser.open(request, timeout=ANSWER_SECONDS) as answer:
            return urllib.parse.urlsplit(answer.url).path
