"""The sealed trail: append-only by the database, and whatever its owner does to it all the same is found."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ceportal.kernel.models import AuditEvent, AuditSeal
from ceportal.kernel.rules.chaining import Event, Run, Running, examine
from ceportal.kernel.selectors.trail_chain import daily_heads, heads_file, kept_heads, verify_trail
from ceportal.kernel.services import sealing_trail
from ceportal.kernel.services.append_only import guard, unguard
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from tests import factories as make

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
AT = "2026-11-20 02:00:00"
LATER = NOW + timedelta(minutes=10)


class TestRules:
    @staticmethod
    def chain(*runs: list[Event]) -> list[Run]:
        made: list[Run] = []
        for events in runs:
            before = made[-1] if made else Run(0, 0, 0, 0, NOW, "", "")
            first, last = before.last_id + 1, events[-1].id
            run = Run(before.number + 1, first, last, len(events), NOW, before.digest, "")
            digest = run.expected(event.line for event in events)
            made.append(Run(run.number, first, last, len(events), NOW, before.digest, digest))
        return made

    def test_whole_with_gaps_in_the_numbers_and_a_young_tail(self) -> None:
        events = [Event(id, f"line {id}", AT) for id in (1, 2, 4, 7, 8)]
        runs = self.chain(events[:2], events[2:4])
        verdict = examine(events, runs, {2: runs[1].digest}, now=NOW)
        assert (verdict.is_whole, verdict.events, verdict.runs, verdict.unsealed) == (True, 5, 2, 1)
        assert verdict.head == runs[1].digest
        assert Running("").digest(runs[0]) != runs[0].digest

    def test_each_kind_of_damage_is_told(self) -> None:
        events = [Event(id, f"line {id}", AT) for id in range(1, 5)]
        runs = self.chain(events[:2], events[2:])
        alone = runs[1:]
        found = {
            "late": examine([*events, Event(5, "x", AT)], runs, {}, now=LATER),
            "head": examine(events, runs, {1: "0" * 64}, now=NOW),
            "cut": examine(events[:2], runs[:1], {2: "0" * 64}, now=NOW),
            "name": examine([Event(1, "line 1", AT, is_name_right=False), *events[1:]], runs, {}, now=NOW),
            "young name": examine([*events, Event(5, "x", AT, is_name_right=False)], runs, {}, now=NOW),
            "seal gone": examine(events[2:], alone, {}, now=NOW),
            "row gone": examine(events[1:], runs, {}, now=NOW),
        }
        assert {name: len(verdict.findings) for name, verdict in found.items()} == {
            "late": 1, "head": 1, "cut": 1, "name": 1, "young name": 1, "seal gone": 2, "row gone": 1,
        }  # fmt: skip


def swap(rows: list[AuditEvent], dice: random.Random) -> None:
    one, other = dice.sample(rows, 2)
    for old, new in ((one.pk, 10**9), (other.pk, one.pk), (10**9, other.pk)):
        AuditEvent.objects.filter(pk=old).update(id=new)


def change(rows: list[AuditEvent], dice: random.Random) -> None:
    row = dice.choice(rows)
    column, value = dice.choice(
        [
            ("at", row.at + timedelta(microseconds=1)),
            ("actor_id", 77),
            ("actor_label", "另一人"),
            ("actor_digest", "0" * 64),
            ("address", "198.51.100.9"),
            ("role", "" if row.role else "审核学时"),
            ("action", "claim.reverse"),
            ("subject_ref", dice.choice([each for each in rows if each.pk != row.pk]).ref),
            ("before", {"state": "x"}),
            ("after", row.after | {"hours": "90.0"}),
            ("request_id", "r"),
        ]
    )
    AuditEvent.objects.filter(pk=row.pk).update(**{column: value})


def delete(rows: list[AuditEvent], dice: random.Random) -> None:
    AuditEvent.objects.filter(pk=dice.choice(rows).pk).delete()


def insert(rows: list[AuditEvent], dice: random.Random) -> None:
    """In a number that was never used, or at the end with the moment of another."""
    like = dice.choice(rows)
    free = {rows[-1].pk + 1, *range(rows[0].pk, rows[-1].pk)} - {row.pk for row in rows}
    AuditEvent.objects.create(
        pk=dice.choice(sorted(free)), at=like.at, actor_label="x", action=like.action, subject_kind=like.subject_kind,
        subject_ref=like.subject_ref,
    )  # fmt: skip


def cut(rows: list[AuditEvent], dice: random.Random) -> None:
    """The end, with the seals that speak of it."""
    first = dice.choice(rows).pk
    AuditEvent.objects.filter(pk__gte=first).delete()
    AuditSeal.objects.filter(last_id__gte=first).delete()


def forge(rows: list[AuditEvent], dice: random.Random) -> None:
    """A seal instead of an event."""
    seals = AuditSeal.objects.filter(pk=dice.choice(list(AuditSeal.objects.all())).pk)
    column, value = dice.choice(
        [("digest", "0" * 64), ("previous_digest", "1" * 64), ("count", 99), ("number", 99), ("sealed_at", LATER)]
    )
    seals.update(**{column: value})


MUTATIONS: tuple[Callable[[list[AuditEvent], random.Random], None], ...] = (swap, change, delete, insert, cut, forge)


@pytest.fixture
def trail(db: None, settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[AuditEvent]:
    """Forty sealed events under several seals, with gaps between their numbers."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr(sealing_trail, "A_RUN", 7)
    unguard()
    AuditEvent.objects.all().delete()
    who = make.user("甲")
    for number in range(50):
        event = record("x.y", who, by=who if number % 3 else None, now=NOW, after={"hours": number, "说明": "“好”"})
        if number % 5 == 4:
            AuditEvent.objects.filter(pk=event.pk).delete()
    guard()
    assert seal_trail(now=NOW) == 40
    assert seal_trail(now=NOW) == 0
    assert AuditSeal.objects.count() == 6
    assert verify_trail(now=LATER).is_whole
    return list(AuditEvent.objects.order_by("pk"))


