"""Whoever guesses tokens or numbers finds nothing and learns nothing: the same answer, in the same steps, then 429."""

import random
import re
import string
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Professional
from certificates.models import Certificate
from certificates.rules.checking import MOST_LINES
from certificates.rules.numbers import certificate_number
from certificates.selectors import published, published_all, published_under
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db
SEED = 20261121
LETTERS = string.ascii_letters + string.digits + "_-"
NAMES = ("王伟", "李娜", "张敏", "刘洋", "申报教", "申报教师甲", "申 报", "教师申报", "")
# Of so many on a list one is looked up alone too.
ONE_BY_ONE = 50


@pytest.fixture
def issued(declarant: Professional, lone_declarant: Professional, other_declarant: Professional) -> list[Certificate]:
    """Three with numbers that follow one another."""
    made = [make.issued(person) for person in (declarant, lone_declarant, other_declarant)]
    assert len({certificate.number[:-5] for certificate in made}) == 1
    return made


def tokens(chance: random.Random, known: Sequence[str]) -> Iterator[str]:
    """Of chance; a known one with a letter changed, two swapped, one too few or too many, turned, its case changed."""
    while True:
        of_chance, near = "".join(chance.choices(LETTERS, k=27)), list(chance.choice(known))
        place = chance.randrange(26)
        near[place] = chance.choice(LETTERS)
        swapped = list(chance.choice(known))
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        one = chance.choice(known)
        made = (of_chance, "".join(near), "".join(swapped), one[:-1], one + of_chance[0], one[::-1], one.swapcase())
        yield from (each for each in made if each not in known)


def numbers(chance: random.Random, known: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Numbers of the series with names; those that exist with another's name; a known name with another number."""
    names, pairs = [*NAMES, *{name for _, name in known}], set(known)
    for place in range(1, sys.maxsize):
        number = certificate_number(area_code=known[0][0][:6], year=2026, sequence=place % 9_999_999 + 1)
        exists, name = chance.choice(known)
        made = ((number, chance.choice(names)), (exists, chance.choice(NAMES)), (exists[:-1] + "*", name))
        yield from (each for each in made if each not in pairs)


@pytest.mark.parametrize("count", [3000, pytest.param(1_000_000, marks=pytest.mark.deep)])
def test_a_guess_finds_nothing(issued: list[Certificate], count: int) -> None:
    """Half of them tokens, one by one; half numbers with names, as a list sends them, some of them alone."""
    chance, began = random.Random(SEED), time.monotonic()
    guessed = tokens(chance, [one.token for one in issued])
    found = [token for _, token in zip(range(count // 2), guessed, strict=False) if published(token)]
    known = [(one.number, one.professional.name) for one in issued]
    assert all(published_all(known)), "the control: whoever knows finds"
    assert all(published(one.token) for one in issued)
    asked = numbers(chance, known)
    for _ in range(count // 2 // MOST_LINES):
        lines = [next(asked) for _ in range(MOST_LINES)]
        alone = lines[::ONE_BY_ONE]
        found += [line for line, one in zip(lines, published_all(lines), strict=True) if one]
        found += [line for line in alone if published_under(*line)]
    sys.stdout.write(f"{count} guesses in {time.monotonic() - began:.0f} s, {len(found)} found\n")
    assert not found


def test_three_hundred_guesses_at_the_doors_get_one_answer_and_then_none(
    client: Client, issued: list[Certificate], settings: Any
) -> None:
    """From one address. Not even the right one is told apart then; from another address it is found."""
    settings.VERIFICATION_RATE = "200/hour"
    chance, known = random.Random(SEED), [(one.number, one.professional.name) for one in issued]
    guesses, here = tokens(chance, [one.token for one in issued]), {"REMOTE_ADDR": "198.51.100.9"}
    asked = (pair for pair in numbers(chance, known) if pair[1] and "*" not in pair[0])
    pages = [client.get(f"/v/{next(guesses)}/", **here) for _ in range(75)]
    told = [client.get(f"/api/v1/certificates/{next(guesses)}", **here) for _ in range(50)]
    typed = [look_up(client, *next(asked), **here) for _ in range(75)]
    assert [len({(each.status_code, each.content) for each in answers}) for answers in (pages, told, typed)] == [1] * 3
    assert {each.status_code for each in (*pages, *told, *typed)} == {404}
    right = issued[0]
    late = [client.get(f"/v/{token}/", **here) for token in (*islice(guesses, 50), right.token)]
    late += [look_up(client, *pair, **here) for pair in (*islice(asked, 49), known[0])]
    assert {each.status_code for each in late} == {429}
    assert [len({each.content for each in part}) for part in (late[:51], late[51:])] == [1, 1]
    assert look_up(client, *known[0], REMOTE_ADDR="198.51.100.10").status_code == 200


def test_numbers_in_a_row_reveal_nothing(client: Client, issued: list[Certificate]) -> None:
    """Of thirty in a row three exist. With a name that is not theirs the page is the same, letter by letter, and so are
    the questions asked of the database: neither the answer nor its cost says which.
    """
    first = min(one.number for one in issued)
    area, sequence = first[:6], int(first[12:19])
    row = [certificate_number(area_code=area, year=2026, sequence=place) for place in range(sequence, sequence + 30)]
    assert {one.number for one in issued} < set(row)
    look_up(client, row[-1], "王伟")  # the day's first try begins the day's tallies
    told = []
    for number in row:
        with CaptureQueriesContext(connection) as asked:
            answer = look_up(client, number, "王伟")
        told.append((answer.status_code, answer.content, [re.sub(r"'[^']*'|\d+", "", query["sql"]) for query in asked]))
    assert told == [told[0]] * 30
    assert told[0][0] == 404


def look_up(client: Client, number: str, name: str, **how: str) -> Any:
    return client.post("/verify/", {"number": number, "name": name}, **how)
