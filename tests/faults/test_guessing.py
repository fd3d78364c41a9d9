"""Ten thousand guesses at the running portal's certificates, from one address and from many: nothing is found (T16)."""

import http.client
import json
import random
import re
import sys
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest

from tests.certificates.test_guessing import numbers, tokens
from tests.faults.town import SLACK, Town
from tests.portals import until

GUESSES, HANDS = 10_000, 4
# From one address a tenth; of the others no address asks oftener than it may.
OF_ONE, A_MINUTE, TURNS = GUESSES // 10, 60, 30
ONE_ADDRESS, FRESH = "198.51.100.7", "203.0.113.9"
pytestmark = [pytest.mark.deep, pytest.mark.timeout(3600)]
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Door:
    """One way to ask, and the cookie and token of its form."""

    port: int
    cookie: str = ""
    secret: str = ""

    def ask(self, address: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and body."""
        headers = {"X-Forwarded-For": address, "Cookie": self.cookie}
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.secret, **form}) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST" if form else "GET", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers["Retry-After"], answer.read()
        finally:
            connection.close()

    def by_token(self, token: str, address: str) -> tuple[int, str | None, bytes]:
        return self.ask(address, f"/v/{token}/")

    def by_program(self, token: str, address: str) -> tuple[int, str | None, bytes]:
        return self.ask(address, f"/api/v1/certificates/{token}")

    def by_number(self, pair: tuple[str, str], address: str) -> tuple[int, str | None, bytes]:
        return self.ask(address, "/verify/", {"number": pair[0], "name": pair[1]})


def opened(port: int) -> Door:
    """With the form's token, as a browser gets it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/verify/", headers={"X-Forwarded-For": FRESH})
    answer = connection.getresponse()
    cookie, found = str(answer.headers["Set-Cookie"]).partition(";")[0], _TOKEN.search(answer.read().decode())
    connection.close()
    assert found
    return Door(port, cookie, found.group(1))


def issued(town: Town) -> list[Any]:
    """Number, name and token of each published certificate."""
    query = "SELECT c.number, p.name, c.token FROM certificates_certificate c JOIN accounts_professional p"
    return town.ask(f"{query} ON p.id = c.professional_id WHERE c.issued_at IS NOT NULL")


def test_ten_thousand_guesses_over_http_find_nothing(town_behind_a_proxy: Town) -> None:
    town, chance, began = town_behind_a_proxy, random.Random(20261121), time.monotonic()
    until(lambda: issued(town), lambda: f"the demo has no certificate: {town.undone()}", SLACK)
    known = issued(town)
    door, number, name, token = opened(town.portal.port), *known[0]
    guesses = tokens(chance, [row[2] for row in known])
    pairs = (pair for pair in numbers(chance, [row[:2] for row in known]) if pair[1] and "*" not in pair[0])
    assert door.by_token(token, FRESH)[0] == door.by_number((number, name), FRESH)[0] == 200, "the control"

    answers = [door.by_token(guess, ONE_ADDRESS) for guess in islice(guesses, OF_ONE)]
    minutes, told = (time.monotonic() - began) / 60, Counter(status for status, _, _ in answers)
    assert set(told) == {404, 429}
    assert told[404] <= A_MINUTE * (minutes + 1)
    assert all(0 < int(wait or 0) <= 60 for status, wait, _ in answers if status == 429)
    assert door.by_token(token, ONE_ADDRESS)[0] == 429, "who guessed too often is not told the right one either"

    each = (GUESSES - OF_ONE) // 3
    asked: list[tuple[Any, Any]] = [(Door.by_token, guess) for guess in islice(guesses, each)]
    asked += [(Door.by_program, guess) for guess in islice(guesses, each)]
    asked += [(Door.by_number, pair) for pair in islice(pairs, each)]
    chance.shuffle(asked)
    places = [f"10.{turn // TURNS // 250}.{turn // TURNS % 250}.1" for turn in range(len(asked))]
    with ThreadPoolExecutor(HANDS) as hands:
        found = list(hands.map(lambda one: one[0][0](door, one[0][1], one[1]), zip(asked, places, strict=True)))
    assert Counter(status for status, _, _ in found) == {404: len(asked)}
    bodies = {way: {body for (by, _), (_, _, body) in zip(asked, found, strict=True) if by == way} for way, _ in asked}
    assert [len(each) for each in bodies.values()] == [1, 1, 1], "one answer a door, whatever was asked"
    assert json.loads(next(iter(bodies[Door.by_program])))["code"] == "not_found"
    assert door.by_token(token, FRESH)[0] == 200
    took = time.monotonic() - began
    sys.stdout.write(f"{len(answers) + len(found)} guesses in {took:.0f} s: 0 found, {told[429]} refused\n")