def trials(rows: list[AuditEvent], times: int) -> list[str]:
    """What was done and not found."""
    missed = []
    unguard()
    for number in range(times):
        dice, mutate = random.Random(number), MUTATIONS[number % len(MUTATIONS)]
        with transaction.atomic():
            mutate(rows, dice)
            if verify_trail(now=LATER).is_whole:
                missed.append(f"{mutate.__name__} {number}")
            transaction.set_rollback(True)
    return missed


def test_whatever_is_done_to_it_is_found(trail: list[AuditEvent]) -> None:
    assert trials(trail, 50) == []
    assert verify_trail(now=LATER).is_whole


@pytest.mark.deep
def test_a_thousand_of_a_thousand(trail: list[AuditEvent]) -> None:
    assert trials(trail, 1000) == []


def test_without_the_heads_kept_elsewhere_a_cut_end_is_not_seen(trail: list[AuditEvent]) -> None:
    """The control: it is the file, or a printed head, that shows what was cut off."""
    head = AuditSeal.objects.order_by("number").last()
    assert head is not None
    heads_file().unlink()
    unguard()
    AuditEvent.objects.filter(pk__gte=head.first_id).delete()
    AuditSeal.objects.filter(pk=head.pk).delete()
    assert verify_trail(now=LATER).is_whole
    assert not verify_trail(now=LATER, also={head.number: head.digest}).is_whole


def test_the_command_ends_with_0_only_when_all_is_whole(trail: list[AuditEvent]) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "完整：40 条记录，6 段" in out.getvalue()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", "--head", f"6:{'0' * 64}", stdout=out)
    assert ended.value.code == 1
    assert "第 6 段的封存值与另处保存的不同" in out.getvalue()
    with pytest.raises(CommandError, match="不是封存值"):
        call_command("verify_audit", "--head", "6", stdout=out)
    heads = daily_heads(today=timezone.localdate(NOW) + timedelta(days=1))
    assert [(head["events"], head["is_over"]) for head in heads] == [(40, True)]


def test_the_database_itself_refuses_and_lets_a_name_be_erased(trail: list[AuditEvent]) -> None:
    event, seal = trail[1], AuditSeal.objects.all()[:1].get()
    rows = AuditEvent.objects.filter(pk=event.pk)
    refused: list[Callable[[], object]] = [
        lambda: rows.update(action="x.z"),
        lambda: rows.update(actor_label="另一人"),
        rows.delete,
        lambda: AuditSeal.objects.filter(pk=seal.pk).update(digest="0" * 64),
        AuditSeal.objects.all().delete,
    ]
    for act in refused:
        with pytest.raises(DatabaseError, match="neither changed nor removed"), transaction.atomic():
            act()
    if connection.vendor == "postgresql":
        with (
            pytest.raises(DatabaseError, match="neither changed nor removed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE {AuditEvent._meta.db_table}")
    assert rows.update(actor_label="") == 1
    assert verify_trail(now=LATER).is_whole


def test_a_torn_line_of_the_file_is_written_again(trail: list[AuditEvent]) -> None:
    heads = heads_file().read_text()
    heads_file().write_text(heads[:-40].rsplit("\n", 1)[0] + "\n6 abc")
    assert len(kept_heads()) == 5
    seal_trail(now=LATER)
    assert len(kept_heads()) == 6
    assert verify_trail(now=LATER).is_whole
