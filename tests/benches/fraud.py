"""A synthetic year with fraud of every kind put in: all of it is found, and nothing of what honest classmates share.

Everybody declares a class of their own unit's organiser, whose notice all classmates attach, and one training by
themselves. Into that come `INJECTED` of each exact kind, our own certificate edited in `EDITED` ways, and rushes.
"""

import hashlib
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Organization, Professional
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.file_shelf import put
from ceportal.office.services.signals import look_for_signals
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import load_seal, make_key
from certificates.enums import PaperKind
from certificates.services.sealing import have_a_key, seal
from credits.enums import STAGE_EMPLOYER, DeclarationState, Payer, RosterState, Subject
from credits.models import Activity, Declaration, Evidence, Roster
from credits.rules.artefacts import artefact_keys
from reviews.enums import REVIEWING, SignalKind
from reviews.models import Signal
from tests import factories as make
from tests.certificates.factories import content
from tests.credits.rosters import crowd
from tests.machine import machine

_BATCH, _CLASS, INJECTED, EDITED, RUSHES = 2_000, 50, 50, 12, 3
_EXACT = (SignalKind.SAME_FILE, SignalKind.SAME_NUMBER, SignalKind.OUR_PAPER, SignalKind.UNKNOWN_CLASS)
Wrong = dict[SignalKind, set[frozenset[int]]]


class Year:
    """What is handed in, gathered until it is written down by a handful of statements."""

    def __init__(self, people: list[Professional], unit: Organization, told: Organization) -> None:
        self.people, self.unit, self.told = people, unit, told
        self.activity = Activity.objects.get(pk="training")
        self.now, self.chance = timezone.now(), random.Random(20261120)
        self.made: list[Declaration] = []
        self.files: list[tuple[Declaration, bytes, str]] = []
        self.wrong: Wrong = defaultdict(set)
        self._about: list[tuple[SignalKind, tuple[Declaration, ...]]] = []

    def declare(
        self, person: Professional, title: str, day: date, *, files: list[bytes], **changes: object
    ) -> Declaration:
        at = self.now - timedelta(days=30) + timedelta(minutes=len(self.made))
        said: dict[str, object] = {
            "organiser": self.unit.name, "hours_claimed": Decimal(16), "started_on": day,
            "ended_on": day + timedelta(days=1), "submitted_at": at, "certificate_no": "",
        }  # fmt: skip
        said |= changes
        number, organiser = str(said["certificate_no"]), str(said["organiser"])
        keys = artefact_keys("", title=title, organiser=organiser, year=2026, certificate_no=number, details={})
        made = Declaration(
            professional=person, declarant_id=person.user_id, organization=self.unit, waiting_on=self.unit,
            state=DeclarationState.AT_EMPLOYER, stage=STAGE_EMPLOYER, round=1, duty=REVIEWING, waiting_since=at,
            due_at=self.now + timedelta(days=5), year=2026, activity=self.activity, subject=Subject.PROFESSIONAL,
            title=title, payer=Payer.UNIT, created_at=at, changed_at=at, first_submitted_at=said["submitted_at"],
            artefact_key=keys.number, **said,
        )  # fmt: skip
        self.made.append(made)
        self.files += [(made, each, "application/pdf" if each[:4] == b"%PDF" else "image/png") for each in files]
        return made

    def put_in(self, kind: SignalKind, *declarations: Declaration) -> None:
        self._about.append((kind, declarations))

    def cheats(self) -> set[int]:
        """Everything declared by those who declared something of what was put in."""
        who = {declarations[0].professional_id for _, declarations in self._about}
        return {each.pk for each in self.made if each.professional_id in who}

    def write(self) -> None:
        Declaration.objects.bulk_create(self.made, _BATCH)
        stored: dict[tuple[int, str], StoredFile] = {}
        evidence: list[Evidence] = []
        for made, data, kind in self.files:
            digest = hashlib.sha256(data).hexdigest()
            if kind == "application/pdf":
                put(data, digest)
            key = (made.declarant_id, digest)
            if key not in stored:
                stored[key] = StoredFile(
                    digest=digest, shown_digest=digest, size=len(data), shown_size=len(data), content_type=kind,
                    name="材料", owner_id=made.declarant_id, stored_at=self.now,
                )  # fmt: skip
            evidence.append(Evidence(declaration=made, file=stored[key], label="证明材料", added_at=self.now))
        StoredFile.objects.bulk_create(stored.values(), _BATCH)
        Evidence.objects.bulk_create(evidence, _BATCH)
        for kind, declarations in self._about:
            self.wrong[kind].add(frozenset(each.pk for each in declarations))


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(count: int = 10_000) -> int:
    say(machine(), connection.vendor, count, "people")
    call_command("load_reference", verbosity=0)
    call_command("load_regulation", verbosity=0)
    have_a_key(now=timezone.now())
    year = _begin(count)
    honest = _honest(year)
    _inject(year, honest)
    year.write()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.monotonic()
    while Declaration.objects.filter(searched_version=0).exists():
        look_for_signals(now=timezone.now(), limit=1000)
    spent = time.monotonic() - began
    say(f"{len(year.made)} declarations looked into in {spent:.0f} s, {1000 * spent / len(year.made):.1f} ms each")
    return 0 if _report(year.wrong, len(year.made), year.cheats()) else 1


