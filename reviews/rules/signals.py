"""Signs of fraud in what was declared (S3-10, S4-16): what is seen, never what it means. A person decides.

Two people's declarations are of one class when their days meet and their titles are alike (of one organiser: resemble
each other, for people write 第3期 in many ways), or when they name one paper, patent or project. Classmates share a
notice or a picture honestly: among them the same file is a mere hint.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable, strange_character
from credits.rules.known_classes import KnownClass
from credits.rules.plausibility import are_alike
from reviews.enums import REASON_LIMIT, SignalKind, Verdict

CLAUSE = "S3-10"
# So many handed in by one person within this time were not filled in by hand.
RUSH, RUSH_TIME = 10, timedelta(minutes=10)
# Who has told of fewer classes of a year and subject may well teach others: nothing can be said of them.
LEAST_CLASSES = 3
# A certificate's number has so many letters and digits, a digit among them, and not always the same.
_LEAST_NUMBER = 4
_DOCUMENT = re.compile(r"[〔\[［(（【]\s*\d{4}\s*[〕\]］)）】].*号\s*")
_BREAKS = str.maketrans("", "", "\r\n\t")

Span = tuple[date, date]


@dataclass(frozen=True)
class Told:
    """What a declaration says, as far as signs are concerned; `keys` are those of its artefact, if it has one."""

    title: str
    organiser: str
    span: Span
    keys: frozenset[str] = frozenset()


def are_of_one_class(one: Told, other: Told) -> bool:
    if one.keys & other.keys:
        return True
    is_alike = are_alike(one.title, other.title) or (is_one_issuer(one, other) and _resembles(one.title, other.title))
    return _meet(one.span, other.span) and is_alike


def is_one_issuer(one: Told, other: Told) -> bool:
    return comparable(one.organiser) == comparable(other.organiser)


def names_a_certificate(number: str) -> bool:
    """Whether `number` tells one certificate apart: not 无, 000 or the document of a class, 豫教〔2026〕15号."""
    if _DOCUMENT.search(number):
        return False
    plain = comparable(number)
    return len(plain) >= _LEAST_NUMBER and len(set(plain)) > 1 and any(sign.isdigit() for sign in plain)


def is_unknown(told: Told, classes: Sequence[KnownClass]) -> bool:
    """Whether a unit that tells of its `classes` knows of none on days that meet, under a title that resembles it."""
    if len(classes) < LEAST_CLASSES:
        return False
    return not any(_meet(told.span, each.span) and _resembles(told.title, each.title) for each in classes)


def is_rush(moments: Sequence[datetime]) -> bool:
    """Whether any `RUSH` of `moments`, in order, lie within `RUSH_TIME`."""
    return any(last - first <= RUSH_TIME for first, last in zip(moments, moments[RUSH - 1 :], strict=False))


def telling(kind: SignalKind, what: str, refs: Iterable[object]) -> str:
    """By what the same sign is known again, whichever of the declarations it was seen from first: 64 hex digits."""
    return hashlib.sha256("|".join((kind, what, *sorted(map(str, refs)))).encode()).hexdigest()


def reasons_not_to_judge(verdict: str, reason: str) -> Iterator[Refusal]:
    """Why this is no decision on a sign: it takes a side and says why."""
    if verdict not in Verdict.values:
        yield Refusal("verdict_missing", "请选择认定结果。", field="verdict")
    if not reason.strip():
        yield Refusal("reason_blank", "请写明核实的情况。", field="reason")
    elif len(reason) > REASON_LIMIT:
        yield Refusal("reason_too_long", f"核实的情况最多 {REASON_LIMIT} 个字。", field="reason")
    elif strange_character(reason.translate(_BREAKS)) is not None:
        yield Refusal("strange_character", "核实的情况中有无法显示的字符，请重新输入。", field="reason")


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _resembles(title: str, other: str) -> bool:
    """Half of the shorter one stands in the other in one piece: people leave out years, numbers and 班."""
    first, second = sorted((comparable(title), comparable(other)), key=len)
    shared = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    return 2 * shared.size >= len(first)
