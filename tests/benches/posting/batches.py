"""Batches to post: a thousand different people, each a training of one of forty courses on days of this year."""

import hashlib
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.fields import id_index
from tests.benches.posting.register import Person, person

SIZE = 1000
COURSES = 40
# The courses of the made-up provinces lie in the months between, and fill their days.
_MONTHS, _DAYS = (1, 3, 5, 7, 9), 28


@dataclass
class Maker:
    """Makes batches nobody has posted yet."""

    people: int
    person: Callable[[int], Person] = person
    chance: random.Random = field(default_factory=random.Random)
    made: int = 0
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def batch(self, size: int = SIZE) -> list[dict[str, Any]]:
        self.made += 1
        year = timezone.localdate().year
        days = [
            date(year, self.chance.choice(_MONTHS), self.chance.randint(1, _DAYS)).isoformat() for _ in range(COURSES)
        ]
        some = self.chance.sample(range(self.people), size) if self.people >= size else range(size)
        return [self._record(index, number % self.people, days) for index, number in enumerate(some)]

    def _record(self, index: int, number: int, days: list[str]) -> dict[str, Any]:
        card, name = self.person(number)
        course = self.chance.randrange(COURSES)
        return {
            "record_id": f"{self.run}-{self.made}-{index}",
            "id_number": card,
            "name": name,
            "subject": "professional" if course % 3 else "public",
            "title": f"专业技术人员研修课程{self.run}第{self.made}批第{course}门",
            "hours": "0.5",
            "started_on": days[course],
            "completed_on": days[course],
        }


def as_body(records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"records": records}, ensure_ascii=False).encode()


def as_rows(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """For the bare driver: keys and digests are worked out beforehand."""
    return [
        (
            each["record_id"], id_index(each["id_number"]), each["completed_on"][:4], each["subject"], "",
            each["title"], each["started_on"], each["completed_on"], each["hours"], _key(each["title"]), "",
            _key(each["record_id"]),
        )
        for each in records
    ]  # fmt: skip


def as_answer(records: list[dict[str, Any]]) -> dict[str, Any]:
    """As long as the true one, and no easier to compress."""
    items = [
        {"index": index, "record_id": each["record_id"], "outcome": "accepted", "year": 2026, "entry_id": _ref()}
        for index, each in enumerate(records)
    ]
    outcomes = ("accepted", "duplicate", "conflict", "invalid", "unmatched_person", "held")
    counts = dict.fromkeys(outcomes, 0) | {"accepted": len(items)}
    return {"batch_id": _ref(), "received": len(items), "counts": counts, "items": items}


def _ref() -> str:
    return str(uuid.uuid4())


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