def _begin(count: int) -> Year:
    unit = make.employer("合成大学")
    told = make.organization("合成基地", at=make.area("410000"), is_base=True)
    teacher = make.give(make.user("办班人"), told, Duty.TEACH)
    crowd(unit, count)
    for number in range(1, 5):
        day = date(2026, number, 6)
        Roster.objects.create(
            organization=told, made_by=teacher, state=RosterState.DONE, title=f"2026年第{number}期骨干教师研修班",
            subject=Subject.PROFESSIONAL, year=2026, started_on=day, ended_on=day + timedelta(days=3), hours=24,
            made_at=timezone.now(), changed_at=timezone.now(), confirmed_at=timezone.now(),
        )  # fmt: skip
    return Year(list(Professional.objects.order_by("pk")), unit, told)


def _honest(year: Year) -> list[Declaration]:
    """One of a class and one of their own for everybody; some classes are of the base that told of them."""
    made = []
    for place, person in enumerate(year.people):
        group = place // _CLASS
        own = f"证书 {place}".encode()
        notice = f"第 {group} 班的通知".encode()
        if group % 10 == 0:
            number = group // 10 % 4 + 1
            titles = (
                f"骨干教师研修班第{number}期",
                f"2026年第{number}期骨干教师研修",
                f"骨干教师研修（第 {number} 期）",
            )
            changes = {
                "organiser": year.told.name,
                "started_on": date(2026, number, 6),
                "ended_on": date(2026, number, 9),
            }
            title = year.chance.choice(titles)
        else:
            titles = (
                f"学科教学能力提升第{group}期",
                f"学科教学能力提升（第{group}期）",
                f"学科教学能力提升 第{group}期 培训",
            )
            changes, title = {}, year.chance.choice(titles)
        day = date(2026, group % 5 + 5, group % 25 + 1)
        number_of = f"JX2026{group:03}-{place:05}"
        made.append(year.declare(person, title, day, files=[own, notice], certificate_no=number_of, **changes))
        alone = f"自选学习《{hashlib.sha256(own).hexdigest()[:6]}》"
        year.declare(person, alone, date(2026, 10, place % 25 + 1), files=[f"截图 {place}".encode()])
    return made


