"""Drawing a sample that anybody can draw again (S2-07): from the published frame and the seed, and nothing else.

Every item has as many tickets as its risk says. A ticket's lot is SHA-256 of seed, item and ticket; an item's lot is
the smallest of its tickets. Of each stratum (a reviewer) those with the smallest lots are drawn. So an item with two
tickets is twice as likely as one with one, no reviewer is left out, and whoever has seed and frame gets the same.

The terms of a draw (how much of it, what is a risk and what it is worth) are the first line of what the frame's digest
covers, so that they too are fixed before the draw. Campaigns of the first version published without terms.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character

CLAUSE = "S2-07"
VERSION = 2
# Tickets of an item: the first, and those of each risk.
TICKETS = {"first": 1, "quick": 1, "late": 1, "near_cap": 1, "suspect": 2}
# An approval sooner after the page was opened than this is quick. Hours are near the cap of their kind and year from
# this part of it on.
QUICK_SECONDS = 30
NEAR_CAP_PERCENT = 80
MOST = 2000
NAME_LIMIT = 60


@dataclass(frozen=True)
class Ballot:
    """One item of the frame: `ref` is all that tells it apart, `stratum` whose work it is, `tickets` its risk."""

    ref: str
    stratum: str
    tickets: int


@dataclass(frozen=True)
class Risk:
    """What makes an approval more likely to be drawn; each is worth one or two tickets beside the first."""

    was_quick: bool = False
    was_late: bool = False
    near_cap: bool = False
    is_suspect: bool = False

    @property
    def tickets(self) -> int:
        """1 to 6."""
        said = {
            "quick": self.was_quick, "late": self.was_late, "near_cap": self.near_cap, "suspect": self.is_suspect,
        }  # fmt: skip
        return TICKETS["first"] + sum(TICKETS[risk] for risk, is_there in said.items() if is_there)


def is_near(hours: Decimal, cap: Decimal | None) -> bool:
    """Whether what a person has of a kind in a year comes near its cap, where there is one."""
    return cap is not None and 100 * hours >= NEAR_CAP_PERCENT * cap


def terms_of(
    campaign: str, *, decided_from: date, decided_until: date, rate: int | None, number: int | None
) -> dict[str, Any]:
    """Everything beside frame and seed that a draw follows from, as it is published."""
    return {
        "version": VERSION,
        "campaign": campaign,
        "decided_from": decided_from.isoformat(),
        "decided_until": decided_until.isoformat(),
        "rate": rate,
        "number": number,
        "tickets": TICKETS,
        "quick_seconds": QUICK_SECONDS,
        "near_cap_percent": NEAR_CAP_PERCENT,
    }


def frame_lines(ballots: Sequence[Ballot]) -> list[list[object]]:
    """The frame as it is published: `[ref, stratum, tickets]` in the order of the refs."""
    return [[each.ref, each.stratum, each.tickets] for each in sorted(ballots, key=lambda each: each.ref)]


def frame_digest(lines: Sequence[Sequence[object]], terms: Mapping[str, Any]) -> str:
    """SHA-256 of the terms (JSON with sorted keys; nothing where there are none) and the frame, a JSON line each: 64
    hex digits.
    """
    found = hashlib.sha256()
    if terms:
        found.update(json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    for line in lines:
        found.update(json.dumps(list(line), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return found.hexdigest()


def seed_digest(seed: str) -> str:
    """SHA-256 of the seed as it is written."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(lines: Sequence[Sequence[object]], seed: str, *, rate: int | None, number: int | None) -> list[str]:
    """The refs drawn, stratum by stratum, in each the smallest lot first."""
    strata: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for ref, stratum, tickets in lines:
        strata[str(stratum)].append((_lot(seed, str(ref), int(str(tickets))), str(ref)))
    shares = share_out({name: len(items) for name, items in strata.items()}, rate=rate, number=number)
    return [ref for name in sorted(strata) for _, ref in sorted(strata[name])[: shares[name]]]


