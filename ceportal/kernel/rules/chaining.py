"""The trail's hash chain: seals over runs of events, each with the digest of the one before, and their examination.

A run is every event with a number after the last sealed one, up to `last_id`. Whatever is changed, taken out, put in or
swapped in a sealed run gives another digest; whatever is cut off at the end lacks in the heads kept elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

# So long an event may wait for its seal; the clock seals every round.
GRACE = timedelta(minutes=5)


class Event(NamedTuple):
    """`line` is the row as its database writes it, without the actor's name: for that stands its digest. `at` is UTC.

    `is_name_right` says whether the name still gives that digest, or was erased.
    """

    id: int
    line: str
    at: str
    is_name_right: bool = True

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """One seal: `count` events with numbers from `first_id` to `last_id`."""

    number: int
    first_id: int
    last_id: int
    count: int
    sealed_at: datetime
    previous_digest: str
    digest: str

    def expected(self, lines: Iterable[str]) -> str:
        """The digest (64 hex digits) that these lines give."""
        running = Running(self.previous_digest)
        for line in lines:
            running.add(line)
        return running.digest(self)


class Running:
    """The digest of a run as its lines come; its head goes in last, when their count is known."""

    def __init__(self, previous_digest: str) -> None:
        self._hash = hashlib.sha256(f"{previous_digest}\n".encode())

    def add(self, line: str) -> None:
        self._hash.update(f"{line}\n".encode())

    def digest(self, run: Run) -> str:
        moment = run.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
        head = json.dumps([run.number, run.first_id, run.last_id, run.count, moment])
        self._hash.update(head.encode())
        return self._hash.hexdigest()


@dataclass
class Verdict:
    """What an examination came to: how much was read, and each finding in words; whole without any."""

    events: int = 0
    runs: int = 0
    unsealed: int = 0
    head: str = ""
    findings: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.findings


def name_digest(ref: str, name: str) -> str:
    """What is sealed in place of an actor's name: it can be erased, and cannot be replaced. `ref` is the event's."""
    return hashlib.sha256(f"{ref}\n{name}".encode()).hexdigest()


def examine(events: Iterable[Event], runs: Iterable[Run], heads: Mapping[int, str], *, now: datetime) -> Verdict:
    """Events and runs in order of their numbers; `heads` are digests by number as they were kept elsewhere."""
    verdict = Verdict()
    verdict.findings = tuple(_findings(iter(events), runs, heads, verdict, now))
    return verdict


def _findings(
    events: Iterator[Event], runs: Iterable[Run], heads: Mapping[int, str], verdict: Verdict, now: datetime
) -> Iterator[str]:
    waiting = next(events, None)
    before = Run(0, 0, 0, 0, now, "", "")
    for run in runs:
        yield from _out_of_place(run, before, heads)
        running, count = Running(run.previous_digest), 0
        while waiting is not None and waiting.id <= run.last_id:
            if not waiting.is_name_right:
                yield f"第 {waiting.id} 条记录的人员姓名被改动过。"
            running.add(waiting.line)
            count += 1
            waiting = next(events, None)
        if count != run.count or running.digest(run) != run.digest:
            span = f"第 {run.number} 段（记录 {run.first_id} 至 {run.last_id}）"
            yield f"{span}与封存时不一致：封存时 {run.count} 条，现有 {count} 条。"
        verdict.events, verdict.runs, verdict.head = verdict.events + count, run.number, run.digest
        before = run
    if cut := [number for number in heads if number > before.number]:
        yield f"封存记录缺了尾部：另处保存到第 {max(cut)} 段，现在只到第 {before.number} 段。"
    while waiting is not None:
        verdict.events, verdict.unsealed = verdict.events + 1, verdict.unsealed + 1
        if waiting.moment < now - GRACE or not waiting.is_name_right:
            yield f"第 {waiting.id} 条记录早该封存而没有封存。"
        waiting = next(events, None)


def _out_of_place(run: Run, before: Run, heads: Mapping[int, str]) -> Iterator[str]:
    if run.number != before.number + 1 or run.first_id != before.last_id + 1:
        yield f"第 {before.number} 段之后应是第 {before.number + 1} 段，现在是第 {run.number} 段。"
    if run.previous_digest != before.digest:
        yield f"第 {run.number} 段没有接上前一段的封存值。"
    if heads.get(run.number, run.digest) != run.digest:
        yield f"第 {run.number} 段的封存值与另处保存的不同。"