def _inject(year: Year, honest: list[Declaration]) -> None:
    """Pairs of strangers: far enough apart to be of different classes."""
    far = len(honest) // 2
    places = iter(year.chance.sample(range(far), min(far, 4 * INJECTED + EDITED + RUSHES)))
    count = min(INJECTED, far // 8)
    scans = {id(made): data for made, data, _ in year.files if data.startswith("证书".encode())}
    for serial in range(count):
        victim, thief = honest[next(places)], year.people[far + serial]
        year.put_in(SignalKind.SAME_FILE, year.declare(
            thief, f"冒用材料的培训{serial}", date(2026, 2, serial % 25 + 1), files=[scans[id(victim)]]
        ), victim)  # fmt: skip
        victim, thief = honest[next(places)], year.people[far + count + serial]
        typed = year.chance.choice((str.lower, lambda text: text.replace("-", " — "), str))(victim.certificate_no)
        year.put_in(SignalKind.SAME_NUMBER, year.declare(
            thief, f"冒用编号的培训{serial}", date(2026, 3, serial % 25 + 1), files=[f"伪造 {serial}".encode()],
            certificate_no=typed, organiser=victim.organiser,
        ), victim)  # fmt: skip
        who = year.people[next(places)]
        year.put_in(SignalKind.UNKNOWN_CLASS, year.declare(
            who, f"实验室安全{serial}", date(2026, 1, serial % 25 + 1), files=[f"编造 {serial}".encode()],
            organiser=year.told.name,
        ))  # fmt: skip
        who = year.people[next(places)]
        year.put_in(SignalKind.TOO_MANY, year.declare(
            who, f"两天四十学时{serial}", date(2026, 4, serial % 25 + 1), files=[f"照片 {serial}".encode()],
            hours_claimed=Decimal(40),
        ))  # fmt: skip
    for serial, pdf in enumerate(_edited(min(EDITED, count))):
        who = year.people[next(places)]
        year.put_in(SignalKind.OUR_PAPER, year.declare(who, f"改动证书{serial}", date(2026, 4, 2), files=[pdf]))
    for serial in range(min(RUSHES, count)):
        who, at = year.people[next(places)], year.now - timedelta(days=60 + serial)
        rush = [
            year.declare(
                who, f"批量填报{serial}之{number}", date(2026, 1 + number // 5, 1 + number % 5 * 5),
                hours_claimed=Decimal(8), submitted_at=at + timedelta(seconds=40 * number),
                files=[f"批量 {serial} {number}".encode()],
            )
            for number in range(10)
        ]  # fmt: skip
        year.put_in(SignalKind.TOO_MANY, *rush)


def _edited(count: int) -> Iterator[bytes]:
    """Our own sheets: something appended, a byte changed, the end cut off, signed anew in our name."""
    now, other = timezone.now(), Path(settings.DATA_DIR) / "other.pem"
    signed = seal(now=now).put_on(render_sheet(content(2)), PaperKind.CERTIFICATE)
    ways: tuple[Callable[[int], bytes], ...] = (
        lambda n: signed + b"\n%" + str(n).encode(),
        lambda n: _flipped(signed, len(signed) // 4 + 997 * n),
        lambda n: signed[: -20 - n],
        lambda n: _again(other, content(2 + n % 3), now),
    )
    for number in range(count):
        yield ways[number % len(ways)](number)


def _flipped(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def _again(key: Path, snapshot: dict, now: datetime) -> bytes:
    make_key(key, now=now)
    return load_seal(key, now=now).put_on(render_sheet(snapshot), PaperKind.CERTIFICATE)


def _report(wrong: Wrong, made: int, cheats: set[int]) -> bool:
    """A pair is found under both, a rush under any of its declarations. Told of anybody else it is a false alarm; hours
    beyond a day, where a cheat's other training was on the days of the one that was put in, are no false alarm.
    """
    everything = set().union(*wrong.values())
    holds, false = True, 0
    for kind in (*_EXACT, SignalKind.TOO_MANY):
        rows = Signal.objects.filter(kind=kind).values_list("declaration", "other")
        told = [frozenset({one, other} - {None}) for one, other in rows]
        found = sum(any(each <= about for each in told) for about in wrong[kind])
        also = cheats if kind is SignalKind.TOO_MANY else set()
        stray = [each for each in told if not (each <= also or any(each <= about for about in everything))]
        false += len(stray)
        holds &= ratio(f"fraud-{kind.value}-found", found / max(1, len(wrong[kind])))
        say(f"  {len(wrong[kind])} put in, {len(told)} told, {len(stray)} beside the point")
    hints = Signal.objects.filter(kind=SignalKind.CLASSMATES).count()
    say(f"  {hints} mere hints among classmates")
    honest = made - len(set().union(*everything))
    return ratio("fraud-honest-left-alone", (honest - false) / honest) and holds


def ratio(name: str, value: float) -> bool:
    """All of it, or it fails."""
    say(f"ratio {name} {value:.4g} needs 1{'' if value >= 1 else '  SHORT'}")
    return value >= 1