def share_out(sizes: Mapping[str, int], *, rate: int | None, number: int | None) -> dict[str, int]:
    """How many of each stratum: `rate` per cent of it, rounded up; or `number` in all, one of each as long as there are
    enough, the rest one by one to whoever has most for each that is drawn (highest averages).
    """
    if rate is not None:
        return {name: -(-size * rate // 100) for name, size in sizes.items()}
    left = min(number or 0, sum(sizes.values()))
    everybody = left >= len(sizes)
    shares = dict.fromkeys(sizes, 1 if everybody else 0)
    left -= sum(shares.values())
    while left:
        name = max(
            (name for name in sorted(sizes) if shares[name] < sizes[name]),
            key=lambda name: Fraction(sizes[name], shares[name] + 1),
        )
        shares[name] += 1
        left -= 1
    return shares


_SAID_TWICE = {
    "campaign": "抽查编号", "decided_from": "起始日期", "decided_until": "截止日期", "rate": "比例", "number": "件数",
}  # fmt: skip


def _count(value: object) -> int | None:
    return None if value is None else int(str(value))


def _lot(seed: str, ref: str, tickets: int) -> str:
    return min(hashlib.sha256(f"{seed}|{ref}|{ticket}".encode()).hexdigest() for ticket in range(1, tickets + 1))


def differences(published: Mapping[str, object]) -> Iterator[str]:
    """What of a published draw does not follow from its own data. Nothing yielded: it was drawn as it says.

    It holds `frame`, `frame_digest`, `seed`, `seed_digest`, `rate`, `number` and `drawn`; from the second version on
    `terms`, and everything said there once more is the same.
    """
    frame, seed, terms = published["frame"], str(published["seed"]), published.get("terms") or {}
    assert isinstance(frame, list)
    assert isinstance(terms, dict)
    if terms and terms.get("version") != VERSION:
        yield f"抽取办法是第 {terms.get('version')} 版，这个程序只认识第 {VERSION} 版和更早的。"
        return
    if frame_digest(frame, terms) != published["frame_digest"]:
        yield "总体名册或抽取办法与抽取前公布的摘要不一致。"
    if seed_digest(seed) != published["seed_digest"]:
        yield "随机种子与抽取前公布的摘要不一致。"
    if other := [name for name in _SAID_TWICE if terms and terms[name] != published[name]]:
        yield f"写明的{'、'.join(_SAID_TWICE[name] for name in other)}与抽取前公布的抽取办法不一致。"
    if terms and any(int(str(line[2])) > sum(terms["tickets"].values()) for line in frame):
        yield "名册里有的签数超过公布的风险权重。"
    asked = terms or published
    again = draw(frame, seed, rate=_count(asked["rate"]), number=_count(asked["number"]))
    if again != published["drawn"]:
        yield "用公布的名册和种子重新抽取，结果不同。"


def reasons_not_to_plan(
    *, name: str, decided_from: date, decided_until: date, rate: int | None, number: int | None, today: date
) -> Iterator[Refusal]:
    """Why a campaign cannot be set up so."""
    if not name.strip():
        yield Refusal("name_blank", "请给这次抽查起个名称。", field="name")
    elif len(name) > NAME_LIMIT or strange_character(name) is not None:
        yield Refusal("name_wrong", f"名称最多 {NAME_LIMIT} 个字，不含无法显示的字符。", field="name")
    if decided_from > decided_until:
        yield Refusal("days_swapped", "起始日期不能晚于截止日期。", field="decided_until")
    elif decided_until > today:
        yield Refusal("days_to_come", "截止日期不能晚于今天。", field="decided_until")
    if (rate is None) == (number is None):
        yield Refusal("rate_or_number", "比例和件数请填写一个，只填一个。", field="rate")
    elif rate is not None and not 1 <= rate <= 100:
        yield Refusal("rate_wrong", "抽取比例应在 1 至 100 之间。", field="rate")
    elif number is not None and not 1 <= number <= MOST:
        yield Refusal("number_wrong", f"抽取件数应在 1 至 {MOST} 之间。", field="number")
